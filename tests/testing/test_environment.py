"""Every rule of `check_environment` holds for good games and is broken by a bad one."""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete

from arena.environment import Environment
from arena.records import CHANCE, Seat
from arena.seeds import GlobalLuck
from arena.testing import Broken, check_environment
from arena.testing.environment import RULES
from tests.testing.games import GAMES, Drift, Duel, HighCard, Nim


def respec(game: type[Environment], **changes: Any) -> Callable[[], Environment]:
    """Return a maker of games whose spec says something else."""

    def make() -> Environment:
        environment = game()
        environment.spec = replace(environment.spec, **changes)
        return environment

    return make


class NoSpec(Nim):
    def __init__(self) -> None:
        super().__init__()
        del self.spec


class Moody(Nim):
    heaps = 3

    def __init__(self) -> None:
        Moody.heaps += 1
        super().__init__(Moody.heaps)


class ThirdSeat(Nim):
    def acting(self) -> Any:
        return (2,) if self.left == 1 else super().acting()


class Twice(Duel):
    def acting(self) -> Any:
        return (0, 0) if len(self.played) == 1 else super().acting()


class WrongOdds(HighCard):
    def chance(self) -> Any:
        return [(card, 0.3) for card, _ in super().chance()]


class Unsorted(Nim):
    def legal(self, seat: int) -> Any:
        return list(super().legal(seat))[::-1]


class Outside(Nim):
    def legal(self, seat: int) -> Any:
        return range(3)


class Stuck(Nim):
    def legal(self, seat: int) -> Any:
        return [] if self.left < 4 else super().legal(seat)


class WrongType(Nim):
    def observe(self, seat: int) -> Any:
        return super().observe(seat).astype(np.float64)


class NothingLast(Drift):
    """Shows nothing any more once it is cut off."""

    def observe(self, seat: int) -> Any:
        return np.zeros(0, np.float32) if self.truncated else super().observe(seat)


class TooLarge(Nim):
    def observe(self, seat: int) -> Any:
        return super().observe(seat) + self.heap


class Aliased(Nim):
    def reset(self, rng: Any) -> None:
        super().reset(rng)
        self.board = np.array([self.left, self.mover], np.int64)

    def observe(self, seat: int) -> Any:
        self.board[:] = self.left, self.mover
        return self.board


class AliasedLegal(Nim):
    moves: ClassVar[list[int]] = []

    def legal(self, seat: int) -> Any:
        self.moves[:] = super().legal(seat)
        return self.moves


class Peeping(Nim):
    def observe(self, seat: int) -> Any:
        self.mover = 1 - self.mover
        return super().observe(seat)


class Fickle(Nim):
    def legal(self, seat: int) -> Any:
        self.peeks = getattr(self, "peeks", 0) + 1
        return [1, 2][: 1 + self.peeks % 2] if self.left > 1 else [1]


class OneLabel(Nim):
    def label(self, seat: int, action: Any) -> str:
        return "take some"


class Agreeable(Nim):
    def parse(self, seat: int, text: str) -> Any:
        found = super().parse(seat, text)
        return found if found is not None else 1


class Speechless(Nim):
    def render(self) -> Any:
        return None


class PaysOne(Nim):
    def step(self, actions: Any) -> Any:
        pay = super().step(actions)
        return pay and pay[:1]


class PaysNaN(Drift):
    def step(self, actions: Any) -> Any:
        super().step(actions)
        return [float("nan")]


class Raises(Nim):
    def step(self, actions: Any) -> Any:
        if self.left == 3:
            raise IndexError("list index out of range")
        return super().step(actions)


class Gambler(Nim):
    def reset(self, rng: Any) -> None:
        super().reset(rng)
        self.left = self.heap + random.randrange(5) - 5


class NumpyGambler(Drift):
    def step(self, actions: Any) -> Any:
        self.at += float(np.random.normal())
        return super().step(actions)


class Contained(Gambler):
    """The cure: the same game with its luck contained."""

    def reset(self, rng: Any) -> None:
        with GlobalLuck(rng.seed)():
            super().reset(rng)


class Diary(Nim):
    """Its second game on one object is another."""

    games = 0

    def reset(self, rng: Any) -> None:
        super().reset(rng)
        self.games += 1
        self.left -= min(self.games, 3) - 1


class Reseeded(Drift):
    """Takes its luck from itself rather than from reset's rng."""

    def __init__(self) -> None:
        super().__init__()
        self.luck = np.random.default_rng()

    def reset(self, rng: Any) -> None:
        super().reset(self.luck)  # type: ignore[arg-type]


class Shared(Nim):
    """All games in flight have one heap."""

    heap_of_all = 10

    @property
    def left(self) -> int:
        return Shared.heap_of_all

    @left.setter
    def left(self, value: int) -> None:
        Shared.heap_of_all = value


class Endless(Nim):
    def step(self, actions: Any) -> Any:
        super().step(actions)
        self.left = 10
        return None


class Generous(Duel):
    """Pays the winner of a round two."""

    def step(self, actions: Any) -> Any:
        return [2.0 * pay if pay > 0 else pay for pay in super().step(actions)]


class SameObject(Nim):
    def imagine(self, seat: int, rng: Any) -> Any:
        return self


class OtherPosition(Nim):
    def imagine(self, seat: int, rng: Any) -> Any:
        world = self.copy()
        world.left = 1
        return world


class SharedList(HighCard):
    """A shallow copy shares the list of moves with the game."""

    def step(self, actions: Any) -> Any:
        ((seat, action),) = actions.items()
        if seat == CHANCE:
            self.cards = [*self.cards, action]
            return None
        self.moves.append(action)
        return [0.0, 0.0]


class CopyOfOther(Nim):
    def copy(self) -> Any:
        return self


