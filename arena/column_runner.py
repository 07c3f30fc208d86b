"""Plays matches on a table: a tick is a fixed number of tensor operations, however many the games.

Nothing in a tick waits for the device. A match that has ended is replaced in the next tick without
the host knowing of it; what happened leaves the device in blocks.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from arena.agent import Agent
from arena.block import ENDINGS, Block
from arena.column_batch import ColumnBatch, Pages, Part, Tick
from arena.column_log import OFFENDED, PLAYED, TickLog, WaveLog
from arena.column_referee import ColumnReferee, Columns, Judged, columns_suit
from arena.columns import host
from arena.environment import Environment
from arena.fixtures import Fixtures, fixtures
from arena.records import DEFAULT_MAX_TURNS, Match
from arena.runner import Runner
from arena.table import Table
from arena.torch_table import as_torch
from arena.waves import Wave, waves

__all__ = ["SLOTS", "ColumnRunner", "columns_suit"]

SLOTS = 4096
"""Rows of a table, if nobody says."""
_AHEAD = 64
"""Matches a row that are sorted at a time."""
_LOGGED = 1 << 18
"""Rows times ticks that are logged before they leave the device."""
_TERMINAL, _TRUNCATED, _FORFEIT = (
    ENDINGS.index(name) + 1 for name in ("terminal", "truncated", "forfeit")
)


_Handed = tuple[str, int, slice, Tensor]


class ColumnRunner:
    """Plays matches of one environment among agents (by entrant index) that answer in columns."""

    def __init__(
        self,
        make: Callable[[], Environment],
        agents: Sequence[Agent],
        slots: int = SLOTS,
        device: str = "cpu",
    ) -> None:
        self.make, self.agents, self.slots, self.device = make, agents, slots, device
        self.game = make()
        self.spec = self.game.spec
        self.referee = ColumnReferee(self.spec, make)
        self.agent_seconds = 0.0
        self._tables: dict[int, Table] = {}

    def blocks(self, matches: Iterable[Match]) -> Iterator[Block]:
        """Yield the matches that have ended, now and then."""
        alternating = self._table(1).alternating
        for some in fixtures(matches, self.slots * _AHEAD):
            if some.openings is not None:
                yield from self._one_by_one(some)
                continue
            for wave in waves(some, self.slots, alternating):
                play = WavePlay(self, wave, self._table(_size(wave, self.slots)))
                yield from play.blocks()
                if play.failed:
                    self._tables.clear()

    def _one_by_one(self, some: Fixtures) -> Iterator[Block]:
        """Play matches that begin with moves nobody makes: labels are read in single games."""
        runner = Runner(self.make, self.agents)
        yield from (Block.of(block) for block in runner.blocks(some.matches()))
        self.agent_seconds += runner.agent_seconds
        runner.close()

    def _table(self, size: int) -> Table:
        if size not in self._tables:
            self._tables[size] = as_torch(self.game.table(size, self.device))
        return self._tables[size]

    def abandon(self) -> None:
        """Forget the matches in flight: tables begin anew with every wave."""

    def close(self) -> None:
        """Let go of the tables."""
        for table in self._tables.values():
            table.close()
        self._tables.clear()
        self.game.close()


def _size(wave: Wave, slots: int) -> int:
    """Return how many rows: equal regions, no more than slots or than its matches can fill."""
    regions = len(wave.ends)
    longest = max(end - begin for begin, end in pairwise([0, *wave.ends]))
    return regions * max(1, min(slots // regions, longest))


class WavePlay:
    """A wave on a table. Tensors have an entry for each row, unless another shape is told.

    match     index into the wave's matches
    turns     steps in which a player was asked
    free      whether the row's match has ended, and another is to be dealt
    idle      whether none was left for it
    cursors   where the next match of each pool is: (pools,)
    """

    def __init__(self, runner: ColumnRunner, wave: Wave, table: Table) -> None:
        self.runner, self.wave, self.table = runner, wave, table
        self.spec, self.paired = runner.spec, wave.paired
        self.regions = len(wave.ends)
        self.rows = table.size // self.regions
        self.seeds, self.deals = (
            self._tensor(c) for c in (wave.fixtures.seeds, wave.fixtures.deals)
        )
        self.ends = self._tensor(wave.ends)
        self.cursors = self._tensor([0, *wave.ends[:-1]])
        self.match = self._tensor([0] * table.size)
        self.turns = self.match.clone()
        self.free = self.match == 0
        self.idle = self.free
        own = list(range(self.regions))
        other = [region ^ 1 for region in own] if wave.paired else own
        self.pools = self._tensor(own), self._tensor(other)
        self.pages = Pages(table.size, len(self.spec.seats))
        self.limit = self.spec.max_turns or DEFAULT_MAX_TURNS
        self.log = WaveLog(wave.fixtures, self.spec, runner.referee.explain)
        self.failed = False

    def _tensor(self, values: Sequence[int] | NDArray[np.int64]) -> Tensor:
        return torch.as_tensor(values).to(self.table.device)

    def blocks(self) -> Iterator[Block]:
        """Play until all matches have ended."""
        number = 0
        while self.log.left:
            block = None
            try:
                for _ in range(self._ticks()):
                    with torch.no_grad():
                        self.log.ticks.append(self.tick(number % 2 if self.paired else 0))
                    number += 1
                block = self.log.flush()
            except Exception as error:
                yield from self._void(error)
            if block is not None:
                yield block

    def _ticks(self) -> int:
        """Return how many ticks to play before the host looks: fewer when few matches are left."""
        most = max(8, min(1024, _LOGGED // self.table.size))
        return most if self.log.left > self.table.size else min(most, 16)

    def _void(self, error: Exception) -> Iterator[Block]:
        """Give up the matches in flight; nobody can say which of them made the table fail."""
        trace = traceback.format_exc()
        self.failed = True
        block = self.log.flush()
        if block is not None:
            yield block
        flying = host(self.match[~(self.idle | self.free)]).tolist()
        voided = self.log.void(flying, error, trace)
        self.free = self.match == self.match
        if voided is not None:
            yield voided

    def tick(self, phase: int) -> TickLog:
        """Deal, ask everybody who is to move, and step."""
        dealt = self._deal(self.pools[phase])
        live = ~(self.idle | self.table.over())
        movers = self.turns & 1 if self.paired else None
        seeds = self.seeds.index_select(0, self.match)
        tick = Tick(self.table, seeds, self.turns, movers)
        given, handed = self._ask(tick, phase)
        judged = [self._judge(tick, seat, column) for seat, column in given.items()]
        asked = [live] if self.paired else (self.table.acting() & live[:, None]).unbind(1)
        bad = [answer.bad & mine for answer, mine in zip(judged, asked)]
        spoilt = torch.stack(bad).any(0) if len(bad) > 1 else bad[0]
        pay = self.table.step([answer.actions for answer in judged] * (2 if self.paired else 1))
        played = live & ~spoilt
        self.turns = self.turns + played
        ended = self._ended(spoilt)
        self.free = ended > 0
        did = [(mine & played) * PLAYED + wrong * OFFENDED for mine, wrong in zip(asked, bad)]
        return TickLog(
            self.match, dealt, torch.stack(did).to(torch.int8),
            [seat if movers is None else movers for seat in range(len(judged))],
            list(given.values()), handed, _copy(self.table.drawn()), pay * played[:, None], ended,
        )  # fmt: skip

    def _deal(self, pools: Tensor) -> Tensor | None:
        """Deal the next matches of the regions' pools into the rows that are free."""
        free = self.free | self.idle
        counts = free.view(self.regions, self.rows).cumsum(1)
        cursors, ends = self.cursors.index_select(0, pools), self.ends.index_select(0, pools)
        following = (cursors[:, None] + counts - 1).view(-1)
        found = free & (following < ends[:, None].expand(-1, self.rows).reshape(-1))
        self.cursors = self.cursors.index_copy(0, pools, (cursors + counts[:, -1]).minimum(ends))
        self.match = torch.where(found, following, self.match)
        self.turns = self.turns * ~found
        self.idle = free & ~found
        self.pages.clear(found)
        self.table.reset(found, self.deals.index_select(0, self.match))
        return _copy(self.table.drawn())

    def _ask(self, tick: Tick, phase: int) -> tuple[dict[int | None, Tensor], list[_Handed]]:
        """Ask each agent once; return a column of answers for each seat (None: whoever moves)."""
        seats: Sequence[int | None] = [None] if self.paired else range(len(self.spec.seats))
        parts: dict[int, list[Part]] = {}
        for seat in seats:
            for region, players in enumerate(self.wave.players):
                rows = slice(region * self.rows, (region + 1) * self.rows)
                # in the first of two regions the pair's first player moves at every even tick
                agent = players[phase if seat is None else seat]
                parts.setdefault(agent, []).append((rows, seat))
        found: dict[int | None, list[tuple[int, Tensor]]] = {seat: [] for seat in seats}
        handed: list[_Handed] = []
        for agent, mine in parts.items():
            joined = _joined(mine)
            answers = self._answers(agent, ColumnBatch(tick, joined, self.pages, agent))
            begin = 0
            for rows, seat in joined:
                some = slice(begin, begin + rows.stop - rows.start)
                found[seat].append((rows.start, answers.actions[some]))
                begin = some.stop
                handed += [(n, seat or 0, rows, c[some]) for n, c in answers.columns.items()]
        columns = {seat: _whole([part for _, part in sorted(
            given, key=lambda each: each[0])]) for seat, given in found.items()}  # fmt: skip
        return columns, handed

    def _answers(self, agent: int, batch: ColumnBatch) -> Columns:
        begun = time.perf_counter()
        try:
            return self.runner.referee.ask(self.runner.agents[agent], batch)
        finally:
            self.runner.agent_seconds += time.perf_counter() - begun

    def _judge(self, tick: Tick, seat: int | None, given: Tensor) -> Judged:
        return self.runner.referee.judge(tick, seat, given)

    def _ended(self, spoilt: Tensor) -> Tensor:
        """Return how matches have ended in this tick, as `TickLog.ended`."""
        over = self.table.over()
        cut = self.table.truncated() | (~over & (self.turns >= self.limit))
        code = (over * _TERMINAL).where(~cut, _TRUNCATED).where(~spoilt, _FORFEIT)
        return torch.mul(code, ~self.idle).to(torch.int8)


def _whole(parts: Sequence[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(list(parts))


def _joined(parts: Sequence[Part]) -> list[Part]:
    """Return parts with those joined that follow each other."""
    joined: list[Part] = []
    for rows, seat in parts:
        if joined and joined[-1][1] == seat and joined[-1][0].stop == rows.start:
            joined[-1] = (slice(joined[-1][0].start, rows.stop), seat)
        else:
            joined.append((rows, seat))
    return joined


def _copy(drawn: Tensor | None) -> Tensor | None:
    return None if drawn is None else drawn.clone()
