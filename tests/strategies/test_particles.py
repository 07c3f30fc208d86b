"""Plain play in worlds of particles: what it chooses, and what it comes to on both libraries."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from arena_search.simple import Random
from arena_strategies.particles import (
    AssignedLandmark,
    Chase,
    Flee,
    NearestLandmark,
)
from scipy.optimize import linear_sum_assignment

from arena.errors import Unsuitable
from arena.lookup import environment_maker
from arena.playing import play
from arena.plugins import make_registry
from arena.records import Match
from arena.specs import parse
from arena.testing import check_agent

REGISTRY = make_registry()


def maker(name):
    return environment_maker(REGISTRY, parse(name))


def returns(name, agents, lineup, games):
    """Return what each seat got, float64 (games, seats), on deals 0, 1, ..."""
    make, _ = maker(name)
    played = list(play(make, agents, [Match(n, lineup, n, n) for n in range(games)]))
    assert not any(episode.faults for episode in played)
    return np.array([e.returns for e in sorted(played, key=lambda e: e.match.number)])


@pytest.mark.parametrize(
    ("agent", "game"),
    [
        (AssignedLandmark, "tensor/simple_spread:max_cycles=5"),
        (NearestLandmark, "mpe2/simple_spread_v3:continuous_actions=true,max_cycles=5"),
        (Chase, "tensor/simple_tag:continuous_actions=true,max_cycles=5"),
        (Flee, "mpe2/simple_tag_v3:max_cycles=5"),
    ],
)
def test_they_keep_the_rules(agent, game):
    check_agent(agent, game, games=6, asks=4)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_landmarks_are_shared_out_as_the_hungarian_method_does(count):
    """All seats together take the assignment of least total distance, each its own landmark."""
    luck = torch.Generator().manual_seed(count)
    players, landmarks = torch.rand(2, 50, count, 2, generator=luck, dtype=torch.float64)
    chosen = torch.stack(
        [
            AssignedLandmark().choose(
                landmarks - players[:, seat, None],
                (players - players[:, seat, None])[:, [i for i in range(count) if i != seat]],
            )
            for seat in range(count)
        ],
        1,
    )
    far = (players[:, :, None] - landmarks[:, None]).norm(dim=3).numpy()
    for row in range(50):
        assert chosen[row].tolist() == linear_sum_assignment(far[row])[1].tolist()


def test_sharing_out_beats_the_nearest_which_beats_chance():
    agents = [AssignedLandmark(), NearestLandmark(), Random()]
    means = [
        returns("tensor/simple_spread", agents, (who,) * 3, 200).sum(axis=1).mean()
        for who in range(3)
    ]
    assert means[0] > -29 > -44 > means[1] > -60 > means[2]


def test_hunters_that_chase_catch_more_and_prey_that_flees_is_caught_less():
    """Catches of the same 200 deals: at least three times, at most half of what chance does."""
    agents = [Chase(), Flee(), Random()]

    def caught(hunters, prey):
        return returns("tensor/simple_tag", agents, (hunters,) * 3 + (prey,), 200)[:, 0].mean()

    assert caught(0, 1) > 3 * caught(2, 1)
    assert caught(0, 1) < caught(0, 2) / 2


def test_they_do_the_same_on_mpe2_and_in_tensors():
    """Deals differ, so means are compared: their standard errors are below 2 and 1.2."""
    for name, bound in (("spread_v3", -33.0), ("tag_v3", 4.0)):
        agents = [AssignedLandmark()] if bound < 0 else [Chase(), Flee()]
        lineup = (0, 0, 0) if bound < 0 else (0, 0, 0, 1)
        found = returns(f"mpe2/simple_{name}", agents, lineup, 20)
        assert found[:, 0].mean() * (3 if bound < 0 else 1) > bound


@pytest.mark.parametrize(
    ("agent", "game"),
    [
        (NearestLandmark, "tensor/simple_tag"),
        (AssignedLandmark, "tensor/simple_spread:N=7"),
        (Chase, "tensor/simple_spread"),
        (Flee, "tensor/simple_adversary"),
        (Chase, "connect_four"),
    ],
)
def test_they_play_nothing_else(agent, game):
    with pytest.raises(Unsuitable):
        agent().check(maker(game)[1])
