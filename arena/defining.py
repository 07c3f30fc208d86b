"""From what a user asks for in a line to the definition of a tournament."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from arena.config import Definition, agent_refs, read_definition, shipped_tournaments
from arena.errors import BadConfig, UnknownName
from arena.lookup import environment_maker
from arena.plugins import Registry
from arena.records import Ref
from arena.specs import canonical, display, parse


def define(
    registry: Registry,
    what: str,
    agents: Sequence[str] = (),
    format_: str | None = None,
    games: int | None = None,
    seed: int | None = None,
) -> Definition:
    """Return the definition asked for: `what` is looked up, the rest replaces what it says.

    Raises `UsageError`s.
    """
    definition = find_definition(registry, what)
    if agents:
        definition = replace(definition, entries=agent_refs(tuple(agents)))
    if format_ is not None:
        definition = replace(definition, format=parse(format_))
    if games is not None:
        chosen = definition.format or Ref(default_format(registry, definition))
        chosen = replace(chosen, parameters={**chosen.parameters, "games": games})
        definition = replace(definition, format=chosen)
    return definition if seed is None else replace(definition, seed=seed)


def default_format(registry: Registry, definition: Definition) -> str:
    """Return the format in which a game is played if nobody names one."""
    spec = environment_maker(registry, definition.environment)[1]
    return "score" if spec.ranked_by_return else "round_robin"


def find_definition(registry: Registry, what: str) -> Definition:
    """Look a tournament up: a file, a shipped definition, an environment, in this order."""
    if what.endswith(".toml"):
        if not Path(what).is_file():
            raise BadConfig(f"no file {what!r}")
        return read_definition(Path(what))
    shipped = shipped_tournaments()
    if what in shipped:
        return read_definition(shipped[what])
    ref = parse(what)
    try:
        registry.find("environments", ref.name)
    except UnknownName as error:
        if "/" in ref.name:
            raise
        names = [*registry.names("environments"), *shipped]
        raise UnknownName(
            "tournament or environment", ref.name, names, "arena environments"
        ) from error
    return Definition(ref, ())


def numbered_twice(agents: Sequence[str]) -> tuple[str, ...]:
    """Give an agent that is named again an alias, so that it may meet itself: random, random-2."""
    named: list[str] = []
    for text in agents:
        ref = parse(text)
        times = sum(display(parse(other)) == display(ref) for other in agents[: len(named)]) + 1
        named.append(text if times == 1 else f"{ref.name}-{times}={canonical(ref)}")
    return tuple(named)
