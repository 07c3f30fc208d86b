"""Runs tournaments: from a definition to stored matches and ratings, resumable at any point."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from arena.block import VOID, Block
from arena.config import definition_from_json, definition_to_json
from arena.errors import Unsuitable, UsageError
from arena.executors.here import Here
from arena.fixtures import Fixtures, pairing_columns
from arena.history import (
    EntrantRecord,
    GameRecord,
    MatchQuery,
    State,
    TournamentKind,
    TournamentRecord,
)
from arena.interrupts import Interrupts
from arena.lookup import Game, Player
from arena.openings import NO_BOOK, Book
from arena.planning import Plan, Trained, prepare
from arena.records import Episode, Match, Pairing, Rating, Spec
from arena.results import Results, ResultsLog
from arena.roles import Executor, Job, Rater, Store
from arena.seeds import derive_many
from arena.specs import canonical
from arena.versions import library_versions
from arena.workspace import Workspace

SEEDS, DEALS = 1, 2
"""The streams below a tournament's seed: one seed a match, one a deal."""
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Playing:
    """How matches are played, which changes nothing in what they become."""

    executor: Executor = field(default_factory=Here)
    slots: int | None = None
    device: str = "auto"


@dataclass
class Run:
    """A tournament being played: what event hooks and progress displays are shown."""

    id: int
    kind: TournamentKind
    plan: Plan
    log: ResultsLog
    total: int = 0  # matches known of so far: all rounds begun
    played: int = 0
    faults: int = 0
    voided: int = 0
    seconds: float = 0.0
    began: float = field(default_factory=time.monotonic)

    def add(self, episodes: Sequence[Episode]) -> None:
        """Count a block of episodes."""
        block = Block.of(episodes)
        self.log.add(block)
        self.played += len(block)
        self.voided += int((block.endings == VOID).sum())
        for faults in block.faults.values():
            self.faults += sum(fault.seat is not None for fault in faults)

    @property
    def results(self) -> Results:
        """All results so far, void ones among them."""
        return self.log.results()


def begin(workspace: Workspace, plan: Plan, kind: TournamentKind = "tournament") -> Run:
    """Enter a tournament into the history."""
    definition = plan.definition
    assert definition.seed is not None and definition.format is not None
    record = TournamentRecord(
        kind=kind,
        game=game_record(plan.game, plan.spec),
        entrants=tuple(entrant_record(player) for player in plan.players),
        format=canonical(definition.format),
        seed=definition.seed,
        definition=json.dumps(definition_to_json(definition)),
        versions=library_versions(),
        started=time.time(),
    )
    identifier = workspace.store.begin(record)
    log = ResultsLog([p.name for p in plan.players], len(plan.spec.seats), plan.spec.sides)
    return Run(identifier, kind, plan, log)


def entrant_record(player: Player) -> EntrantRecord:
    """Return what the history keeps of a player."""
    return EntrantRecord(player.name, player.spec, player.agent, player.parameters, player.digest)


def game_record(game: Game, spec: Spec) -> GameRecord:
    """Return what the history keeps of a game."""
    return GameRecord.of(game.name, game.short if game.alias else None, game.ref, spec)


def reopen(workspace: Workspace, identifier: int, train: Trained) -> Run:
    """Take up a stored tournament where it was left. Raises `StoreError` or `UsageError`."""
    store = workspace.store
    stored = store.tournament(identifier)
    if stored.record.kind == "import":
        raise UsageError(
            f"tournament {identifier} was played elsewhere; `arena import` would finish it"
        )
    if stored.record.kind == "training":
        raise UsageError(
            f"tournament {identifier} measured a training; `arena train --resume` goes on with it"
        )
    plan = prepare(workspace, definition_from_json(json.loads(stored.record.definition)), train)
    before = [entrant.identity for entrant in stored.record.entrants]
    now = [entrant_record(player).identity for player in plan.players]
    for player, old, new in zip(plan.players, before, now):
        if old != new:
            raise UsageError(
                f"tournament {identifier} cannot go on: entrant {player.name!r} is not what it was "
                "(its checkpoint or file has changed); start a new tournament"
            )
    run = Run(identifier, stored.record.kind, plan, ResultsLog((), 0), seconds=stored.seconds or 0)
    results = store.results(identifier)
    run.log = ResultsLog.of(results)
    run.played = len(results)
    for row in store.matches(MatchQuery(tournament=identifier, faults=True)):
        run.faults += sum(fault.seat is not None for fault in row.faults)
        run.voided += row.ending == "void"
    return run


