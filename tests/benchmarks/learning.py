"""How fast networks learn, beside Stable-Baselines3 in the same run.

    python tests/benchmarks/learning.py [ppo] [dqn] [connect_four]

Each figure is the best of three interleaved rounds, moves a second of a whole run, one thread.
Seconds are of processor time: the machine may be shared. Of our own runs those are left out in
which checkpoints are judged, which Stable-Baselines3 does not do here. The settings are those of
rl-baselines3-zoo for CartPole-v1. On connect_four moves are divided by all the time that is not
spent in learning: how fast self-play collects.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "reference"))
from report import table, write

from arena.specs import parse
from arena.training import Order, train
from arena.workspace import Workspace

POLE = "gymnasium/CartPole-v1"
SAME_PPO = (
    "ppo:slots=8,rollout=32,minibatch=256,epochs=20,gamma=0.98,decay=0.8,learning_rate=0.001,"
    "shared=false,hidden=64;64"
)
SAME_DQN = "dqn:slots=1,n_step=1,anneal=false"


def ours(trainer: str, game: str, steps: int) -> tuple[float, float]:
    """Return moves a second of a run but for judging, and of the part that is not learning."""
    with tempfile.TemporaryDirectory() as home:
        order = Order(parse(trainer), parse(game), "learner", steps)
        workspace, begun = Workspace.open(home=home), time.process_time()
        meta = train(workspace, order, "cpu").meta
        seconds = time.process_time() - begun
    share = meta["shares"]
    running = seconds * (1 - share.get("evaluation", 0.0))
    collecting = running - seconds * share["learning"]
    return meta["arguments"]["steps"] / running, meta["arguments"]["steps"] / collecting


def sb3_ppo(steps: int) -> float:
    """Return moves a second of SB3's PPO."""
    from stable_baselines3 import PPO
    from stable_baselines3.common.env_util import make_vec_env

    model = PPO(
        "MlpPolicy", make_vec_env("CartPole-v1", n_envs=8, seed=0), n_steps=32, batch_size=256,
        gae_lambda=0.8, gamma=0.98, n_epochs=20, ent_coef=0.0,
        learning_rate=lambda left: left * 1e-3, clip_range=lambda left: left * 0.2, seed=0,
        device="cpu",
    )  # fmt: skip
    return timed(model, steps)


def sb3_dqn(steps: int) -> float:
    """Return moves a second of SB3's DQN."""
    from stable_baselines3 import DQN
    from stable_baselines3.common.env_util import make_vec_env

    model = DQN(
        "MlpPolicy", make_vec_env("CartPole-v1", n_envs=1, seed=0), learning_rate=2.3e-3,
        batch_size=64, buffer_size=100_000, learning_starts=1000, gamma=0.99,
        target_update_interval=10, train_freq=256, gradient_steps=128, exploration_fraction=0.16,
        exploration_final_eps=0.04, policy_kwargs={"net_arch": [256, 256]}, seed=0, device="cpu",
    )  # fmt: skip
    return timed(model, steps)


def timed(model: Any, steps: int) -> float:
    """Return moves a second of a model's learning."""
    begun = time.process_time()
    model.learn(steps)
    return float(model.num_timesteps / (time.process_time() - begun))


def best(rounds: int, **measured: Callable[[], float]) -> dict[str, float]:
    """Return the best of several rounds, each of which measures everything once."""
    found: dict[str, float] = dict.fromkeys(measured, 0.0)
    for _ in range(rounds):
        for name, measure in measured.items():
            speed = measure()
            print(name, round(speed), flush=True)
            found[name] = max(found[name], speed)
    return found


def pole(name: str, steps: int, same: str, peer: Callable[[int], float]) -> None:
    """Compare a learner with its peer on CartPole."""
    found = best(
        3, peer=lambda: peer(steps), same=lambda: ours(same, POLE, steps)[0],
        own=lambda: ours(name, POLE, steps)[0],
    )  # fmt: skip
    rows = [
        (f"Stable-Baselines3's {name}, the zoo's settings", f"{found['peer']:,.0f}", "1"),
        (f"`{same}`", f"{found['same']:,.0f}", f"{found['same'] / found['peer']:.2f}"),
        (f"`{name}` with its own settings", f"{found['own']:,.0f}",
         f"{found['own'] / found['peer']:.2f}"),
    ]  # fmt: skip
    text = (
        f"`python tests/benchmarks/learning.py {name}`: {steps:,} moves, best of 3 rounds, seconds "
        "of processor time.\n\n"
    )
    write(
        f"speed_{name}", f"Speed of {name} on CartPole-v1",
        text + table(("", "moves a second", "ratio"), rows),
    )  # fmt: skip


def connect_four() -> None:
    """Measure how fast self-play collects moves."""
    game, rows = "tensor/connect_four", []
    for trainer, steps in (("ppo:net=mlp", 150_000), ("ppo", 100_000)):
        runs = [ours(trainer, game, steps) for _ in range(2)]
        whole, collecting = (max(part) for part in zip(*runs))
        rows.append((f"`{trainer}`", f"{collecting:,.0f}", f"{whole:,.0f}"))
        print(rows[-1], flush=True)
    header = ("", "moves collected a second", "moves a second, learning and all")
    text = (
        "`python tests/benchmarks/learning.py connect_four`: best of 2 rounds, one thread, seconds "
        "of processor time.\n\n"
    )
    write("speed_connect_four", "Speed of self-play on connect_four", text + table(header, rows))


if __name__ == "__main__":
    import torch

    torch.set_num_threads(1)
    for which in sys.argv[1:] or ("ppo", "dqn", "connect_four"):
        if which == "ppo":
            pole("ppo", 40_000, SAME_PPO, sb3_ppo)
        elif which == "dqn":
            pole("dqn", 10_000, SAME_DQN, sb3_dqn)
        else:
            connect_four()
