"""A wave of matches on a table: the tick, in tensors.

Nothing in a tick waits for the device. A match that has ended is replaced in the next tick without
the host knowing of it; what happened leaves the device in blocks.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from arena.agent import Agent
from arena.block import ENDINGS, Block
from arena.column_batch import ColumnBatch, Pages, Tick
from arena.column_log import TickLog, WaveLog
from arena.column_recorder import ColumnRecorder
from arena.column_referee import ColumnReferee, Columns, Judged
from arena.columns import host
from arena.records import DEFAULT_MAX_TURNS, Spec
from arena.referee import Wrong
from arena.table import Table
from arena.waves import Ask, Wave, asks

_LOGGED = 1 << 18
"""Rows times ticks that are logged before they leave the device."""
_LEAST, _MOST = 16, 1024
"""Ticks that are played before the host looks; always the least of them for a recorder."""
_TERMINAL, _TRUNCATED, _FORFEIT = (
    ENDINGS.index(name) + 1 for name in ("terminal", "truncated", "forfeit")
)


@dataclass
class Company:
    """Who is there: the agents by entrant index, and who judges and listens; `seconds` is what the
    agents took to answer."""

    spec: Spec
    agents: Sequence[Agent]
    referee: ColumnReferee
    recorder: ColumnRecorder | None = None
    seconds: float = 0.0


class _Answers(NamedTuple):
    """What came of asking everybody.

    actions   a column for each seat, (size, *shape); None: for whoever is to move
    wrong, handed   see `TickLog`
    """

    actions: dict[int | None, Tensor]
    wrong: dict[tuple[int, int], Wrong]
    handed: list[tuple[str, int, slice, Any]]


class WavePlay:
    """A wave on a table. Tensors have an entry for each row, unless another shape is told.

    match     index into the wave's matches
    turns     steps in which a player was asked
    paid      to each seat so far, float64 (size, seats); kept for a recorder alone
    free      whether the row's match has ended, and another is to be dealt
    idle      whether none was left for it
    cursors   where the next match of each pool is: (pools,)

    Where the table raises, `renew` makes another of the same size.
    """

    def __init__(
        self, company: Company, wave: Wave, table: Table, renew: Callable[[Table], Table]
    ) -> None:
        self.company, self.wave, self.table, self.renew = company, wave, table, renew
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
        self.asks = [asks(wave, self.spec, self.rows, phase) for phase in (0, 1)]
        self.may_cut = bool(self.spec.max_turns or table.truncates)

    def _tensor(self, values: Sequence[int] | NDArray[np.int64]) -> Tensor:
        return torch.as_tensor(values).to(self.table.device)

    def blocks(self) -> Iterator[Block | None]:
        """Play until all matches have ended; None where none has and there is a recorder."""
        number = 0
        while self.log.left:
            failed = None
            for _ in range(self._ticks(number)):
                try:
                    with torch.no_grad():
                        tick = self.tick(number % 2 if self.paired else 0)
                except Exception as error:
                    failed = error
                    break
                self.log.ticks.append(tick)
                number += 1
            block = self.log.flush()
            if self.recorder is not None:
                self.recorder.heard(self.log.take_moves(), block)
            if block is not None or self.recorder is not None:
                yield block
            if failed is not None and (block := self._void(failed)) is not None:
                yield block

    def _ticks(self, so_far: int) -> int:
        """Return how many ticks to play before the host looks.

        Few at first and when few matches are left; else until about half of those are played.
        """
        if self.recorder is not None or self.log.left <= self.table.size:
            return _LEAST
        ended = len(self.numbers) - self.log.left
        half = self.log.left * so_far // (2 * ended) if ended else _LEAST
        return max(_LEAST, min(half, _MOST, _LOGGED // self.table.size))

    def _void(self, error: Exception) -> Block | None:
        """Give up the matches in flight; nobody can say which of them made the table fail."""
        if self.recorder is not None:
            raise error
        flying = host(self.match[~self.idle]).tolist()
        self.free = self.idle | True
        trace = "".join(traceback.format_exception(error))
        block = self.log.void(flying, error, trace)
        if self.log.left:
            self.table = self.renew(self.table)
        return block

    def tick(self, phase: int) -> TickLog:
        """Deal, ask everybody who is to move, and step."""
        dealt = self._deal(self.pools[phase])
        live = ~(self.idle | self.table.over())
        movers = self.turns & 1 if self.paired else None
        seeds = self.seeds.index_select(0, self.match)
        asked = [live] if self.paired else (self.table.acting() & live[:, None]).unbind(1)
        tick = Tick(self.table, seeds, self.turns, movers, asked)
        answers = self._ask(tick, self.asks[phase])
        judged = self._judge(tick, answers)
        bad = [answer.bad & mine for answer, mine in zip(judged, asked)]
        spoilt = torch.stack(bad).any(0) if len(bad) > 1 else bad[0]
        actions = [answer.actions for answer in judged]
        pay = self.table.step(actions * 2 if self.paired else actions)
        played = live & ~spoilt
        fell = _drawn(self.table, played)
        pay = pay.where(played[:, None], 0.0)
        self.turns = self.turns + played
        ended = self._ended(spoilt)
        if self.recorder is not None:
            self.paid = self.paid + pay
            self._look_back(ended == _TRUNCATED, seeds, self.asks[phase ^ self.paired])
        self.free = ended > 0
        did = [mine.to(torch.int8) + wrong for mine, wrong in zip(asked, bad)]
        return TickLog(
            self.match, dealt, torch.stack(did),
            [seat if movers is None else movers for seat in range(len(judged))],
            actions, [given.clone() for given in answers.actions.values()], answers.wrong,
            answers.handed, fell, pay, ended,
        )  # fmt: skip

    def _deal(self, pools: Tensor) -> Any:
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
        self.idle = self.free = free & ~found
        self.pages.clear(found)
        self.table.reset(found, self.deals.index_select(0, self.match))
        return _drawn(self.table, found)

    def _ask(self, tick: Tick, whom: Sequence[Ask]) -> _Answers:
        """Ask each agent, once for all seats with the same spaces."""
        found: dict[int | None, list[tuple[int, Tensor]]] = {}
        wrong: dict[tuple[int, int], Wrong] = {}
        handed: list[tuple[str, int, slice, Any]] = []
        for agent, kind, parts in whom:
            model = "model" in self.company.agents[agent].needs
            batch = ColumnBatch(tick, parts, self.pages, (agent, kind), model)
            answers = self._answers(agent, batch)
            if self.recorder is not None:
                beside = self._beside(batch)
                self.recorder.moved_columns(agent, batch, answers.actions, answers.columns, beside)
            begin = 0
            for rows, seat in parts:
                some = slice(begin, begin + rows.stop - rows.start)
                found.setdefault(seat, []).append((rows.start, answers.actions[some]))
                for row in answers.wrong.keys() & range(some.start, some.stop):
                    wrong[seat or 0, rows.start + row - begin] = answers.wrong[row]
                if self.recorder is None:
                    handed += [
                        (name, seat or 0, rows, _own(column[some]))
                        for name, column in answers.columns.items()
                    ]
                begin = some.stop
        columns = {
            seat: _whole([part for _, part in sorted(found[seat], key=itemgetter(0))])
            for seat in sorted(found, key=lambda seat: seat or 0)
        }
        return _Answers(columns, wrong, handed)

    def _judge(self, tick: Tick, answers: _Answers) -> list[Judged]:
        judged = []
        for move, (seat, given) in enumerate(answers.actions.items()):
            wrong = [row for place, row in answers.wrong if place == move]
            judged.append(self.company.referee.judge(tick, seat, given, wrong))
        return judged

    def _answers(self, agent: int, batch: ColumnBatch) -> Columns:
        begun = time.perf_counter()
        try:
            return self.company.referee.ask(self.company.agents[agent], batch)
        finally:
            self.company.seconds += time.perf_counter() - begun

    def _beside(self, batch: ColumnBatch) -> dict[str, Tensor]:
        """Return what a recorder wants to know of a batch's rows."""
        numbers = self.numbers.index_select(0, self.match)
        return {
            "match": batch.columns_of(lambda seat: numbers),
            "before": batch.columns_of(lambda seat: self.paid),
            "asked": batch.columns_of(lambda seat: batch.tick.asked[seat or 0]),
        }

    def _look_back(self, cut: Tensor, seeds: Tensor, whom: Sequence[Ask]) -> None:
        """Show the recorder the positions in which matches were cut off in this tick."""
        if self.recorder is None or not self.may_cut:
            return
        acting = self.table.acting()
        nobody = ~acting.any(1, keepdim=True)
        asked = [cut] if self.paired else ((acting | nobody) & cut[:, None]).unbind(1)
        movers = self.turns & 1 if self.paired else None
        tick = Tick(self.table, seeds, self.turns, movers, asked)
        for agent, kind, parts in whom:
            batch = ColumnBatch(tick, parts, self.pages, (agent, kind))
            self.recorder.cut_off(agent, batch, self._beside(batch))

    def _ended(self, spoilt: Tensor) -> Tensor:
        """Return how matches have ended in this tick, as `TickLog.ended`."""
        over = self.table.over()
        cut = self.table.truncated() | (~over & (self.turns >= self.limit))
        code = (over * _TERMINAL).where(~cut, _TRUNCATED).where(~spoilt, _FORFEIT)
        return torch.mul(code, ~self.idle).to(torch.int8)


def _whole(parts: Sequence[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(list(parts))


def _own(column: Any) -> Any:
    """Return a column that nobody else holds."""
    return column.clone() if isinstance(column, Tensor) else column


def _drawn(table: Table, rows: Tensor) -> Tensor | None:
    """Return what nature did in these rows, as `Table.drawn`."""
    drawn = table.drawn()
    return None if drawn is None else torch.where(rows[:, None], drawn, -1)
