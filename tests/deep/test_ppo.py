"""PPO's loss worked out by hand, and who it meets."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from arena_deep.heads import Categorical
from arena_deep.opponents import Opponents, pairings
from arena_deep.ppo import PPO, measured, terms
from arena_deep.rollouts import Samples
from gymnasium import spaces
from torch import nn

from arena.errors import BadParameter
from arena.experience import Experience, advantages


class Fixed(nn.Module):
    """Gives the same log-odds, 0 and log 3, and a value of 2 everywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.head = Categorical(spaces.Discrete(2))

    def forward(self, seen: Any, seats: Any) -> tuple[torch.Tensor, torch.Tensor]:
        rows = len(seen)
        return torch.tensor([[0.0, math.log(3)]]).expand(rows, -1), torch.full((rows,), 2.0)


def test_the_loss_by_hand() -> None:
    """Odds are 1/4 and 3/4. Ratios to odds of 1/2, 1/2, 5/8 and 1/4: 1.5, .5, 1.2 and 3."""
    rows = Samples(
        data=torch.zeros(4, 1), seats=None, mask=None, chosen=torch.tensor([1, 0, 1, 1]),
        logp=torch.tensor([0.5, 0.5, 0.625, 0.25]).log(), value=torch.zeros(4),
        advantage=torch.tensor([1.0, 1.0, -1.0, -1.0]), target=torch.tensor([2.0, 0.0, 3.0, 2.0]),
    )  # fmt: skip
    parts = terms(Fixed(), rows, clip=0.2)
    # A gain counts up to a ratio of 1.2 and a loss from one of .8 on: min of r A and clip(r) A.
    gains = [min(1.5, 1.2), min(0.5, 0.8), min(-1.2, -1.2), min(-3.0, -1.2)]
    assert float(parts.policy) == pytest.approx(-sum(gains) / 4)
    assert float(parts.value) == pytest.approx(0.5 * (0 + 4 + 1 + 0) / 4)
    entropy = -(0.25 * math.log(0.25) + 0.75 * math.log(0.75))
    assert float(parts.entropy) == pytest.approx(entropy)
    told = measured(parts, 0.21)
    assert told["clipped"] == 0.75
    ratios = np.array([1.5, 0.5, 1.2, 3.0])
    assert told["kl"] == pytest.approx(float((ratios - 1 - np.log(ratios)).mean()))


def trajectories() -> Experience:
    """Return one match of three moves that is over, and one of two moves that is cut off."""
    rows = 6
    return Experience(
        match=np.array([0, 0, 0, 1, 1, 1]), seat=np.zeros(rows, np.int64),
        turn=np.array([0, 1, 2, 0, 1, 2]), reward=np.array([1.0, 0, 2, 1, 1, 0]),
        open=np.array([False] * 5 + [True]), offsets=np.array([0, 3, 6]),
        action=np.zeros(rows, np.int64), before=np.zeros((rows, 1)), after=np.zeros((rows, 1)),
    )  # fmt: skip


def test_advantages_by_hand() -> None:
    """gamma 1/2, lambda 1/2: deltas, then each a quarter of the next advantage more."""
    values = np.array([1.0, 2.0, 3.0, 4.0, 2.0, 6.0])
    found = advantages(trajectories(), values, 0.5, 0.5)
    last = 2 - 3.0
    middle = 0 + 0.5 * 3 - 2 + 0.25 * last
    first = 1 + 0.5 * 2 - 1 + 0.25 * middle
    cut = 1 + 0.5 * 6 - 2.0
    before = 1 + 0.5 * 2 - 4 + 0.25 * cut
    assert found.tolist() == [first, middle, last, before, cut, 0.0]
    learner = PPO(decay=0.5)
    learner.discount = 0.5
    gained, targets = learner.estimates(trajectories(), values)
    assert (gained == found).all() and (targets == found + values).all()