class ImaginesFreely(HighCard):
    def imagine(self, seat: int, rng: Any) -> Any:
        return super().imagine(seat, np.random.default_rng())  # type: ignore[arg-type]


class NoWorld(Nim):
    def imagine(self, seat: int, rng: Any) -> Any:
        raise ValueError("not now")


class Sneaky(HighCard):
    """Shows the seat the world as it is: hidden cards and all."""

    def imagine(self, seat: int, rng: Any) -> Any:
        return deepcopy(self)


class Hasty(Nim):
    """Its fast path takes one too few."""

    @classmethod
    def step_many(cls, games: Any, seats: Any, actions: Any) -> Any:
        return super().step_many(games, seats, [max(1, action - 1) for action in actions])


class Blurred(Nim):
    """Sees one match more where many games are looked at in one go."""

    @classmethod
    def observe_many(cls, games: Any, seats: Any) -> Any:
        return super().observe_many(games, seats) + 1


class WontClose(Nim):
    def close(self) -> None:
        if not self.left:
            raise RuntimeError("the window is gone")


BROKEN: list[tuple[str, Callable[[], Any]]] = [
    ("spec", NoSpec),
    ("spec", Moody),
    ("spec", respec(Nim, seats=())),
    ("spec", respec(Nim, seats=(Seat(None, Discrete(2)),) * 2)),
    ("spec", respec(Nim, returns=(1.0, -1.0))),
    ("spec", respec(Nim, kind="friendly")),
    ("spec", respec(Nim, max_turns=0)),
    ("spec", lambda: "nim"),
    ("acting", ThirdSeat),
    ("acting", Twice),
    ("acting", respec(Duel, turn_based=True)),
    ("chance", WrongOdds),
    ("legal", Unsorted),
    ("legal", Outside),
    ("legal", Stuck),
    ("observe", WrongType),
    ("observe", TooLarge),
    ("observe", NothingLast),
    ("kept", Aliased),
    ("kept", AliasedLegal),
    ("still", Peeping),
    ("still", Fickle),
    ("text", OneLabel),
    ("text", Agreeable),
    ("text", Speechless),
    ("step", PaysOne),
    ("step", PaysNaN),
    ("step", Raises),
    ("luck", Gambler),
    ("luck", NumpyGambler),
    ("replay", Diary),
    ("replay", Reseeded),
    ("apart", Shared),
    ("stochastic", respec(HighCard, stochastic=False)),
    ("stochastic", respec(Drift, stochastic=False)),
    ("ends", Endless),
    ("returns", respec(Nim, returns=(0.0, 1.0))),
    ("returns", respec(HighCard, returns=(-2.0, 1.0))),
    ("zero_sum", Generous),
    ("model", SameObject),
    ("model", OtherPosition),
    ("model", SharedList),
    ("model", CopyOfOther),
    ("model", ImaginesFreely),
    ("model", NoWorld),
    ("model", respec(Nim, model=False)),
    ("plays", Hasty),
    ("observe", Blurred),
    ("close", WontClose),
]


@pytest.mark.parametrize("game", GAMES)
def test_good_games_pass(game: type[Environment]) -> None:
    report = check_environment(game, games=6)
    assert set(report.skipped) <= {"model", "stochastic", "zero_sum", "chance"}
    assert report.notes == []


@pytest.mark.parametrize(("rule", "make"), BROKEN)
def test_a_bad_game_breaks_its_rule(rule: str, make: Callable[[], Environment]) -> None:
    with pytest.raises(Broken) as caught:
        check_environment(make, games=6)
    assert caught.value.rule == rule, caught.value
    assert "\n" not in str(caught.value) and "; " in str(caught.value)


def test_every_rule_has_a_game_that_breaks_it() -> None:
    assert {rule for rule, _ in BROKEN} == set(RULES)


def test_the_runner_is_the_last_judge() -> None:
    made = 0

    class LateFailure(Nim):
        """Only the objects that the runner makes, which come last, fail."""

        def __init__(self) -> None:
            nonlocal made
            made += 1
            self.number = made
            super().__init__()

        def legal(self, seat: int) -> Any:
            if self.number > 11:
                raise OSError("the server is gone")
            return super().legal(seat)

    with pytest.raises(Broken) as caught:
        check_environment(LateFailure)
    assert caught.value.rule == "plays" and "the server is gone" in str(caught.value)


def test_contained_luck_passes() -> None:
    check_environment(respec(Contained, stochastic=True))


def test_labels_that_are_numbers_are_read_before_actions() -> None:
    class Numbered(Nim):
        """Calls action 1 "2", and action 2 "3"."""

        def label(self, seat: int, action: Any) -> str:
            return str(action + 1)

    check_environment(Numbered)


def test_worlds_that_hide_nothing_are_noted() -> None:
    report = check_environment(Sneaky)
    assert "resampled" in report.notes[0]


def test_the_generators_of_the_process_are_put_back() -> None:
    random.seed(3)
    np.random.seed(3)
    state, numpy_state = random.getstate(), np.random.get_state()[1].tolist()  # type: ignore
    check_environment(Nim)
    assert random.getstate() == state
    assert np.random.get_state()[1].tolist() == numpy_state  # type: ignore


def test_games_of_images_are_not_kept_whole() -> None:
    class Film(Drift):
        def __init__(self) -> None:
            super().__init__(most=500)
            seat = Seat(Box(0, 255, (64, 64, 3), np.uint8), self.spec.seats[0].action_space)
            self.spec = replace(self.spec, seats=(seat,), max_turns=500)

        def observe(self, seat: int) -> Any:
            return np.full((64, 64, 3), abs(int(self.at)) % 256, np.uint8)

    check_environment(Film, games=2)
