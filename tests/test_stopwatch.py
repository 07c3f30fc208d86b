"""Time is given to the innermost part, and classes are left as they were."""

from __future__ import annotations

from itertools import pairwise

import pytest

from arena.stopwatch import Stopwatch


class Clock:
    """Shows what it is told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watch(clock: Clock) -> Stopwatch:
    return Stopwatch(clock)


def test_only_the_inner_part_counts(watch: Stopwatch, clock: Clock) -> None:
    clock.now += 50  # before anything is timed
    with watch.part("runner"):
        clock.now += 1
        with watch.part("agent"):
            clock.now += 2
            with watch.part("game"):
                clock.now += 4
            clock.now += 8
        clock.now += 16
    clock.now += 32
    with watch.part("game"):
        clock.now += 64
    assert watch.seconds == {"runner": 17, "agent": 10, "game": 68}


def test_what_raises_is_timed_too(watch: Stopwatch, clock: Clock) -> None:
    with pytest.raises(ValueError), watch.part("a"):
        clock.now += 1
        raise ValueError
    clock.now += 1
    assert watch.seconds == {"a": 1}


class Base:
    clock: Clock

    def inherited(self) -> str:
        self.clock.now += 1
        return "inherited"


class Game(Base):
    def own(self, addend: int, *, factor: int) -> int:
        self.clock.now += 10
        return addend * factor

    @classmethod
    def many(cls, games: list[Game]) -> list[str]:
        cls.clock.now += 100
        return [game.inherited() for game in games]

    @staticmethod
    def alone() -> int:
        Game.clock.now += 1000
        return 3


METHODS = ("inherited", "own", "many", "alone")


def test_the_methods_of_a_class_are_timed(watch: Stopwatch, clock: Clock) -> None:
    Base.clock, game = clock, Game()
    with watch.over(Game, "game", METHODS):
        assert game.own(2, factor=3) == 6
        assert Game.many([game, game]) == ["inherited", "inherited"]
        assert game.alone() == 3
        Base().inherited()  # of another class
    assert watch.seconds == {"game": 10 + 102 + 1000}
    game.own(1, factor=1)
    assert watch.seconds == {"game": 10 + 102 + 1000}


def test_a_class_is_left_as_it_was(watch: Stopwatch) -> None:
    before = dict(vars(Game))
    with pytest.raises(ValueError), watch.over(Game, "game", METHODS):
        assert all(vars(Game)[name] is not before.get(name) for name in METHODS)
        raise ValueError
    assert dict(vars(Game)) == before


def test_calls_from_within_another_part_can_be_its_own(watch: Stopwatch, clock: Clock) -> None:
    Base.clock, game = clock, Game()
    with watch.over(Game, "game", ("own",), outside="agents"):
        game.own(1, factor=1)
        with watch.part("agents"):
            game.own(1, factor=1)
    assert watch.seconds == {"game": 10, "agents": 10}


def test_it_shows_what_the_real_clock_shows() -> None:
    watch = Stopwatch()
    seen = []
    for _ in range(3):
        with watch.part("a"):
            pass
        seen.append(watch.seconds["a"])
    assert all(a <= b for a, b in pairwise(seen)) and seen[0] >= 0
