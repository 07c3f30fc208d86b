"""Plays matches on a table, in waves: each tick is as many tensor operations however many games.

See `arena.waves` for what is played together, and `arena.wave_play` for a tick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from arena.agent import Agent
from arena.block import Block
from arena.column_recorder import ColumnRecorder
from arena.column_referee import ColumnReferee
from arena.environment import Environment
from arena.fixtures import Fixtures, InColumns, fixtures
from arena.records import Episode, Match
from arena.runner import Runner
from arena.table import Table
from arena.torch_table import as_torch
from arena.wave_play import Company, WavePlay
from arena.waves import Wave, alternate, waves

SLOTS = 4096
"""Rows of a table, if nobody says."""
_AHEAD, _RECORDED = 64, 16
"""Matches a row that are sorted at a time; and with a recorder, who may stop at any time."""
_TABLES = 8
"""Tables of so many sizes are kept for other waves."""


class ColumnRunner:
    """Plays matches of one environment among agents (by entrant index) that answer in columns."""

    def __init__(
        self,
        make: Callable[[], Environment],
        agents: Sequence[Agent],
        slots: int = SLOTS,
        device: str = "cpu",
        recorder: ColumnRecorder | None = None,
    ) -> None:
        self.make, self.slots, self.device = make, slots, device
        self.game = make()
        self.spec = self.game.spec
        self.company = Company(self.spec, agents, ColumnReferee(self.spec, make), recorder)
        self._tables: dict[int, Table] = {}
        self._alternating = alternate(self.spec, self._table(1).alternating)
        self.appetite = 4 * slots
        """How many matches it should have before it, to be as fast as it can."""

    @property
    def agent_seconds(self) -> float:
        """How long the agents took to answer, in all."""
        return self.company.seconds

    def blocks(self, matches: Iterable[Match] | InColumns) -> Iterator[Sequence[Episode]]:
        """Yield the matches that have ended, now and then; with a recorder also when none has."""
        ahead = _AHEAD if self.company.recorder is None else _RECORDED
        for some in fixtures(matches, self.slots * ahead):
            if some.openings is not None:
                yield from self._one_by_one(some)
                continue
            for wave in waves(some, self.slots, self._alternating):
                table = self._table(_size(wave, self.slots))
                play = WavePlay(self.company, wave, table, self._renewed)
                for block in play.blocks():
                    yield block or ()

    def _one_by_one(self, some: Fixtures) -> Iterator[Block]:
        """Play matches that begin with moves nobody makes: labels are read in single games."""
        runner = Runner(self.make, self.company.agents)
        yield from (Block.of(block) for block in runner.blocks(some.matches()))
        self.company.seconds += runner.agent_seconds
        runner.close()

    def _table(self, size: int) -> Table:
        if size not in self._tables:
            if len(self._tables) >= _TABLES:
                self._close_tables()
            self._tables[size] = as_torch(self.game.table(size, self.device))
        return self._tables[size]

    def _renewed(self, table: Table) -> Table:
        """Return a new table in place of one that has failed."""
        del self._tables[table.size]
        table.close()
        return self._table(table.size)

    def abandon(self) -> None:
        """Forget the matches in flight: tables begin anew with every wave."""

    def close(self) -> None:
        """Let go of the tables and the games."""
        self._close_tables()
        self.company.referee.close()
        self.game.close()

    def _close_tables(self) -> None:
        while self._tables:
            self._tables.popitem()[1].close()


def _size(wave: Wave, slots: int) -> int:
    """Return how many rows: equal regions, no more than slots or than its matches can fill."""
    regions = len(wave.ends)
    longest = max(end - begin for begin, end in pairwise([0, *wave.ends]))
    return regions * max(1, min(slots // regions, longest))
