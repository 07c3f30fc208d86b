"""A wave of matches on a table: the tick, in tensors.

Nothing in a tick waits for the device. A match that has ended is replaced in the next tick without
the host knowing of it; what happened leaves the device in blocks.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from arena.agent import Agent
from arena.block import ENDINGS, Block
from arena.column_batch import ColumnBatch, Pages, Part, Tick
from arena.column_log import OFFENDED, PLAYED, TickLog, WaveLog
from arena.column_recorder import ColumnRecorder
from arena.column_referee import ColumnReferee, Columns
from arena.columns import host
from arena.records import DEFAULT_MAX_TURNS, Spec
from arena.table import Table
from arena.waves import Wave

_LOGGED = 1 << 18
"""Rows times ticks that are logged before they leave the device."""
_HEARD = 16
"""Ticks after which a recorder learns how many moves there were."""
_TERMINAL, _TRUNCATED, _FORFEIT = (
    ENDINGS.index(name) + 1 for name in ("terminal", "truncated", "forfeit")
)
_Handed = tuple[str, int, slice, Tensor]


@dataclass
class Company:
    """Who is there: the agents by entrant index, and who judges and listens; `seconds` is what the
    agents took to answer."""

    spec: Spec
    agents: Sequence[Agent]
    referee: ColumnReferee
    recorder: ColumnRecorder | None = None
    seconds: float = 0.0


class WavePlay:
    """A wave on a table. Tensors have an entry for each row, unless another shape is told.

    match     index into the wave's matches
    turns     steps in which a player was asked
    paid      to each seat so far, float64 (size, seats); kept for a recorder alone
    free      whether the row's match has ended, and another is to be dealt
    idle      whether none was left for it
    cursors   where the next match of each pool is: (pools,)
    """

    def __init__(self, company: Company, wave: Wave, table: Table) -> None:
        self.company, self.wave, self.table = company, wave, table
        self.spec, self.paired = company.spec, wave.paired
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
        self.log = WaveLog(wave.fixtures, self.spec, company.referee.explain)
        self.recorder = company.recorder
        self.numbers = self._tensor(wave.fixtures.numbers)
        self.paid = torch.zeros(table.size, len(self.spec.seats), device=table.device).double()
        self.failed = False
        self.may_cut = bool(self.spec.max_turns or table.truncates)

    def _tensor(self, values: Sequence[int] | NDArray[np.int64]) -> Tensor:
        return torch.as_tensor(values).to(self.table.device)

    def blocks(self) -> Iterator[Block | None]:
        """Play until all matches have ended; None where none has and there is a recorder."""
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
                if self.recorder is not None:
                    raise
                yield from self._void(error)
            if self.recorder is not None:
                self.recorder.heard(self.log.take_moves(), block)
            if block is not None or self.recorder is not None:
                yield block

    def _ticks(self) -> int:
        """Return how many ticks to play before the host looks: fewer when few matches are left."""
        if self.recorder is not None:
            return _HEARD
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
        asked = [live] if self.paired else (self.table.acting() & live[:, None]).unbind(1)
        parts = self._parts(phase)
        given, handed = self._ask(tick, parts, asked)
        judged = [self.company.referee.judge(tick, seat, column) for seat, column in given.items()]
        bad = [answer.bad & mine for answer, mine in zip(judged, asked)]
        spoilt = torch.stack(bad).any(0) if len(bad) > 1 else bad[0]
        pay = self.table.step([answer.actions for answer in judged] * (2 if self.paired else 1))
        played = live & ~spoilt
        pay = pay * played[:, None]
        self.turns = self.turns + played
        ended = self._ended(spoilt)
        self.free = ended > 0
        if self.recorder is not None:
            self.paid = self.paid + pay
            self._look_back(ended == _TRUNCATED, seeds, self._parts(phase ^ self.paired))
        did = [(mine & played) * PLAYED + wrong * OFFENDED for mine, wrong in zip(asked, bad)]
        return TickLog(
            self.match, dealt, torch.stack(did).to(torch.int8),
            [seat if movers is None else movers for seat in range(len(judged))],
            list(given.values()), handed, _copy(self.table.drawn()), pay, ended,
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
        if self.recorder is not None:
            self.paid = self.paid * ~found[:, None]
        self.idle = free & ~found
        self.pages.clear(found)
        self.table.reset(found, self.deals.index_select(0, self.match))
        return _copy(self.table.drawn())

    def _parts(self, phase: int) -> dict[int, list[Part]]:
        """Return the rows and seats (None: whoever moves) of each agent that may be asked."""
        seats: Sequence[int | None] = [None] if self.paired else range(len(self.spec.seats))
        parts: dict[int, list[Part]] = {}
        for seat in seats:
            for region, players in enumerate(self.wave.players):
                rows = slice(region * self.rows, (region + 1) * self.rows)
                # in the first of two regions the pair's first player moves at every even tick
                agent = players[phase if seat is None else seat]
                parts.setdefault(agent, []).append((rows, seat))
        return {agent: _joined(mine) for agent, mine in parts.items()}

    def _ask(
        self, tick: Tick, parts: Mapping[int, list[Part]], asked: Sequence[Tensor]
    ) -> tuple[dict[int | None, Tensor], list[_Handed]]:
        """Ask each agent once; return a column of answers for each seat, and what else came."""
        found: dict[int | None, list[tuple[int, Tensor]]] = {}
        handed: list[_Handed] = []
        for agent, mine in parts.items():
            batch = ColumnBatch(tick, mine, self.pages, agent)
            answers = self._answers(agent, batch)
            if self.recorder is not None:
                beside = self._beside(batch, asked)
                self.recorder.moved_columns(agent, batch, *answers, beside)
            begin = 0
            for rows, seat in mine:
                some = slice(begin, begin + rows.stop - rows.start)
                found.setdefault(seat, []).append((rows.start, answers.actions[some]))
                begin = some.stop
                if self.recorder is None:
                    handed += [(n, seat or 0, rows, c[some]) for n, c in answers.columns.items()]
        by_row = {seat: sorted(found[seat], key=lambda each: each[0]) for seat in _ordered(found)}
        return {seat: _whole([part for _, part in given]) for seat, given in by_row.items()}, handed

    def _answers(self, agent: int, batch: ColumnBatch) -> Columns:
        begun = time.perf_counter()
        try:
            return self.company.referee.ask(self.company.agents[agent], batch)
        finally:
            self.company.seconds += time.perf_counter() - begun

    def _beside(self, batch: ColumnBatch, asked: Sequence[Tensor]) -> dict[str, Tensor]:
        """Return what a recorder wants to know of a batch's rows."""
        numbers = self.numbers.index_select(0, self.match)
        return {
            "match": batch.columns_of(lambda seat: numbers),
            "before": batch.columns_of(lambda seat: self.paid),
            "asked": batch.columns_of(lambda seat: asked[seat or 0]),
        }

    def _look_back(self, cut: Tensor, seeds: Tensor, parts: Mapping[int, list[Part]]) -> None:
        """Show the recorder the positions in which matches were cut off in this tick."""
        if self.recorder is None or not self.may_cut:
            return
        tick = Tick(self.table, seeds, self.turns, self.turns & 1 if self.paired else None)
        acting = self.table.acting()
        nobody = ~acting.any(1, keepdim=True)
        asked = [cut] if self.paired else ((acting | nobody) & cut[:, None]).unbind(1)
        for agent, mine in parts.items():
            batch = ColumnBatch(tick, mine, self.pages, agent)
            self.recorder.cut_off(agent, batch, self._beside(batch, asked))

    def _ended(self, spoilt: Tensor) -> Tensor:
        """Return how matches have ended in this tick, as `TickLog.ended`."""
        over = self.table.over()
        cut = self.table.truncated() | (~over & (self.turns >= self.limit))
        code = (over * _TERMINAL).where(~cut, _TRUNCATED).where(~spoilt, _FORFEIT)
        return torch.mul(code, ~self.idle).to(torch.int8)


def _ordered(seats: Iterable[int | None]) -> list[int | None]:
    return sorted(seats, key=lambda seat: seat or 0)


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
