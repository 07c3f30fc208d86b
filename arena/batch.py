"""What agents are asked with: a `Batch` of observations, whose columns are computed when read.

It looks at `Slot`s, the runner's games in flight, which no agent is handed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from arena.columns import host, masks
from arena.columns import like as like_example
from arena.environment import Environment
from arena.errors import Unsuitable
from arena.observation import ATTEMPT, Observation, failed, guarded
from arena.records import Spec
from arena.seeds import uniforms
from arena.slot import Legal, Slot, whole


class Moves(NamedTuple):
    """Actions with what belongs in the record beside them: `columns` of one value a row."""

    actions: Sequence[Any]
    columns: dict[str, Sequence[Any]]

    @classmethod
    def of(cls, actions: Sequence[Any], **columns: Sequence[Any]) -> Moves:
        """Return moves with the named columns."""
        return cls(actions, columns)


class Batch(Sequence[Observation]):
    """Rows of observations from many matches; columns are computed when read.

    A row is one seat of one match. All matches are of the same environment; seats may differ.
    """

    _legal: list[Legal] | None = None
    _u: NDArray[np.float64] | None = None
    _data: Any = None

    def __init__(
        self, slots: list[Slot], seats: list[int], may_imagine: bool = False, attempt: int = 0
    ) -> None:
        self._held, self._seats = slots, seats
        self._may_imagine, self._attempt = may_imagine, attempt
        self._some_legal: dict[int, Legal] = {}

    device: Any = None
    """Where the columns are if they are tensors; None: they are numpy arrays and lists."""

    def __len__(self) -> int:
        return len(self._slots)

    def __getitem__(self, row: Any) -> Any:
        if isinstance(row, slice):
            return self.take(range(len(self))[row])
        return Observation(self, range(len(self))[row])

    def __iter__(self) -> Iterator[Observation]:
        return (Observation(self, row) for row in range(len(self)))

    def take(self, rows: Sequence[int]) -> Batch:
        """Return a batch of the chosen rows."""
        slots, seats = self._slots, self._seats
        return Batch(
            [slots[r] for r in rows], [seats[r] for r in rows], self._may_imagine, self._attempt
        )

    def by_seat(self) -> Iterator[tuple[int, list[int], Batch]]:
        """Yield (seat, rows, batch of these rows): for games whose seats differ in their spaces."""
        for seat in sorted(set(self._seats)):
            rows = [r for r, s in enumerate(self._seats) if s == seat]
            yield seat, rows, self.take(rows)

    @property
    def spec(self) -> Spec:
        """What the game is."""
        return self._games()[0].spec

    @property
    def seats(self) -> list[int]:
        """The seat of each row."""
        return self._seats

    @property
    def turns(self) -> list[int]:
        """How many steps have asked a player so far, for each row."""
        return [slot.turn for slot in self._slots]

    @property
    def u(self) -> NDArray[np.float64]:
        """A number in [0, 1) for each row, from its match's seed, its seat and its turn."""
        if self._u is None:
            turns = [slot.turn + self._attempt * ATTEMPT for slot in self._slots]
            self._u = uniforms([slot.seed for slot in self._slots], self._seats, turns)
        return self._u

    @property
    def legal(self) -> list[Any]:
        """The legal actions of each row (a sequence of int; None where they cannot be counted)."""
        if self._legal is None:
            try:
                games = self._games()
                self._legal = type(games[0]).legal_many(games, self._seats)
            except Exception as error:
                raise failed(error) from error
            if not all(self._legal):
                every = {seat: whole(self.spec, seat) for seat in set(self._seats)}
                self._legal = [
                    every[seat] if legal is None else legal
                    for legal, seat in zip(self._legal, self._seats)
                ]
        return self._legal

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Which actions of a discrete space are legal: bool, shape (rows, n); see `by_seat`."""
        return masks(self.action_space, self.legal)

    @property
    def data(self) -> Any:
        """What the rows see, stacked: (rows, ...) for arrays, a dict of such for dicts."""
        if self._data is None:
            try:
                games = self._games()
                self._data = type(games[0]).observe_many(games, self._seats)
            except Exception as error:
                seen = [self.spec.seats[seat].observation_space for seat in set(self._seats)]
                if any(space != seen[0] for space in seen):
                    raise Unsuitable(
                        "these seats differ in what they see; ask for the data by_seat"
                    ) from error
                raise failed(error) from error
        return self._data

    @property
    def action_space(self) -> Any:
        """The action space of all rows; raises `Unsuitable` where seats differ, see `by_seat`."""
        spaces = [self.spec.seats[seat].action_space for seat in set(self._seats)]
        if any(space != spaces[0] for space in spaces):
            raise Unsuitable("these seats differ in their actions; ask for the masks by_seat")
        return spaces[0]

    @property
    def text(self) -> list[str]:
        """What each row sees, in words."""
        return [observation.text for observation in self]

    @property
    def reward(self) -> NDArray[np.float64]:
        """All that was paid to each row's seat since it last acted: float64, shape (rows,)."""
        pairs = zip(self._slots, self._seats)
        return np.array([slot.owed(seat) for slot, seat in pairs])

    @property
    def memory(self) -> list[dict[str, Any]]:
        """The page of each row; see `Observation.memory`."""
        return [slot.page(seat) for slot, seat in zip(self._slots, self._seats)]

    def recall(self, name: str, like: Any) -> Any:
        """Return what each row's page has under `name`, stacked: (rows, ...).

        `like` is an array or tensor with as many axes: a row without it gets noughts of the shape
        and type of a row of `like`, and the result is of its kind. Tables know the same call.
        """
        nought = np.zeros_like(host(like)[:1])[0]
        rows = [host(page.get(name, nought)) for page in self.memory]
        return like_example(np.stack(rows), like)

    def keep(self, name: str, values: Any) -> None:
        """Put one value a row, (rows, ...), on the rows' pages, to `recall` it in later turns."""
        for page, value in zip(self.memory, np.array(host(values))):
            page[name] = value

    @property
    def _slots(self) -> list[Slot]:
        return self._held

    def _games(self) -> list[Environment]:
        """Return the environment of each row."""
        return [slot.environment for slot in self._slots]

    def _legal_of(self, row: int) -> Legal:
        if self._legal is not None:
            return self._legal[row]
        if row not in self._some_legal:
            self._some_legal[row] = guarded(self._slots[row].legal, self._seats[row])
        return self._some_legal[row]

    def _pages(self) -> list[dict[str, Any]]:
        """Return a copy of the memory of each row; of none if no slot has any."""
        if not any([slot.pages for slot in self._slots]):  # noqa: C419  a list is twice as fast
            return []
        pairs = zip(self._slots, self._seats)
        return [dict((slot.pages or {}).get(seat, ())) for slot, seat in pairs]

    def _restore(self, pages: list[dict[str, Any]]) -> None:
        """Put back what `_pages` returned."""
        for row, (slot, seat) in enumerate(zip(self._slots, self._seats)):
            if slot.pages is not None:
                slot.pages[seat] = pages[row] if pages else {}
