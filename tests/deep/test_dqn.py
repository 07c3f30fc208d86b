"""What the values of moves move towards, worked out by hand; and what is replayed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from arena_deep.agents import Explorer
from arena_deep.dqn import DQN, DoubleDQN, DuelingDQN
from arena_deep.networks import QNetwork, Shape
from arena_deep.replay import Replay
from arena_deep.targets import Moves, several, targets
from gymnasium import spaces
from torch import nn

from arena.batch import Batch
from arena.errors import BadParameter, Unsuitable
from arena.lookup import environment_maker
from arena.records import Match, Seat, Spec
from arena.seeds import Luck
from arena.slot import Slot
from arena.specs import parse
from arena.transitions import Transitions

CPU = torch.device("cpu")


class Thinks(nn.Module):
    """Values three actions at 1, 3 and 9 everywhere."""

    def forward(self, seen: Any, seats: Any) -> torch.Tensor:
        return torch.tensor([[1.0, 3.0, 9.0]]).expand(len(seen), -1)


def moves(mask: torch.Tensor | None) -> Moves:
    """Return a move that goes on, one that is answered, and one that ends the match."""
    nothing = torch.zeros(3, 1)
    return Moves(
        nothing, None, nothing, None, mask, torch.zeros(3, dtype=torch.int64),
        reward=torch.tensor([1.0, 0.0, 5.0]), counts=torch.tensor([0.5, -1.0, 0.0]),
    )  # fmt: skip


def test_targets_by_hand() -> None:
    """The target network likes action 0 best: 8, 4 and 2. The network would take action 2."""
    ahead = torch.tensor([[8.0, 4.0, 2.0]]).expand(3, -1)
    best = targets(Thinks(), moves(None), ahead, double=False)
    assert best.tolist() == [1 + 0.5 * 8, -8, 5]
    twice = targets(Thinks(), moves(None), ahead, double=True)
    assert twice.tolist() == [1 + 0.5 * 2, -2, 5]
    mask = torch.tensor([[False, True, False]]).expand(3, -1)
    legal = targets(Thinks(), moves(mask), ahead, double=True)
    assert legal.tolist() == [1 + 0.5 * 4, -4, 5]


def test_values_after_several_moves_by_hand() -> None:
    """Two seats by turns; the fourth move ends the match; a fifth belongs to another match."""
    steps = Transitions(
        row=np.array([0, 3, 1, 4, 6]), reward=np.array([0.0, 2.0, 0.0, 8.0, 7.0]),
        next=np.array([3, 1, 4, -1, 5]), sign=np.array([-1.0, -1.0, -1.0, 1.0, 1.0]),
        group=np.array([0, 0, 0, 0, 1]),
    )  # fmt: skip
    one = several(steps, 7, 0.5, 1)
    assert [part.tolist() for part in one] == [
        [0, 2, 0, 8, 7], [3, 1, 4, -1, 5], [-0.5, -0.5, -0.5, 0, 0.5],
    ]  # fmt: skip
    reward, ahead, counts = several(steps, 7, 0.5, 3)
    assert reward.tolist() == [-0.5 * 2, 2 + 0.25 * 8, -0.5 * 8, 8, 7]
    assert counts.tolist() == [-0.125, 0, 0, 0, 0.5]
    assert (ahead[0], ahead[4]) == (4, 5)


def test_two_streams() -> None:
    """Wang et al., equation 9: the values of a position's actions have the mean that it has."""
    seat = Seat(spaces.Box(-1, 1, (2,)), spaces.Discrete(4))
    network = QNetwork(Spec("any", (seat,)), Shape(hidden=(8,), dueling=True))
    seen = torch.randn(5, 2, generator=torch.Generator().manual_seed(0))
    worth = network.value(network.torso(seen, None))[:, 0]  # type: ignore[misc]
    assert torch.allclose(network(seen, None).mean(dim=1), worth, atol=1e-6)