def test_entropy_is_worth_less_and_less() -> None:
    learner = PPO(entropy=[0.2, 0.1])
    learner.several = True

    class Half:
        step, steps = 50, 100

    learner.run = Half()  # type: ignore[assignment]
    assert learner.bonus() == pytest.approx(0.15)
    assert PPO(entropy=[0.3]).entropy == [0.3]


def test_pairings_share_games_and_seats() -> None:
    """Of 90 games of three seats, a third against another: ten from each seat."""
    source = pairings(3, 1 / 3 + 1e-9)
    drawn = [next(source) for _ in range(90)]
    assert [pairing.deal for pairing in drawn] == list(range(90))
    seats = [pairing.seats for pairing in drawn]
    assert seats.count((0, 0, 0)) == 60
    assert seats.count((0, 1, 1)) == seats.count((1, 0, 1)) == seats.count((1, 1, 0)) == 10
    alone = pairings(2, 0.0)
    assert {next(alone).seats for _ in range(20)} == {(0, 0)}


def faced(scores: list[float]) -> Experience:
    """Return matches of two seats: the learner's return in seat 0 or 1, and one in both seats."""
    matches = [*range(len(scores)), 99, 99]
    seats = [n % 2 for n in range(len(scores))] + [0, 1]
    after = [[s, -s] if n % 2 == 0 else [-s, s] for n, s in enumerate(scores)] + [[1, -1]] * 2
    rows = len(matches)
    return Experience(
        np.array(matches), np.array(seats), np.zeros(rows, np.int64), np.zeros(rows),
        np.zeros(rows, np.bool_), np.arange(rows + 1), np.zeros(rows, np.int64),
        np.zeros((rows, 2)), np.array(after, np.float64),
    )  # fmt: skip


def test_who_is_hard_to_beat_is_met_more_often() -> None:
    """Scores of 3/4 + 1/2 of two games, and of nought: (1/4)**2 to (7/8)**2 of the draws."""
    pool = Opponents("prioritised", named=1)
    pool.keep(np.zeros(3, np.float32), 0.0)
    pool.note(0, faced([1.0, 1.0, 1.0]))  # three wins: with the half to begin with 3.5 of 4
    pool.note(1, faced([-1.0, 0.0, -1.0]))  # a draw: 1 of 4
    assert (pool.scores, pool.games) == ([3.5, 1.0], [4.0, 4.0])
    u = (np.arange(10_000) + 0.5) / 10_000
    drawn = np.bincount([pool.draw(float(one)) for one in u]) / 10_000  # type: ignore[arg-type]
    odds = np.array([(1 / 8) ** 2, (3 / 4) ** 2]) + 1e-3
    assert drawn == pytest.approx(odds / odds.sum(), abs=1e-3)


def test_past_selves_are_kept_over_the_whole_run() -> None:
    pool = Opponents("pool")
    assert pool.draw(0.5) is None
    for step in range(1000):
        pool.keep(np.full(2, step, np.float32), step / 1000)
    assert len(pool.past) == 50
    kept = [float(weights[0]) for weights in pool.past]
    assert kept == [20.0 * n for n in range(50)]
    drawn = {pool.draw(u / 50 + 0.001) for u in range(50)}
    assert drawn == set(range(50))
    again = Opponents("pool")
    again.restore(pool.arrays())
    assert (again.scores, again.games) == (pool.scores, pool.games)
    assert np.array_equal(again.past, pool.past)
    latest = Opponents("latest")
    latest.keep(np.zeros(2, np.float32), 0.5)
    assert latest.draw(0.5) is None


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"clip": 0.0}, "clip=0.0 is not a positive number"),
        ({"gamma": 1.1}, "gamma=1.1 is not between 0 and 1"),
        ({"opponents": "best"}, "opponents='best' is none of latest, pool, prioritised"),
        ({"slots": 0}, "slots=0 is not a positive number"),
        ({"net": "conv"}, "net='conv' is none of auto, mlp"),
    ],
)
def test_parameters_are_checked(given: dict[str, Any], why: str) -> None:
    with pytest.raises(BadParameter, match=f"ppo: {why}"):
        PPO(**given)
