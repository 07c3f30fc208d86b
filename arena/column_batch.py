"""What agents see of a table: the same names as in a `Batch`, and tensors behind them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any

import torch
from gymnasium.spaces import Discrete
from torch import Tensor

from arena.columns import host, map_rows, pick_rows
from arena.errors import Infrastructure, Unsuitable
from arena.observation import failed
from arena.records import Spec
from arena.table import BranchingTable, Table
from arena.tensor_luck import tensor_uniforms

Part = tuple[slice, int | None]
"""Some rows of a table, and the seat that moves there; None for whoever is to move in each."""


class TableFailed(Infrastructure):
    """A table raised when it was asked what a seat may do, or sees."""


class Tick:
    """A table as it stands; what is read of it is computed once, for all who read it.

    seeds, turns   int64 (size,)    of the matches in the rows
    movers         int64 (size,)    whose turn it is, in games of two that move by turns
    asked          bool (size,)     for each seat: whether it is to move; one for `movers`
    """

    def __init__(
        self,
        table: Table,
        seeds: Tensor,
        turns: Tensor,
        movers: Tensor | None,
        asked: Sequence[Tensor] = (),
    ) -> None:
        self.table, self.seeds, self.turns, self.movers = table, seeds, turns, movers
        self.asked = asked
        self._read: dict[tuple[str, int | None], tuple[Any, list[int]]] = {}

    def _once(self, what: str, seat: int | None, read: Callable[[Any], Any]) -> Any:
        """Read it, if nobody has, or if somebody has changed in place what was read."""
        known, versions = self._read.get((what, seat), (None, []))
        if not versions or _versions(known) != versions:
            try:
                with torch.inference_mode(False):  # whatever mode the agent is in that reads first
                    known = read(self.movers if seat is None else seat)
            except Exception as error:
                raise TableFailed(str(failed(error))) from error
            self._read[what, seat] = known, _versions(known)
        return known

    def show(self, data: Any, mask: Tensor | None) -> None:
        """Show this to whoever is to move, in place of what the table holds."""
        for what, tree in (("observe", data), ("legal", mask)):
            self._read[what, None] = tree, _versions(tree)

    def legal(self, seat: int | None) -> Any:
        """Return the mask of a seat, (size, n); None where actions cannot be counted."""
        return self._once("legal", seat, lambda at: self.table.legal(at))

    def observe(self, seat: int | None) -> Any:
        """Return what a seat sees, (size, ...)."""
        return self._once("observe", seat, lambda at: self.table.observe(at))

    def uniforms(self, seat: int | None) -> Any:
        """Return the luck of a seat: float64 (size,)."""
        return self._once("u", seat, lambda at: tensor_uniforms(self.seeds, at, self.turns))


class Pages:
    """What agents remember of the matches in a table's rows, by name: tensors of noughts at first.

    A page is (size, seats, *shape); a row is nought again when another match begins in it.
    """

    def __init__(self, size: int, seats: int) -> None:
        self.size, self.seats = size, seats
        self._pages: dict[tuple[Hashable, str], Tensor] = {}

    def page(self, agent: Hashable, name: str, like: Tensor) -> Tensor:
        """Return an agent's page, made on first use in the shape and type of the rows of `like`."""
        if (agent, name) not in self._pages:
            shape = (self.size, self.seats, *like.shape[1:])
            with torch.inference_mode(False):
                page = torch.zeros(shape, dtype=like.dtype, device=like.device)
            self._pages[agent, name] = page
        return self._pages[agent, name]

    def clear(self, rows: Tensor) -> None:
        """Forget what belongs to these rows, bool (size,)."""
        for page in self._pages.values():
            page.masked_fill_(rows.view(-1, *[1] * (page.ndim - 1)), 0)