def test_the_oldest_moves_are_forgotten() -> None:
    replay = Replay(5, CPU)
    for first in (0, 3, 6):
        replay.add({"seen": torch.arange(first, first + 3)})
    assert replay.columns["seen"].tolist() == [5, 6, 7, 8, 4]
    assert (replay.place, replay.count) == (4, 5)
    u = (np.arange(1000) + 0.5) / 1000
    assert np.bincount(replay.draw(u)).tolist() == [200] * 5
    again = Replay(5, CPU)
    again.restore(replay.arrays())
    assert again.columns["seen"].tolist() == [5, 6, 7, 8, 4]
    assert (again.place, again.count) == (4, 5)
    replay.add({"seen": torch.arange(20, 32)})
    assert sorted(replay.columns["seen"].tolist()) == [27, 28, 29, 30, 31]


def test_moves_are_drawn_by_their_priorities() -> None:
    """Errors of 0 and 1 and 2: priorities of nearly 0, of 1 and of 2**.6; weights as 1/odds."""
    replay = Replay(8, CPU, prioritised=True)
    replay.add({"seen": torch.arange(3)})
    replay.judge(np.arange(3), np.array([0.0, 1.0, -2.0]))
    u = (np.arange(10_000) + 0.5) / 10_000
    drawn = np.bincount(replay.draw(u), minlength=3) / 10_000
    high = 2**0.6
    assert drawn == pytest.approx([0, 1 / (1 + high), high / (1 + high)], abs=2e-3)
    weights = replay.weights(np.array([1, 2, 2]), 1.0)
    assert weights == pytest.approx([1, 1 / high, 1 / high], rel=1e-5)
    replay.add({"seen": torch.arange(1)})  # what is new is drawn like the worst that is known
    assert replay.priorities is not None
    assert replay.priorities[3] == pytest.approx(high, rel=1e-5)
    again = Replay(8, CPU, prioritised=True)
    again.restore(replay.arrays())
    assert np.array_equal(again.priorities, replay.priorities)  # type: ignore[arg-type]
    assert Replay(8, CPU).weights(np.array([1]), 0.4) is None


def test_it_explores_with_the_odds_that_it_is_told(workspace: Any) -> None:
    """A quarter of the moves is random, a seventh of these the best one by chance."""
    make, spec = environment_maker(workspace.registry, parse("connect_four"))
    network = QNetwork(spec, Shape(hidden=(8,)))
    explorer = Explorer(network, spec, CPU, epsilon=0.25)
    slots = []
    for number in range(4000):
        game = make()
        game.reset(Luck(0))
        slots.append(Slot(game, Match(number, (0, 0), number, 0), 0.0))
    actions = np.array(explorer.act_batch(Batch(slots, [0] * 4000)).actions)
    counts = np.bincount(actions, minlength=7) / 4000
    best = counts.argmax()
    assert counts[best] == pytest.approx(0.75 + 0.25 / 7, abs=0.03)
    assert np.delete(counts, best) == pytest.approx(0.25 / 7, abs=0.015)


def test_the_three_names_are_one_learner() -> None:
    assert (DQN().double, DQN().dueling) == (False, False)
    assert (DoubleDQN().double, DoubleDQN().dueling) == (True, False)
    assert (DuelingDQN().double, DuelingDQN().dueling) == (False, True)
    assert DuelingDQN(double=True).double


def test_actions_must_be_countable() -> None:
    seat = Seat(spaces.Box(-1, 1, (2,)), spaces.Box(-1, 1, (1,)))
    with pytest.raises(Unsuitable, match="actions that can be counted"):
        DQN().check(Spec("real", (seat,)))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"n_step": 0}, "n_step=0 is not a positive number"),
        ({"epsilon": [1.0, -0.1]}, "epsilon=-0.1 is not between 0 and 1"),
        ({"net": "conv"}, "net='conv' is none of auto, mlp"),
    ],
)
def test_parameters_are_checked(given: dict[str, Any], why: str) -> None:
    with pytest.raises(BadParameter, match=f"double_dqn: {why}"):
        DoubleDQN(**given)
