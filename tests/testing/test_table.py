"""Every rule of `check_table` holds for good tables and is broken by a bad one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from arena.environment import Environment
from arena.loop_table import LoopTable
from arena.records import CHANCE, Spec
from arena.seeds import mix_many
from arena.table import Table
from arena.testing import Broken, check_table
from arena.testing.table import RULES
from tests.testing.games import GAMES, Drift, Duel, HighCard, Nim


class Lifted(LoopTable):
    """A good table of Nim, for the others to spoil."""

    game: Callable[[], Environment] = Nim

    def __init__(self, size: int) -> None:
        super().__init__(type(self).game, size)


class TensorNim(Table):
    """Nim as tensors, as a table is meant to be written: no loop over games."""

    device = torch.device("cpu")

    def __init__(self, size: int) -> None:
        self.spec: Spec = Nim().spec
        self.size = size
        self.left = torch.zeros(size, dtype=torch.int64)
        self.mover = torch.zeros(size, dtype=torch.int64)
        self.every = torch.arange(1, 4)

    def reset(self, rows: Any, deals: Any) -> None:
        self.left = torch.where(rows, 10, self.left)
        self.mover = torch.where(rows, 0, self.mover)

    def acting(self) -> Any:
        mine = torch.stack([self.mover == 0, self.mover == 1], dim=1)
        return mine & (self.left > 0)[:, None]

    def legal(self, seats: Any) -> Any:
        return self.every <= self.left[:, None]

    def observe(self, seats: Any) -> Any:
        return torch.stack([self.left, self.mover], dim=1)

    def step(self, actions: Any) -> Any:
        going = self.left > 0
        taken = torch.where(self.mover == 0, actions[0], actions[1])
        self.left = torch.where(going, self.left - taken, self.left)
        won = (going & (self.left == 0)).double()
        pay = torch.stack([won, -won], dim=1)
        pay = torch.where((self.mover == 0)[:, None], pay, -pay)
        self.mover = torch.where(going, 1 - self.mover, self.mover)
        return pay

    def over(self) -> Any:
        return self.left == 0


class WideCards(Lifted):
    """Nature draws from luck of its own rather than from the deal's n-th number."""

    game = HighCard

    def reset(self, rows: Any, deals: Any) -> None:
        super().reset(rows, mix_many(np.asarray(deals, np.uint64)) >> np.uint64(1))


class OtherSize(Lifted):
    def __init__(self, size: int) -> None:
        super().__init__(size + 1)


class OtherSpaces(Lifted):
    game = staticmethod(lambda: Nim(9))


class IntMask(Lifted):
    def over(self) -> Any:
        return super().over().astype(np.int8)


class OnePay(Lifted):
    def step(self, actions: Any) -> Any:
        return super().step(actions)[:, :1]


class OtherMover(Lifted):
    def acting(self) -> Any:
        return super().acting()[:, ::-1]


class AllLegal(Lifted):
    def legal(self, seats: Any) -> Any:
        return np.ones((self.size, 3), np.bool_)


class NoList(Lifted):
    def legal(self, seats: Any) -> Any:
        return None


class OneSeat(Lifted):
    """Looks only at the first seat it is asked for."""

    game = Duel

    def observe(self, seats: Any) -> Any:
        return super().observe(int(np.asarray(seats).flat[0]))


class Flat(Lifted):
    def observe(self, seats: Any) -> Any:
        return super().observe(seats).ravel()


class OtherPay(Lifted):
    def step(self, actions: Any) -> Any:
        return 2 * super().step(actions)


class Leaks(Lifted):
    """A row that begins anew takes its neighbour along."""

    def reset(self, rows: Any, deals: Any) -> None:
        super().reset(rows | np.roll(rows, 1), deals)


class NeverCut(Lifted):
    game = Drift

    def truncated(self) -> Any:
        return np.zeros(self.size, np.bool_)


class Blank(Lifted):
    """Forgets what was seen last where a game is cut off."""

    game = Drift

    def observe(self, seats: Any) -> Any:
        return np.where(self.over()[:, None], np.float32(0), super().observe(seats))


class Forgetful(Lifted):
    game = HighCard

    def drawn(self) -> Any:
        return super().drawn()[:, :1]


class Fails(Lifted):
    def step(self, actions: Any) -> Any:
        raise IndexError("index 10 is out of bounds")


class Rolls(Lifted):
    def reset(self, rows: Any, deals: Any) -> None:
        np.random.random()
        super().reset(rows, deals)


BROKEN: list[tuple[str, Callable[[int], Table], Callable[[], Environment]]] = [
    ("spec", OtherSize, Nim),
    ("spec", OtherSpaces, Nim),
    ("shapes", IntMask, Nim),
    ("shapes", OnePay, Nim),
    ("shapes", Flat, Nim),
    ("acting", OtherMover, Nim),
    ("acting", Leaks, Nim),
    ("legal", AllLegal, Nim),
    ("legal", NoList, Nim),
    ("observe", OneSeat, Duel),
    ("pay", OtherPay, Nim),
    ("over", NeverCut, Drift),
    ("observe", Blank, Drift),
    ("observe", WideCards, HighCard),
    ("drawn", Forgetful, HighCard),
    ("raises", Fails, Nim),
    ("luck", Rolls, Nim),
]


@pytest.mark.parametrize("game", GAMES)
def test_any_game_as_a_table_passes(game: Callable[[], Environment]) -> None:
    report = check_table(lambda size: LoopTable(game, size), game, size=4, ticks=60)
    assert report.notes == []


def test_tensors_pass() -> None:
    report = check_table(TensorNim, Nim, ticks=60)
    assert report.skipped == {} and report.notes == []


@pytest.mark.parametrize(("rule", "make", "game"), BROKEN)
def test_a_bad_table_breaks_its_rule(rule: str, make: Any, game: Any) -> None:
    with pytest.raises(Broken) as caught:
        check_table(make, game)
    assert caught.value.rule == rule, caught.value


def test_every_rule_has_a_table_that_breaks_it() -> None:
    assert {rule for rule, _, _ in BROKEN} == set(RULES)


def test_other_observations_may_be_left_out() -> None:
    class Other(Lifted):
        def observe(self, seats: Any) -> Any:
            return super().observe(seats) + 1

    with pytest.raises(Broken, match="'observe'"):
        check_table(Other, Nim)
    report = check_table(Other, Nim, observations=False, ticks=40)
    assert "observe" in report.skipped


def test_chance_is_no_seat() -> None:
    table = LoopTable(HighCard, 3)
    table.reset(np.ones(3, np.bool_), np.arange(3))
    assert table.acting().tolist() == [[True, False]] * 3 and CHANCE == -1
