"""What every learner of networks owes: the same seed and an interruption change nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from arena.checkpoints import find_checkpoint
from arena.errors import Unsuitable
from arena.testing import check_trainer

GAMES = str(Path(__file__).with_name("games.py"))

PPO = "ppo:slots=4,rollout=8,minibatch=16,epochs=2"
QUICK = "slots=4,every=64,steps=4,batch=16,start=100"
DQN = f"dqn:{QUICK}"
ZERO = "alphazero:slots=8,simulations=2,minibatch=16,window=200,hidden=8"


@pytest.mark.parametrize(
    ("trainer", "game"),
    [
        (PPO, "gymnasium/CartPole-v1"),
        (PPO, "gymnasium/Pendulum-v1"),
        (PPO, "kuhn_poker:players=3"),
        (PPO + ",opponents=prioritised,rivals=random;first_legal", "connect_four"),
        (PPO, "test/lights"),
        (PPO, "test/lights:switches=one"),
        (PPO, "pettingzoo/rps_v2"),
        (DQN + ",buffer=200", "gymnasium/CartPole-v1"),
        (DQN + ",n_step=3,prioritised=true,net=mlp", "connect_four"),
        (f"double_dqn:{QUICK},prioritised=true", "tensor/tic_tac_toe"),
        (f"dueling_dqn:{QUICK},double=true", "kuhn_poker:players=3"),
        (DQN, "test/lights:switches=one"),
        ("a2c:slots=4,rollout=8", "gymnasium/CartPole-v1"),
        ("a2c:slots=8", "connect_four"),
        ("a3c:workers=1,slots=4,rollout=8", "gymnasium/CartPole-v1"),
        ("reinforce:slots=4,rollout=16", "gymnasium/CartPole-v1"),
        ("reinforce:slots=8", "kuhn_poker:players=3"),
        (ZERO, "tensor/tic_tac_toe"),
        (ZERO, "tic_tac_toe:max_turns=5"),
        (ZERO + ",net=auto,channels=4", "connect_four"),
    ],
)
def test_learners_of_networks_keep_the_rules(trainer: str, game: str) -> None:
    check_trainer(trainer, game, 600, plugins=[GAMES])


@pytest.mark.parametrize(
    ("trainer", "game", "why"),
    [
        ("ppo", "test/uneven", "its seats do different things"),
        ("ppo", "openspiel/crossword", "a network cannot"),
        ("dqn", "test/lights", "actions that can be counted"),
        ("alphazero", "kuhn_poker", "in which nothing is hidden"),
        ("alphazero", "gymnasium/CartPole-v1", "games of two"),
    ],
)
def test_games_that_do_not_suit(learn: Any, trainer: str, game: str, why: str) -> None:
    with pytest.raises(Unsuitable, match=why):
        learn(trainer, game, 100)


_KILLED = """
import sys
from arena.specs import parse
from arena.training import Order, train
from arena.workspace import Workspace

order = Order(parse(sys.argv[2]), parse(sys.argv[3]), "killed", int(sys.argv[4]), 5)
train(Workspace.open(home=sys.argv[1]), order, "cpu", save_seconds=0)
"""


@pytest.mark.parametrize(
    ("trainer", "game", "steps"),
    [
        ("ppo:slots=16,rollout=4,opponents=pool", "tic_tac_toe", 12_000),
        ("dqn:slots=16,every=64,steps=2,batch=32,prioritised=true", "tic_tac_toe", 12_000),
        (ZERO, "tensor/tic_tac_toe", 1_500),
        ("maddpg:worlds=8,batch=16,replay=3000", "tensor/simple_spread", 12_000),
    ],
)
def test_a_process_that_was_killed_is_resumed_to_the_same_end(
    learn: Any, tmp_path: Path, trainer: str, game: str, steps: int
) -> None:
    unbroken = learn(trainer, game, steps, name="unbroken", seed=5)
    command = [sys.executable, "-c", _KILLED, str(tmp_path), trainer, game, str(steps)]
    process = subprocess.Popen(command)
    state = tmp_path / "training" / "killed" / "state" / "model.safetensors"
    while process.poll() is None and not (state.exists() and state.stat().st_size > 10_000):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert find_checkpoint(tmp_path, "killed") is None
    resumed = learn(trainer, game, name="killed", seed=5, resume=True)
    assert resumed.digest == unbroken.digest


@pytest.mark.parametrize(
    ("trainer", "game"),
    [
        ("ppo:slots=16,rollout=4", "tic_tac_toe"),
        ("dqn:slots=16,every=64,steps=2,batch=32", "tic_tac_toe"),
        ("mappo:worlds=8,rollout=5", "tensor/simple_spread"),
    ],
)
def test_what_is_learnt_is_the_same_with_any_number_of_threads(
    learn: Any, trainer: str, game: str
) -> None:
    before, found = torch.get_num_threads(), set()
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            found.add(learn(trainer, game, 400, name=f"by{threads}", seed=5).digest)
    finally:
        torch.set_num_threads(before)
    assert len(found) == 1


def test_ppo_learns_to_set_switches(learn: Any) -> None:
    """12 is the most there is, 6 what random switches are paid."""
    made = learn("ppo:slots=16,rollout=16", "test/lights", 12_000)
    assert made.meta["metrics"]["mean_return"] > 10.5


def test_dqn_learns_to_set_switches(learn: Any) -> None:
    """12 is the most there is, 6 what random switches are paid."""
    made = learn("dqn:gamma=0", "test/lights:switches=one", 5_000)
    assert made.meta["metrics"]["mean_return"] > 10.5


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("trainer", ["ppo", "dqn"])
def test_it_never_loses_a_line_of_tic_tac_toe(learn: Any, trainer: str, seed: int) -> None:
    """Against every legal reply, from both seats: with its own settings and steps."""
    made = learn(trainer, "tic_tac_toe", seed=seed)
    assert made.meta["metrics"]["lost_lines"] == 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("trainer", ["ppo", "dqn", "double_dqn", "dueling_dqn", "a2c"])
def test_it_balances_a_pole(learn: Any, trainer: str, seed: int) -> None:
    """With its own settings, within the steps of the zoo."""
    made = learn(trainer, "gymnasium/CartPole-v1", seed=seed)
    assert made.meta["metrics"]["mean_return"] >= 475
