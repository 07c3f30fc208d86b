"""Tables of numpy arrays as tables of tensors, memory shared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from arena.columns import host
from arena.table import BranchingTable, Seats, Table


def as_torch(table: Table) -> Table:
    """Return a table that gives and takes tensors: the table itself if it does."""
    if not isinstance(table.over(), np.ndarray):
        return table
    branches = isinstance(table, BranchingTable)
    return _BranchingTorchTable(table) if branches else _TorchTable(table)


class _TorchTable(Table):
    """A table of numpy arrays, with tensors on the host in their place."""

    device = torch.device("cpu")

    def __init__(self, table: Table) -> None:
        self._table = table
        self.spec, self.size = table.spec, table.size
        self.alternating, self.truncates = table.alternating, table.truncates

    def reset(self, rows: Any, deals: Any) -> None:
        self._table.reset(host(rows), host(deals))

    def acting(self) -> Any:
        return _tensors(self._table.acting())

    def legal(self, seats: Seats) -> Any:
        return _tensors(self._table.legal(_arrays(seats)))

    def observe(self, seats: Seats) -> Any:
        return _tensors(self._table.observe(_arrays(seats)))

    def step(self, actions: Sequence[Any]) -> Any:
        return _tensors(self._table.step([_arrays(each) for each in actions]))

    def over(self) -> Any:
        return _tensors(self._table.over())

    def truncated(self) -> Any:
        return _tensors(self._table.truncated())

    def drawn(self) -> Any:
        return _tensors(self._table.drawn())

    def close(self) -> None:
        self._table.close()


class _BranchingTorchTable(_TorchTable, BranchingTable):
    """A table of numpy arrays whose rows can be taken."""

    _table: BranchingTable

    def take(self, rows: Any) -> _BranchingTorchTable:
        return _BranchingTorchTable(self._table.take(host(rows)))

    def put(self, rows: Any, games: _BranchingTorchTable) -> None:
        self._table.put(host(rows), games._table)


def _tensors(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _tensors(part) for key, part in tree.items()}
    if isinstance(tree, tuple):
        return tuple(map(_tensors, tree))
    return torch.as_tensor(tree) if isinstance(tree, np.ndarray) else tree


def _arrays(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _arrays(part) for key, part in tree.items()}
    if isinstance(tree, tuple):
        return tuple(map(_arrays, tree))
    return host(tree) if isinstance(tree, torch.Tensor) else tree