def play_tournament(
    workspace: Workspace,
    run: Run,
    playing: Playing,
    progress: Callable[[Run], None] = lambda run: None,
) -> None:
    """Play what is left of a tournament, storing each block as it comes.

    On an interrupt or an error the tournament is left "interrupted", everything stored so far kept.
    """
    store, hook = workspace.store, workspace.registry.hook
    executor, job = playing.executor, job_of(workspace, run.plan, playing)
    run.began = time.monotonic()
    state: State = "interrupted"
    store.set_state(run.id, "running", run.seconds)
    hook.arena_started(run=run)
    with Interrupts() as interrupts:
        try:
            for matches in _rounds(store, run):
                for episodes in executor.run(job, matches):
                    with interrupts.held():
                        store.add(run.id, episodes)
                        run.add(episodes)
                        hook.arena_played(run=run, episodes=episodes)
                        progress(run)
                    interrupts.check()
            state = "finished"
        finally:
            with interrupts.held():
                executor.close()
                run.seconds += time.monotonic() - run.began
                store.set_state(run.id, state, run.seconds)
                hook.arena_finished(run=run)


def job_of(workspace: Workspace, plan: Plan, playing: Playing) -> Job:
    """Return what an executor needs to play a plan's matches."""
    return Job(
        environment=plan.game.ref,
        entrants=tuple(player.ref for player in plan.players),
        rules=plan.definition.rules,
        slots=playing.slots,
        device=playing.device,
        setting=workspace.setting,
    )


def _rounds(store: Store, run: Run) -> Iterator[Iterable[Match]]:
    """Yield the matches of each round that are not stored yet."""
    entrants, format_ = run.plan.entrants, run.plan.format
    stored = store.numbers(run.id)
    first = 0
    while True:
        known = run.results
        pairings = format_.next(entrants, known.where(known.numbers < first))
        if not len(pairings):
            return
        run.total = first + len(pairings)
        yield Numbered(pairings, first, entrants.seed, stored, run.plan.book)
        first = run.total


class Numbered(Iterable[Match]):
    """Pairings as matches with numbers (from `first`) and seeds, but for those stored."""

    def __init__(
        self,
        pairings: Sequence[Pairing],
        first: int,
        seed: int,
        stored: np.ndarray[Any, Any],
        book: Book = NO_BOOK,
    ) -> None:
        self.pairings, self.first, self.seed, self.stored = pairings, first, seed, stored
        self.book = book

    def __iter__(self) -> Iterator[Match]:
        for some in self.fixtures():
            yield from some.matches()

    def fixtures(self) -> Iterator[Fixtures]:
        """Yield them as columns, some thousands at a time."""
        first, book = self.first, self.book
        for players, deals in pairing_columns(self.pairings, _BLOCK):
            numbers = np.arange(first, first + len(deals))
            first += len(deals)
            openings = None
            if book.lines:
                openings = [book.opening(deal) for deal in deals.tolist()]
            elif book.plies:
                openings = [book.plies] * len(deals)
            seeds, luck = (
                derive_many(self.seed, stream, counts).astype(np.int64)
                for stream, counts in ((SEEDS, numbers), (DEALS, deals))
            )
            some = Fixtures(numbers, players, seeds, luck, openings)
            todo = ~np.isin(numbers, self.stored)
            yield some if todo.all() else some.take(np.flatnonzero(todo))


def rate(raters: Mapping[str, Rater], results: Results) -> dict[str, Mapping[str, Rating] | str]:
    """Return each system's ratings, or in one line why it has none."""
    rated: dict[str, Mapping[str, Rating] | str] = {}
    for name, rater in raters.items():
        try:
            rated[name] = rater.rate(results.rated)
        except Unsuitable as error:
            rated[name] = str(error)
    return rated
