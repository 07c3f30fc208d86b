"""Games: one in progress (`Environment`), or many stepped together (`Table`)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from arena.columns import stack
from arena.errors import Unsuitable
from arena.records import Spec
from arena.seeds import Luck

Action = Any


class Stepped(NamedTuple):
    """What came of a step of many games, or of their beginning.

    It is whom each asks next, and by row what else happened.

    `asked` is () for a row that failed; `paid` and `failed` hold the rows that paid or raised.
    """

    asked: list[Sequence[int]]
    paid: dict[int, Sequence[float]]
    failed: dict[int, Exception]


class Environment(ABC):
    """One game in progress.

    A game asks a set of seats: `acting()` names those that must move now, `step` takes one action
    from each of them and pays every seat. The runner calls `reset` before anything else and may
    `reset` the same object again for the next match.
    """

    files: tuple[str, ...] = ()
    """The parameters that name files: pages do not take them from a request."""

    spec: Spec
    truncated: bool = False
    """Whether the game that is over was cut off rather than ended by its rules."""

    @abstractmethod
    def reset(self, rng: Luck) -> None:
        """Begin a new game; `rng`, a lazy `numpy.random.Generator`, is all its luck."""

    @abstractmethod
    def acting(self) -> Sequence[int]:
        """Return the seats that must move now: `(CHANCE,)` for nature, `()` when it is over."""

    @abstractmethod
    def observe(self, seat: int) -> Any:
        """Return what `seat` sees: an element of its observation space, never changed later."""

    @abstractmethod
    def step(self, actions: Mapping[int, Action]) -> Sequence[float] | None:
        """Take an action from each acting seat; return every seat's pay, None if all are nought."""

    @classmethod
    def legal_many(cls, games: Sequence[Environment], seats: Sequence[int]) -> list[Any]:
        """Return `legal` of each game for its seat: a loop that a fast adapter may tighten."""
        return [game.legal(seat) for game, seat in zip(games, seats)]

    @classmethod
    def reset_many(cls, games: Sequence[Environment], deals: Sequence[int]) -> Stepped:
        """Begin a new game in each, from its deal: a loop that a fast adapter may tighten."""
        begun = Stepped([], {}, {})
        for row, (game, deal) in enumerate(zip(games, deals)):
            asked: Sequence[int] = ()
            try:
                game.reset(Luck(deal))
                asked = game.acting()
            except Exception as error:
                begun.failed[row] = error
            begun.asked.append(asked)
        return begun

    @classmethod
    def observe_many(cls, games: Sequence[Environment], seats: Sequence[int]) -> Any:
        """Return what each game's seat sees, stacked as `arena.stack` does: arrays nobody else has.

        A loop over `observe` that a fast adapter may tighten.
        """
        return stack([game.observe(seat) for game, seat in zip(games, seats)])

    @classmethod
    def step_many(
        cls, games: Sequence[Environment], seats: Sequence[int], actions: Sequence[Action]
    ) -> Stepped:
        """Step games in each of which one seat acts: a loop that a fast adapter may tighten."""
        stepped = Stepped([], {}, {})
        for row, (game, seat, action) in enumerate(zip(games, seats, actions)):
            asked: Sequence[int] = ()
            try:
                rewards = game.step({seat: action})
                asked = game.acting()
            except Exception as error:
                stepped.failed[row] = error
            else:
                if rewards is not None:
                    stepped.paid[row] = rewards
            stepped.asked.append(asked)
        return stepped

    def legal(self, seat: int) -> Sequence[int] | None:
        """Return the legal actions of an acting seat; None means its whole action space."""
        return None

    def chance(self) -> Sequence[tuple[Action, float]]:
        """Return nature's actions and their odds; called when `acting()` is `(CHANCE,)`."""
        raise NotImplementedError(f"{type(self).__name__} asks chance but does not say the odds")

    def text(self, seat: int) -> str:
        """Return in words what `seat` sees."""
        return str(self.observe(seat))

    def rules(self, seat: int) -> str:
        """Return in words what the game is about, for a player who has never seen it."""
        spec, count = self.spec, len(self.spec.seats)
        turns = "The seats move in turn." if spec.turn_based else "Seats may move at once."
        aim = "What one seat gains another loses." if spec.zero_sum else "More return is better."
        return f"{spec.name}: {count} seat{'s' * (count > 1)}, {spec.kind}. {turns} {aim}"

    def history(self, seat: int, log: Sequence[Any]) -> Sequence[tuple[int, str]]:
        """Return the moves so far that `seat` knows of, as (seat, words).

        `log` is the match's: seat, action, seat, action, ... (chance is seat -1). By default all
        players' moves where nothing is hidden, else the seat's own.
        """
        open_ = self.spec.perfect_information
        return [
            (who, self.label(who, action))
            for who, action in zip(log[::2], log[1::2])
            if who == seat or (open_ and who >= 0)
        ]

    def label(self, seat: int, action: Action) -> str:
        """Return a seat's action in the notation of the game."""
        return str(action)

    def parse(self, seat: int, text: str) -> Action | None:
        """Return the legal action that `text` names, or None; where moves are text, the text."""
        held = self.spec.seats[seat]
        if held.in_words:
            return text if held.action_space.contains(text) else None
        wanted = text.strip().casefold()
        legal = self.legal(seat) or ()
        for action in legal:
            if wanted == self.label(seat, action).strip().casefold():
                return action
        return next((action for action in legal if wanted == str(action)), None)

    def imagine(self, seat: int, rng: Luck) -> Environment:
        """Return a game of its own that `seat` may believe to be in: what it cannot see resampled.

        Raises `Unsuitable` where the game cannot do that (`spec.model` is False).
        """
        raise Unsuitable(f"{self.spec.name} cannot be imagined: {self.spec.no_model}")

    def copy(self) -> Environment:
        """Return this game as it stands, independent of this one; worlds from `imagine` have it."""
        raise Unsuitable(f"{self.spec.name} cannot be copied")

    def table(self, size: int, device: str) -> Any:
        """Return a `Table` of `size` games like this one, stepped together on `device`.

        None where there is no such thing: a runner then steps them one by one.
        """
        return None

    @classmethod
    def tabled(cls, games: Sequence[Environment]) -> Any:
        """Return these games as they stand as a `BranchingTable` of their own.

        For searches; None where there is no such thing.
        """
        return None

    def state(self) -> Any:
        """Return everything there is to know: for centralised critics and viewers only."""
        return tuple(self.observe(seat) for seat in range(len(self.spec.seats)))

    def render(self) -> str:
        """Return the position drawn as text for an onlooker."""
        return str(self.state())

    def frame(self) -> Any:
        """Return a picture of the position for an onlooker: uint8 (height, width, 3), red first.

        None where there are no pictures, and `render` says it all. Raises `Unsuitable` where it
        cannot be drawn here, which one line explains.
        """
        return None

    def close(self) -> None:
        """Let go of windows, processes and files."""
        return None
