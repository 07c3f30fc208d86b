"""Whether an agent that says `columns` answers a table as it answers rows."""

from __future__ import annotations

from collections.abc import Sequence

from arena.agent import Agent
from arena.environment import Environment
from arena.loop_table import LoopTable
from arena.records import Episode, Match
from arena.runner import Runner
from arena.testing.probe import Make, matches_of, same
from arena.testing.report import Report, short

_CLOSE = 1e-4  # floats this near are the same answer, computed in another order
_TIES = 0.1  # the share of matches that may turn on a tie between floats
_CURE = (
    "answer tensors on batch.device of what rows of the same match, seat and turn get: from mask, "
    "data, u and recall; or leave `columns`"
)


def check_columns(report: Report, agent: Agent, make: Make, games: int, seed: int) -> None:
    """Play matches of the agent with itself in single games, and on a table made of such games."""
    if not agent.columns:
        report.skipped["columns"] = "it answers rows"
        return
    from arena.column_referee import columns_suit
    from arena.column_runner import ColumnRunner

    spec = make().spec
    if not columns_suit(spec):
        report.skipped["columns"] = f"a table cannot judge actions as those of {spec.name}"
        return
    matches = matches_of(spec, games, seed, [(0,) * len(spec.seats)])
    rows = _played(Runner(make, [agent], slots=games), matches)
    columns = _played(ColumnRunner(_tabled(make), [agent], slots=games), matches)
    for number, episode in columns.items():
        for fault in episode.faults:
            raise report.broken("columns", f"match {number}: {fault.message}", _CURE)
    changed = [n for n in rows if not same(rows[n].log, columns[n].log, _CLOSE)]
    if not changed:
        return
    one, other = (short(each[changed[0]].moves, 60) for each in (rows, columns))
    what = (
        f"{len(changed)} of {games} matches of {spec.name} go otherwise on a table, "
        f"as {one}, then {other}"
    )
    if len(changed) > max(1, _TIES * games):
        raise report.broken("columns", what, _CURE)
    report.notes.append(f"columns: {what}, as a tie between floats may")


def _played(runner: object, matches: Sequence[Match]) -> dict[int, Episode]:
    blocks = runner.blocks(matches)  # type: ignore[attr-defined]
    return {episode.match.number: episode for block in blocks for episode in block}


def _tabled(make: Make) -> Make:
    """Return what makes the same game with a table, which loops over such games."""

    def made() -> Environment:
        game = make()
        game.table = lambda size, device: LoopTable(make, size)  # type: ignore[method-assign]
        return game

    return made
