"""Several workers and one network: what a seed fixes, and what is the same as without workers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from arena_deep.weights import Adam
from torch import nn

from arena.checkpoints import read_arrays
from arena.errors import BadParameter
from arena.records import Checkpoint
from arena.testing import check_trainer

POLE = "gymnasium/CartPole-v1"
SMALL = "slots=4,rollout=8,hidden=8"


def weights(made: Checkpoint) -> list[Any]:
    return [part for _, part in sorted(read_arrays(made.folder).items())]


def alike(one: Checkpoint, other: Checkpoint) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(weights(one), weights(other), strict=True))


def test_one_worker_is_a2c(learn: Any) -> None:
    asynchronous = learn(f"a3c:workers=1,{SMALL}", POLE, 600, name="one")
    assert alike(asynchronous, learn(f"a2c:{SMALL}", POLE, 600, name="other"))


def test_the_seed_fixes_the_weights_of_two_workers_that_take_turns(learn: Any) -> None:
    made = learn(f"a3c:{SMALL}", POLE, 600, seed=3, name="one")
    assert made.digest == learn(f"a3c:{SMALL}", POLE, 600, seed=3, name="other").digest
    assert made.meta["matches"] > 8


def test_two_workers_that_take_no_turns_learn(learn: Any) -> None:
    made = learn("a3c:ordered=false,slots=8", "tic_tac_toe", 1_000)
    assert made.meta["matches"] > 8 and "policy_loss" in made.meta["metrics"]


@pytest.mark.slow
def test_two_workers_keep_the_rules() -> None:
    """Among them: a run that is interrupted and resumed ends in the same weights."""
    check_trainer(f"a3c:{SMALL}", POLE, 600)


def test_past_selves_need_a_single_process(learn: Any) -> None:
    with pytest.raises(BadParameter, match="opponents=pool needs workers=1"):
        learn("a3c:opponents=pool", "tic_tac_toe", 100)


def test_a_network_lies_in_the_memory_it_is_given() -> None:
    network = nn.Linear(2, 1)
    network.weight.data = torch.tensor([[1.0, 2.0]])
    network.bias.data = torch.tensor([3.0])
    vector, gradient = torch.zeros(3), torch.zeros(3)
    adam = Adam(network, 0.1, memory=(vector, gradient))
    assert vector.tolist() == [1.0, 2.0, 3.0]
    vector.copy_(torch.tensor([1.0, 1.0, 0.0]))
    loss = network(torch.tensor([[2.0, 5.0]])).sum()
    assert loss.item() == 7.0
    adam.find(loss)
    assert gradient.tolist() == [2.0, 5.0, 1.0]
