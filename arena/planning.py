"""From a definition to a plan: everything in it looked up and checked, and nothing written."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from arena.config import Definition, Entry
from arena.errors import BadConfig, Unsuitable, UsageError
from arena.lookup import (
    Game,
    Player,
    check_suits,
    environment_maker,
    find_game,
    find_player,
    make_agent,
)
from arena.openings import NO_BOOK, Book, check_book, openings_of, split_book
from arena.playing import one_by_one
from arena.plugins import Registry
from arena.records import STANDARD_RULES, Entrants, Ref, Rules, Spec
from arena.roles import Format, Rater
from arena.specs import bind, canonical, parse
from arena.stages import filled, refers, trainings
from arena.workspace import Workspace

Trained = Callable[[Entry, Game], str]
"""Makes a trained entrant and returns its checkpoint's name."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A definition with everything in it looked up and checked."""

    definition: Definition  # complete: seed, format and raters filled in
    game: Game
    spec: Spec
    players: tuple[Player, ...]
    format: Format
    raters: Mapping[str, Rater]
    book: Book = NO_BOOK
    one_by_one: str = ""
    """Why games that have a table are stepped one by one, if they are."""

    @property
    def entrants(self) -> Entrants:
        """The entrants as a format sees them."""
        assert self.definition.seed is not None
        names = tuple(player.name for player in self.players)
        return Entrants(names, self.spec, self.definition.seed)


def fresh_seed() -> int:
    """Return a seed nobody has used: a definition without one must not repeat its games."""
    return int.from_bytes(os.urandom(4), "big")


def default_entries(registry: Registry, game: Game, spec: Spec) -> tuple[Entry, ...]:
    """Return the agents that plugins propose for a game, those that suit it."""
    entries: dict[str, Entry] = {}
    for proposed in registry.hook.arena_field(spec=spec):
        for text in proposed or ():
            ref = parse(text)
            agent = registry.make("agents", ref)
            try:
                check_suits(agent, text, spec, STANDARD_RULES)
            except Unsuitable:
                continue
            entries[text] = Entry(ref)
    return tuple(entries.values())


def prepare(workspace: Workspace, definition: Definition, train: Trained) -> Plan:
    """Look up and check all that a definition names. Raises `UsageError`s; writes nothing.

    `train` is called, once everything else is in order, for each entrant that is to be trained.
    """
    registry = workspace.registry
    game = find_game(registry, definition.environment)
    make, spec = environment_maker(registry, game.ref)
    entries = definition.entries or default_entries(registry, game, spec)
    definition = completed(registry, definition, spec, entries)
    assert definition.format is not None
    named, book = split_book(definition.format, definition.openings)
    format_ = made(registry, "formats", named, Format)
    check_book(make, book)
    raters = {canonical(r): made(registry, "raters", r, Rater) for r in definition.ratings}
    players = _known(workspace, definition)
    names = [p.name if isinstance(p, Player) else _shown(p) for p in players]
    _check_names(names)
    format_.check(Entrants(tuple(names), spec, definition.seed or 0))
    columns = {
        player.name: _check(workspace, player, spec, definition.rules)
        for player in players if isinstance(player, Player)
    }  # fmt: skip
    resolved = _trained(workspace, definition, players, game, train)
    for player in resolved:
        if player not in players:
            columns[player.name] = _check(workspace, player, spec, definition.rules)
    slow = [player.name for player in resolved if not columns[player.name]]
    why = one_by_one(make, slow, definition.rules)
    return Plan(definition, game, spec, resolved, format_, raters, book, why)


def _known(workspace: Workspace, definition: Definition) -> list[Player | Entry]:
    """Return who is known before anything is trained; the entry of any other."""
    players: list[Player | Entry] = []
    trained = set()
    for entry in trainings(definition):
        assert entry.training is not None
        trained.add(entry.agent.name)
        trainer = entry.training.trainer
        found = workspace.registry.find("trainers", trainer.name)
        bind(f"trainer {trainer.name!r}", found.parameters(), trainer.parameters)
    for entry in definition.entries:
        if entry.training is not None or refers(entry, trained):
            players.append(entry)
        else:
            players.append(find_player(workspace.registry, workspace.home, entry.agent))
    return players


def _trained(
    workspace: Workspace,
    definition: Definition,
    players: Sequence[Player | Entry],
    game: Game,
    train: Trained,
) -> tuple[Player, ...]:
    """Train what is to be trained, in the order of the file; return the players.

    A trained one has the name of its entrant.
    """
    checkpoints: dict[str, str] = {}
    for entry in trainings(definition):
        checkpoints[entry.agent.name] = train(filled(entry, checkpoints), game)
    resolved = []
    for player in players:
        if isinstance(player, Entry):
            ref = filled(player, checkpoints).agent
            if player.training is not None:
                ref = Ref(checkpoints[ref.name], ref.parameters, ref.name)
            elif ref.alias is None:
                ref = replace(ref, alias=canonical(player.agent))
            player = find_player(workspace.registry, workspace.home, ref)
        resolved.append(player)
    return tuple(resolved)


def _check(workspace: Workspace, player: Player, spec: Spec, rules: Rules) -> bool:
    """Return whether a player answers in columns. Raises `Unsuitable` if it does not suit."""
    agent = make_agent(workspace.registry, workspace.home, player.ref, trust=workspace.trust)
    check_suits(agent, player.name, spec, rules)
    return agent.columns


def made(registry: Registry, kind: str, ref: Ref, role: type) -> Any:
    """Make what a Ref names, of the role it must have. Raises `UsageError`s."""
    thing = registry.make(kind, ref)
    if not isinstance(thing, role):
        what = type(thing).__name__
        raise UsageError(f"{kind[:-1]} {ref.name!r} is a {what}, not an arena.{role.__name__}")
    return thing


def completed(
    registry: Registry, definition: Definition, spec: Spec, entries: tuple[Entry, ...]
) -> Definition:
    """Fill in what a definition leaves out. Raises `UnknownName` for a format that is not there."""
    by_return = spec.ranked_by_return
    format_ = definition.format or Ref("score" if by_return else "round_robin")
    return replace(
        definition,
        entries=entries,
        format=format_,
        openings=definition.openings or openings_of(format_),
        ratings=definition.ratings or _ratings(registry, format_, by_return),
        seed=fresh_seed() if definition.seed is None else definition.seed,
    )


def _ratings(registry: Registry, format_: Ref, by_return: bool) -> tuple[Ref, ...]:
    """Return the raters that suit a format, else the game."""
    suited = getattr(registry.find("formats", format_.name).load(), "ratings", ())
    suited = suited or (("mean_return",) if by_return else ("bradley_terry", "elo"))
    return tuple(map(parse, suited))


def _shown(entry: Entry) -> str:
    """Return the name of an entrant that is to be trained, or builds on one that is."""
    return entry.agent.alias or (entry.agent.name if entry.training else canonical(entry.agent))


def _check_names(names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise BadConfig(
                f"two entrants are called {name!r}; give one an alias, like `other={name}`"
            )
