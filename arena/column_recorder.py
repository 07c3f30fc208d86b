"""Hears a table on behalf of learners: what they learn from stays on the device."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from arena.agent import Agent
from arena.block import ENDINGS, Block
from arena.column_batch import ColumnBatch, Pages, Tick
from arena.columns import host, map_rows
from arena.experience import join, pick
from arena.recorder import Ends, Recorder, check_faults
from arena.records import Spec

_TRUNCATED = ENDINGS.index("truncated")
_HOST = ("match", "seat", "turn", "before", "extra")


class ColumnRecorder(Recorder):
    """A `Recorder` of columns: actions, fields and what agents hand back are tensors.

    The host learns of matches, seats and turns when it takes what was recorded.
    """

    def __init__(
        self,
        spec: Spec,
        agents: Sequence[Agent],
        learners: Collection[int],
        fields: Collection[str],
    ) -> None:
        super().__init__(agents, learners, fields)
        self.spec = spec

    def moved_columns(
        self, agent: int, batch: ColumnBatch, actions: Tensor, columns: Mapping[str, Tensor],
        beside: Mapping[str, Any],
    ) -> None:  # fmt: skip
        """Hear the answers of an agent. `beside` has the rows' match, before and asked."""
        if agent in self.learners:
            fields = {name: map_rows(getattr(batch, name), torch.clone) for name in self.fields}
            self._parts.append({
                **fields, **columns, **beside, "seat": batch.seats, "turn": batch.turns,
                "extra": torch.zeros_like(beside["asked"]), "action": actions,
            })  # fmt: skip

    def cut_off(self, agent: int, batch: ColumnBatch, beside: Mapping[str, Any]) -> None:
        """Hear of positions of which some (`asked`) were cut off: see `Recorder._ask_last`."""
        if agent in self.learners:
            names = {*self.fields, "data", "mask"} if batch.countable else {*self.fields, "data"}
            fields = {name: map_rows(getattr(batch, name), torch.clone) for name in names}
            self._cut.append((agent, fields, {
                **beside, "seat": batch.seats, "turn": batch.turns,
                "extra": torch.ones_like(beside["asked"]),
            }))  # fmt: skip

    def heard(self, moves: int, block: Block | None) -> None:
        """Hear how many moves there were, and of matches that have ended.

        Raises for a fault that would spoil what is learnt.
        """
        self.steps += moves
        if block is None:
            return
        for row, faults in block.faults.items():
            check_faults(faults, block.players[row].tolist(), self.learners)
        self.over += int(block.turns.sum())
        self._ends.append(Ends(block.numbers, block.endings == _TRUNCATED, block.returns))

    def _table(self) -> dict[str, Any]:
        for agent, fields, beside in self._cut:
            self._ask_cut(agent, fields, beside)
        self._cut = []
        asked = [part.pop("asked", None) for part in self._parts]
        names = self._names()
        tables = []
        for fresh in (False, True):  # what was left from before is on the host already
            mine = [i for i, rows in enumerate(asked) if (rows is not None) == fresh]
            if mine:
                table = {name: join([self._parts[i][name] for i in mine]) for name in names}
                table |= {name: host(table[name]) for name in _HOST}
                if fresh:
                    rows = np.flatnonzero(host(join([asked[i] for i in mine])))
                    table = {name: pick(column, rows) for name, column in table.items()}
                tables.append(table)
        return {name: join([table[name] for table in tables]) for name in names}

    def _ask_cut(self, agent: int, fields: Mapping[str, Any], beside: Mapping[str, Any]) -> None:
        """Have those that were cut off seen by the agent that would move there."""
        rows = np.flatnonzero(host(beside["asked"]))
        if not len(rows):
            return
        fields = {name: pick(column, rows) for name, column in fields.items()}
        beside = {name: pick(column, rows) for name, column in beside.items()}
        answer: Any = self.agents[agent].act_batch(self._shown(fields, beside))
        actions, columns = answer if isinstance(answer, tuple) else (answer, {})
        kept = {name: fields[name] for name in self.fields}
        self._parts.append({**kept, **columns, **beside, "action": actions})

    def _shown(self, fields: Mapping[str, Any], beside: Mapping[str, Any]) -> Any:
        """Return a batch of positions that are no longer on the table."""
        turns, seats = beside["turn"], beside["seat"]
        table: Any = _Shown(self.spec, turns.device)
        tick = Tick(table, torch.zeros_like(turns), turns, seats)
        tick.show(fields["data"], fields.get("mask"))
        pages = Pages(len(turns), len(self.spec.seats))
        return ColumnBatch(tick, [(slice(0, len(turns)), None)], pages)


class _Shown:
    """What a batch reads of a table, of positions that are no longer there."""

    def __init__(self, spec: Spec, device: Any) -> None:
        self.spec, self.device = spec, device
