"""What agents see of a table: the same names as in a `Batch`, and tensors behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from arena.columns import host, pick_rows
from arena.errors import Unsuitable
from arena.records import Spec
from arena.table import Table
from arena.tensor_luck import tensor_uniforms

Tensor = Any
Part = tuple[slice, int | None]
"""Some rows of a table, and the seat that moves there; None for whoever is to move in each."""


class Tick:
    """A table as it stands; what is read of it is computed once, for all who read it.

    seeds, turns   int64 (size,)    of the matches in the rows
    movers         int64 (size,)    whose turn it is, in games of two that move by turns
    """

    def __init__(self, table: Table, seeds: Tensor, turns: Tensor, movers: Tensor | None) -> None:
        self.table, self.seeds, self.turns, self.movers = table, seeds, turns, movers
        self._read: dict[tuple[str, int | None], Any] = {}

    def _once(self, what: str, seat: int | None, read: Callable[[Any], Any]) -> Any:
        key = (what, seat)
        if key not in self._read:
            self._read[key] = read(self.movers if seat is None else seat)
        return self._read[key]

    def show(self, data: Any, mask: Tensor | None) -> None:
        """Show this to whoever is to move, in place of what the table holds."""
        self._read = {("observe", None): data, ("legal", None): mask}

    def legal(self, seat: int | None) -> Tensor | None:
        """Return the mask of a seat, (size, n); None where actions cannot be counted."""
        return self._once("legal", seat, lambda at: self.table.legal(at))

    def observe(self, seat: int | None) -> Any:
        """Return what a seat sees, (size, ...)."""
        return self._once("observe", seat, lambda at: self.table.observe(at))

    def uniforms(self, seat: int | None) -> Tensor:
        """Return the luck of a seat: float64 (size,)."""
        return self._once("u", seat, lambda at: tensor_uniforms(self.seeds, at, self.turns))


class Pages:
    """What agents remember of the matches in a table's rows, by name: tensors of noughts at first.

    A page is (size, seats, *shape); a row is nought again when another match begins in it.
    """

    def __init__(self, size: int, seats: int) -> None:
        self.size, self.seats = size, seats
        self._pages: dict[tuple[int, str], Tensor] = {}

    def page(self, agent: int, name: str, like: Tensor) -> Tensor:
        """Return an agent's page, made on first use in the shape and type of the rows of `like`."""
        if (agent, name) not in self._pages:
            shape = (self.size, self.seats, *like.shape[1:])
            self._pages[agent, name] = like.new_zeros(shape)
        return self._pages[agent, name]

    def clear(self, rows: Tensor) -> None:
        """Forget what belongs to these rows, bool (size,)."""
        for page in self._pages.values():
            page.masked_fill_(rows.view(-1, *[1] * (page.ndim - 1)), 0)


class ColumnBatch(Sequence[Any]):
    """Rows of a table, as columns on its device. Rows cannot be looked at one by one."""

    def __init__(self, tick: Tick, parts: Sequence[Part], pages: Pages, agent: int = 0) -> None:
        self._tick, self._parts, self._pages, self._agent = tick, list(parts), pages, agent

    def __len__(self) -> int:
        return sum(rows.stop - rows.start for rows, _ in self._parts)

    def __getitem__(self, row: Any) -> Any:
        raise Unsuitable(
            "a batch of columns has no rows: read mask, data and u, or leave `columns`"
        )

    def rows(self) -> Iterator[ColumnBatch]:
        """Yield a batch for each row, to find out which of them is at fault."""
        for rows, seat in self._parts:
            for row in range(rows.start, rows.stop):
                part = (slice(row, row + 1), seat)
                yield ColumnBatch(self._tick, [part], self._pages, self._agent)

    @property
    def device(self) -> Any:
        """The device that all columns are on."""
        return self._tick.table.device

    @property
    def spec(self) -> Spec:
        """What the game is."""
        return self._tick.table.spec

    @property
    def countable(self) -> bool:
        """Whether there is a mask."""
        return hasattr(self.spec.seats[0].action_space, "n")

    @property
    def mask(self) -> Tensor:
        """Which actions of a discrete space are legal: bool (rows, n)."""
        mask = self._columns(self._tick.legal)
        if mask is None:
            raise Unsuitable(f"there is no list of legal actions in {self.spec.name}")
        return mask

    @property
    def data(self) -> Any:
        """What the rows see, (rows, ...): a tensor, or a dict or tuple of such."""
        return self._columns(self._tick.observe)

    @property
    def u(self) -> Tensor:
        """A number in [0, 1) for each row, of its match, seat and turn: float64."""
        return self._columns(self._tick.uniforms)

    @property
    def turns(self) -> Tensor:
        """How many steps have asked a player so far: int64 (rows,)."""
        return self._columns(lambda seat: self._tick.turns)

    @property
    def seats(self) -> Tensor:
        """The seat of each row: int64 (rows,)."""
        turns, movers = self._tick.turns, self._tick.movers
        return self._columns(lambda seat: movers if seat is None else turns * 0 + seat)

    @property
    def legal(self) -> list[list[int]]:
        """The legal actions of each row as lists; slow, since the host has to wait for them."""
        start = int(getattr(self.spec.seats[0].action_space, "start", 0))
        return [(row.nonzero()[0] + start).tolist() for row in host(self.mask)]

    def recall(self, name: str, like: Tensor) -> Tensor:
        """Return what was kept under a name for each row: noughts, in the shape of `like`."""
        page = self._pages.page(self._agent, name, like)
        return self._columns(lambda seat: self._of_seat(page, seat))

    def keep(self, name: str, values: Tensor) -> None:
        """Keep a value for each row until its seat is asked again or the match is over."""
        page = self._pages.page(self._agent, name, values)
        begin = 0
        for rows, seat in self._parts:
            end = begin + rows.stop - rows.start
            self._put(page[rows], seat, rows, values[begin:end])
            begin = end

    def _put(self, page: Tensor, seat: int | None, rows: slice, values: Tensor) -> None:
        if seat is not None:
            page[:, seat] = values
            return
        index = self._index(page, rows)
        page.scatter_(1, index, values[:, None].expand_as(index))

    def _of_seat(self, page: Tensor, seat: int | None) -> Tensor:
        if seat is not None:
            return page[:, seat]
        return page.gather(1, self._index(page, slice(0, len(page))))[:, 0]

    def _index(self, page: Tensor, rows: slice) -> Tensor:
        assert self._tick.movers is not None
        movers = self._tick.movers[rows].view(-1, *[1] * (page.ndim - 1))
        return movers.expand(-1, 1, *page.shape[2:])

    def columns_of(self, read: Callable[[int | None], Any]) -> Any:
        """Return the batch's rows of what is known of whole tables, by seat."""
        return self._columns(read)

    def _columns(self, read: Callable[[int | None], Any]) -> Any:
        return pick_rows([(read(seat), rows) for rows, seat in self._parts])
