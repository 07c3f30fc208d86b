"""The way in: whatever can play matches of a game among agents, single games or a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from arena.agent import Agent
from arena.environment import Environment
from arena.records import STANDARD_RULES, Episode, Match, Rules
from arena.runner import SLOTS, Recorder, Runner
from arena.table_device import table_device

if TYPE_CHECKING:
    from arena.column_runner import ColumnRunner


def runner_for(
    make: Callable[[], Environment],
    agents: Sequence[Agent],
    rules: Rules = STANDARD_RULES,
    slots: int | None = None,
    device: str = "cpu",
) -> Runner | ColumnRunner:
    """Return what plays the game among these agents.

    It is a table, where the game has one, all agents answer in columns, and a wrong answer
    forfeits; else games one by one. `slots` is how many are in flight, None for what suits.
    """
    found = table_device(make, agents, device) if _forfeits(rules) else None
    if found is None:
        return Runner(make, agents, rules, slots or SLOTS)
    from arena.column_runner import SLOTS as ROWS
    from arena.column_runner import ColumnRunner

    return ColumnRunner(make, agents, slots or ROWS, found)


def _forfeits(rules: Rules) -> bool:
    return rules.illegal == rules.error == "forfeit" and rules.move_seconds is None


def one_by_one(make: Callable[[], Environment], slow: Sequence[str], rules: Rules) -> str:
    """Return why games that have a table are stepped one by one; "" if nothing here is the reason.

    `slow` names the agents that do not answer in columns.
    """
    if not slow and _forfeits(rules):
        return ""
    game = make()
    table = None if type(game).table is Environment.table else game.table(1, "cpu")
    game.close()
    if table is None:
        return ""
    table.close()
    if slow:
        return f"{', '.join(slow)} {'do' if len(slow) > 1 else 'does'} not answer in columns"
    return "on a table a wrong answer forfeits and there is no clock, and the rules say otherwise"


def play(
    make: Callable[[], Environment],
    agents: Sequence[Agent],
    matches: Iterable[Match],
    rules: Rules = STANDARD_RULES,
    slots: int | None = None,
    recorder: Recorder | None = None,
    device: str = "cpu",
) -> Iterator[Episode]:
    """Yield an episode for each match, as they end.

    `make` makes a game in progress; `agents` are by entrant index, as in `Match.seats`; up to
    `slots` games are in flight. Faults are in the episodes: nothing is raised. A `recorder` hears
    single games.
    """
    runner = (
        runner_for(make, agents, rules, slots, device)
        if recorder is None
        else Runner(make, agents, rules, slots or SLOTS, recorder)
    )
    try:
        for block in runner.blocks(matches):
            yield from block
    finally:
        runner.close()
