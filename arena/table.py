"""Many games of one environment stepped together: the seam between games and the column driver.

A runner that finds a `Table` plays it in a fixed number of array operations a tick, however many
games there are:

    table.reset(table.over(), deals)      # the games that are over begin anew, the others go on
    asked = table.acting()                # (size, seats) bool
    table.legal(seats), table.observe(seats)
    pay = table.step(actions)             # (size, seats); then table.over(), table.truncated()

Arrays are numpy's, or torch tensors on `device`; a table gives and takes one kind only. Nothing in
the interface needs a value back on the host, so a table on an accelerator never has to wait.
`LoopTable` makes a table of any `Environment`, with numpy and a loop; `TableGame` makes an
`Environment` of any table, from the same rules.
"""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Self

from arena.records import Spec
from arena.seeds import Luck

Array = Any
"""A numpy array, or a torch tensor on the table's device."""
Tree = Any
"""An array, or a dict or tuple of such where the space is a Dict or a Tuple."""
Seats = Any
"""One seat for every row (an int), or one a row: int64 (size,), where the seats' spaces are equal.
"""


class Table(ABC):
    """`size` games of one environment, in rows that do not affect each other.

    All rows of a new table are over. A row that is over asks nobody and pays nothing, and `step`
    leaves it alone; a row may be begun anew at any time. What a row becomes depends on its deal and
    on the moves made in it, not on `size` or on the other rows.

    Luck is counter-based. The n-th outcome (from 0) that nature draws in a row is the one that
    `arena.seeds.draw` finds for `uniform(deal, CHANCE, n)` among the odds of the `Environment` of
    the same rules, so that a table's match can be replayed there; `check_table` holds it to that.

    The caller enforces `spec.max_turns` (by beginning a row anew); the table knows only the rules.

    What follows `drawn` is for single games (`TableGame`, which has one row), and may use the host.
    """

    spec: Spec
    size: int
    device: Any = "cpu"
    alternating: bool = False
    """Whether two seats move by turns in every game, seat 0 first and neither twice running."""
    truncates: bool = False
    """Whether games may be cut off otherwise than by `spec.max_turns`: see `truncated`."""

    @abstractmethod
    def reset(self, rows: Array, deals: Array) -> None:
        """Begin a new game in each row of the mask `rows`, bool (size,).

        `deals`, int64 (size,), holds their seeds in [0, 2**63) (int64, as torch has no arithmetic
        on uint64); what it holds for other rows does not matter. Nature moves on until a player is
        asked or the game is over; what it pays before the first move is left out.
        """

    @abstractmethod
    def acting(self) -> Array:
        """Return who is asked to move: bool (size, seats). Never nature."""

    @abstractmethod
    def legal(self, seats: Seats) -> Array | None:
        """Return the legal actions of a seat of each row: bool (size, n).

        Column i stands for the action `action_space.start + i`. None where the action space is
        not Discrete. Rows whose seat is not asked hold anything.
        """

    @abstractmethod
    def observe(self, seats: Seats) -> Tree:
        """Return what a seat of each row sees: its observation space's shapes after (size, ...).

        Rows whose seat is not asked hold anything, but for those that were cut off (`truncated`),
        whose last position learners look at. Like every array that a table returns, it is good
        until the next `reset` or `step`: copy what is to be kept.
        """

    @abstractmethod
    def step(self, actions: Sequence[Tree]) -> Array:
        """Move in every row that is not over; return every seat's pay: float (size, seats).

        `actions[seat]` holds the seat's actions, (size, *shape of an action): legal ones (the
        referee has seen to it) where the seat is asked, and any element of the action space
        elsewhere. Nature's moves that follow are made and paid too.
        """

    @abstractmethod
    def over(self) -> Array:
        """Return which games are over: bool (size,)."""

    def truncated(self) -> Array:
        """Return which games were cut off rather than ended by their rules: bool (size,)."""
        return self.over() & False

    def drawn(self) -> Array | None:
        """Return what nature did in the latest `reset` or `step`: int64 (size, most in a row).

        A row's actions come first, in order, then -1 to the end. None where nature never moves.
        """
        return None

    def close(self) -> None:
        """Let go of memory, processes and files."""
        return None

    def hold(self) -> None:
        """Leave nature's moves to the caller from now on.

        `reset` and `step` then stop where nature is asked, and the row asks nobody until `fall`:
        the runner draws for a single game, and logs what fell. Nothing where nature never moves.
        """
        return None

    def nature(self) -> Array | None:
        """Return which rows of a table on `hold` wait for nature: bool (size,).

        None where nature never moves.
        """
        return None

    def odds(self, row: int) -> Sequence[tuple[int, float]]:
        """Return nature's actions and their odds in a row that waits for it."""
        raise NotImplementedError(f"{type(self).__name__} asks nature but does not say the odds")

    def fall(self, actions: Array) -> Array:
        """Let nature take `actions`, int64 (size,), in the rows that wait; return pay as `step`."""
        raise NotImplementedError(f"{type(self).__name__} asks nature but does not let it move")

    def label(self, seat: int, action: Any) -> str:
        """Return a seat's action in the notation of the game."""
        return str(action)

    def rules(self, seat: int) -> str | None:
        """Return the rules in words, None where nobody has written them down."""
        return None

    def text(self, row: int, seat: int) -> str | None:
        """Return in words what a seat of a row sees, None to show the observation itself."""
        return None

    def render(self, row: int) -> str | None:
        """Return a row's position drawn for an onlooker, None to show what all seats see."""
        return None

    def copy(self) -> Self:
        """Return these games as they stand, independent of these."""
        return copy.deepcopy(self)

    def resample(self, seat: int, rng: Luck) -> None:
        """Draw anew, in every row, what the seat cannot know: called if `spec.model` says so."""
        return None


class BranchingTable(Table):
    """A table whose rows can be taken out and put in, so that searches can branch.

    A runner asks for that only where `spec.model` says that the game can be copied.
    """

    @abstractmethod
    def take(self, rows: Array) -> Self:
        """Return some rows' games as they stand, as a table: row i of it is row `rows[i]` of this.

        `rows`, int64 (n,), may name a row more than once.
        """

    @abstractmethod
    def put(self, rows: Array, games: Self) -> None:
        """Put the games of a table of the same kind in the place of `rows`.

        `rows`, int64 (n,), names each row once at most.
        """
