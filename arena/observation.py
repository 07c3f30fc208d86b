"""What a seat sees when it is asked to move: an `Observation`, a row of a batch, read lazily."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from arena.columns import masks
from arena.environment import Environment
from arena.errors import ArenaError, Infrastructure, Unsuitable
from arena.records import Spec
from arena.seeds import Luck, derive

if TYPE_CHECKING:
    from arena.batch import Batch

ATTEMPT = 1 << 32
"""Distance in turns between the luck of a first and of a second try at the same move."""


class Observation:
    """All that a seat may know when it is asked to move. Valid until the agent has answered."""

    __slots__ = ("_batch", "_row", "_slot", "seat")

    def __init__(self, batch: Batch, row: int) -> None:
        self._batch, self._row = batch, row
        self._slot = batch._slots[row]
        self.seat: int = batch._seats[row]

    @property
    def legal(self) -> Any:
        """The legal actions (a sequence of int); None if the space cannot be counted."""
        return self._batch._legal_of(self._row)

    @property
    def data(self) -> Any:
        """What the seat sees, as an element of its observation space."""
        return guarded(self._slot.environment.observe, self.seat)

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Which actions of a discrete space are legal: bool, shape (n,)."""
        mask: NDArray[np.bool_] = masks(self.action_space, [self.legal])[0]
        return mask

    @property
    def text(self) -> str:
        """What the seat sees, in words."""
        return str(guarded(self._slot.environment.text, self.seat))

    @property
    def rules(self) -> str:
        """The rules of the game in words."""
        return str(guarded(self._slot.environment.rules, self.seat))

    @property
    def history(self) -> list[tuple[int, str]]:
        """The moves so far that the seat knows of, oldest first, as (seat, words)."""
        return list(guarded(self._slot.environment.history, self.seat, self._slot.log))

    @property
    def own(self) -> list[Any]:
        """The actions of this seat in this match so far, oldest first."""
        log = self._slot.log
        return [action for seat, action in zip(log[::2], log[1::2]) if seat == self.seat]

    def label(self, action: Any) -> str:
        """Return an action in the notation of the game."""
        return str(guarded(self._slot.environment.label, self.seat, action))

    def parse(self, text: str) -> Any:
        """Return the legal action that `text` names, or None."""
        return guarded(self._slot.environment.parse, self.seat, text)

    @property
    def spec(self) -> Spec:
        """What the game is."""
        return self._slot.environment.spec

    @property
    def action_space(self) -> Any:
        """The seat's action space."""
        return self.spec.seats[self.seat].action_space

    @property
    def turn(self) -> int:
        """How many steps have asked a player so far in this match."""
        return self._slot.turn

    @property
    def reward(self) -> float:
        """All that was paid to the seat since it last acted."""
        return self._slot.owed(self.seat)

    @property
    def u(self) -> float:
        """A number in [0, 1) that belongs to this match, seat and turn."""
        return float(self._batch.u[self._row])

    @property
    def rng(self) -> Luck:
        """A generator (made when touched) that belongs to this match, seat and turn."""
        turn = self._slot.turn + self._batch._attempt * ATTEMPT
        return Luck(derive(self._slot.seed, "agent", self.seat, turn))

    @property
    def memory(self) -> dict[str, Any]:
        """A page kept for this match and seat, dropped when the match ends.

        Replace what is on it rather than change it in place: a batch that has to be asked again
        finds the page as it was, its values not copied.
        """
        return self._slot.page(self.seat)

    @property
    def fault(self) -> str | None:
        """What was wrong with the last answer for this move, where the rules allow another."""
        faults = self._slot.faults
        if self._batch._attempt and faults:
            return faults[-1].message
        return None

    def imagine(self, rng: Luck) -> Environment:
        """Return a world that this seat may believe to be in, to search in.

        Raises `Unsuitable` for agents without "model" in `needs`, or where the rules forbid it.
        """
        if not self._batch._may_imagine:
            raise Unsuitable("imagine is for agents that need a model, where the rules allow it")
        world: Environment = guarded(self._slot.environment.imagine, self.seat, rng)
        return world


def guarded(call: Any, *arguments: Any) -> Any:
    """Call an environment, so that its failure is not taken for the agent's."""
    try:
        return call(*arguments)
    except Exception as error:
        raise failed(error) from error


def failed(error: Exception) -> Exception:
    """Return what an environment's exception means: its own word if it has one, else a failure."""
    if isinstance(error, ArenaError):
        return error
    return Infrastructure(f"the environment raised {type(error).__name__}: {error}")
