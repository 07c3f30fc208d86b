"""Pictures of PettingZoo's worlds."""

import numpy as np
import pytest

import arena
from arena.lookup import environment_maker
from arena.plugins import make_registry
from arena.specs import parse


def make(name):
    """Return a game by its name."""
    maker, _ = environment_maker(make_registry(), parse(name))
    return maker()


@pytest.mark.parametrize("name", [
    "mpe2/simple_spread_v3", "pettingzoo/pursuit_v5", "pettingzoo/knights_archers_zombies_v11",
])  # fmt: skip
def test_pictures_are_drawn_and_leave_the_game_as_it_is(name):
    played = []
    for drawn in (False, True):
        environment = make(name)
        environment.reset(arena.Luck(3))
        paid, frames = [], []
        for _ in range(6):
            frames += [environment.frame()] if drawn else []
            actions = dict.fromkeys(environment.acting(), 1)
            paid.append(environment.step(actions))
        played.append((paid, str(environment.state())))
    assert played[0] == played[1]
    assert all(f.dtype == np.uint8 and f.shape[2:] == (3,) and f.std() > 1 for f in frames)
    assert (frames[0] != frames[-1]).any()


def test_classics_have_no_pictures():
    environment = make("pettingzoo/tictactoe_v3")
    environment.reset(arena.Luck(3))
    assert environment.frame() is None