class ColumnBatch(Sequence[Any]):
    """Rows of a table, as columns on its device. Rows cannot be looked at one by one.

    All rows are of seats with equal spaces. There are also rows whose seat is not asked, or whose
    match is over: they hold anything, and what is answered for them does not matter.
    """

    def __init__(
        self, tick: Tick, parts: Sequence[Part], pages: Pages, agent: Hashable = 0,
        may_imagine: bool = False,
    ) -> None:  # fmt: skip
        self.tick, self._parts, self._pages, self._agent = tick, list(parts), pages, agent
        self._may_imagine = may_imagine
        self._kept: dict[str, Tensor] = {}

    def __len__(self) -> int:
        return sum(rows.stop - rows.start for rows, _ in self._parts)

    def __getitem__(self, row: Any) -> Any:
        raise Unsuitable(
            "a batch of columns has no rows: read mask, data and u, or leave `columns`"
        )

    def asked(self) -> Iterator[tuple[int, ColumnBatch]]:
        """Yield where each row is that is asked, and a batch of it alone. Has to wait."""
        begin = 0
        for rows, seat in self._parts:
            for row in host(self.tick.asked[seat or 0][rows]).nonzero()[0].tolist():
                part = (slice(rows.start + row, rows.start + row + 1), seat)
                yield (
                    begin + row,
                    ColumnBatch(self.tick, [part], self._pages, self._agent, self._may_imagine),
                )
            begin += rows.stop - rows.start

    def imagine(self) -> BranchingTable:
        """Return the rows' games as they stand, as a table of their own to search in.

        Raises `Unsuitable` for agents without "model" in `needs`, and where no rows can be taken.
        """
        if not self._may_imagine:
            raise Unsuitable("imagine is for agents that need a model, where the rules allow it")
        table = self.tick.table
        if not isinstance(table, BranchingTable):
            raise Unsuitable(f"{self.spec.name} has a table, but no rows of it can be taken apart")
        rows = [torch.arange(part.start, part.stop) for part, _ in self._parts]
        return table.take(torch.cat(rows).to(table.device))

    @property
    def seat(self) -> int:
        """A seat with the spaces of all rows."""
        return self._parts[0][1] or 0

    @property
    def device(self) -> Any:
        """The device that all columns are on."""
        return self.tick.table.device

    @property
    def spec(self) -> Spec:
        """What the game is."""
        return self.tick.table.spec

    @property
    def action_space(self) -> Any:
        """The action space of all rows."""
        return self.spec.seats[self.seat].action_space

    @property
    def countable(self) -> bool:
        """Whether there is a mask."""
        return isinstance(self.action_space, Discrete)

    @property
    def mask(self) -> Any:
        """Which actions of a discrete space are legal: bool (rows, n)."""
        mask = self._columns(self.tick.legal)
        if mask is None:
            raise Unsuitable(f"there is no list of legal actions in {self.action_space}")
        return mask

    @property
    def data(self) -> Any:
        """What the rows see, (rows, ...): a tensor, or a dict or tuple of such."""
        return self._columns(self.tick.observe)

    @property
    def u(self) -> Any:
        """A number in [0, 1) for each row, of its match, seat and turn: float64."""
        return self._columns(self.tick.uniforms)

    @property
    def turns(self) -> Any:
        """How many steps have asked a player so far: int64 (rows,)."""
        return self._columns(lambda seat: self.tick.turns).clone()

    @property
    def seats(self) -> Any:
        """The seat of each row: int64 (rows,)."""
        turns, movers = self.tick.turns, self.tick.movers
        return self._columns(lambda seat: movers if seat is None else turns * 0 + seat).clone()

    @property
    def legal(self) -> list[Any]:
        """The legal actions of each row as lists, None if they cannot be counted.

        Slow, since the host has to wait for them: read `mask` on tables.
        """
        if not self.countable:
            return [None] * len(self)
        start = int(self.action_space.start)
        return [(row.nonzero()[0] + start).tolist() for row in host(self.mask)]

    def recall(self, name: str, like: Tensor) -> Any:
        """Return what was kept under a name for each row: at first noughts, in the shape of `like`.

        `like` has as many axes as what is kept, (rows, ...), and its type.
        """
        if name in self._kept:
            return self._kept[name].clone()
        page = self._pages.page(self._agent, name, like)
        return self._columns(lambda seat: self._of_seat(page, seat)).clone()

    def keep(self, name: str, values: Tensor) -> None:
        """Keep a value for each row, (rows, ...), to `recall` it in later turns of the match."""
        page = self._pages.page(self._agent, name, values)
        shape = (len(self), *page.shape[2:])
        if (tuple(values.shape), values.dtype) != (shape, page.dtype):
            raise ValueError(
                f"keep({name!r}) got {values.dtype} {tuple(values.shape)}, not {page.dtype} {shape}"
            )
        self._kept[name] = values

    def commit(self) -> None:
        """Put on the pages what was kept, in the rows that are asked."""
        for name, values in self._kept.items():
            page = self._pages.page(self._agent, name, values)
            begin = 0
            for rows, seat in self._parts:
                end = begin + rows.stop - rows.start
                self._put(page[rows], seat, rows, values[begin:end])
                begin = end
        self._kept = {}

    def _put(self, page: Tensor, seat: int | None, rows: slice, values: Tensor) -> None:
        if seat is None:  # who is not asked here has lost its match
            page.scatter_(1, self._index(page, rows), values[:, None])
            return
        asked = self.tick.asked[seat][rows].view(-1, *[1] * (values.ndim - 1))
        page[:, seat] = values.where(asked, page[:, seat])

    def _of_seat(self, page: Tensor, seat: int | None) -> Tensor:
        if seat is not None:
            return page[:, seat]
        return page.gather(1, self._index(page, slice(0, len(page))))[:, 0]

    def _index(self, page: Tensor, rows: slice) -> Tensor:
        assert self.tick.movers is not None
        movers = self.tick.movers[rows].view(-1, *[1] * (page.ndim - 1))
        return movers.expand(-1, 1, *page.shape[2:])

    def columns_of(self, read: Callable[[int | None], Any]) -> Any:
        """Return the batch's rows of what is known of whole tables, by seat."""
        return self._columns(read)

    def _columns(self, read: Callable[[int | None], Any]) -> Any:
        return pick_rows([(read(seat), rows) for rows, seat in self._parts])


def _versions(tree: Any) -> list[int]:
    """Return how often each tensor of a tree was changed in place, by whoever holds it."""
    versions = [0]
    map_rows(tree, lambda tensor: versions.append(getattr(tensor, "_version", 0)))
    return versions
