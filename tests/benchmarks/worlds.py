"""How many joint steps a second the particle worlds of tensors take, beside mpe2's own.

    python tests/benchmarks/worlds.py

A step is that of all seats, with random moves, and what every seat then sees is computed; games
begin anew after 25 steps. Processor seconds of one thread count, so that other work does not.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from arena_tensor.family import Tensor

sys.path.insert(0, str(Path(__file__).parents[1] / "reference"))
from report import table, write

WORLDS = {
    "simple_spread": "simple_spread_v3",
    "simple_tag": "simple_tag_v3",
    "simple_adversary": "simple_adversary_v3",
    "simple_speaker_listener": "simple_speaker_listener_v4",
}
SIZES = 1_024, 16_384
LENGTH, ROUNDS, WANTED = 25, 5, 1_000_000


def tensor_games(name: str, size: int) -> Iterator[int]:
    """Play game after game in all rows of a table; yield how many joint steps each took."""
    played = Tensor().make(name).table(size, "cpu")
    luck, deal = torch.Generator().manual_seed(0), 0
    while True:
        played.reset(torch.ones(size, dtype=torch.bool), torch.arange(deal, deal + size))
        for _ in range(LENGTH):
            seats = range(len(played.spec.seats))
            actions = [torch.randint(5, (size,), generator=luck) for _ in seats]
            if name == "simple_speaker_listener":
                actions[0] %= 3
            played.step(actions)
            for seat in seats:
                played.observe(seat)
        deal += size
        yield LENGTH * size


def mpe2_games(name: str) -> Iterator[int]:
    """Play game after game of mpe2's parallel form; yield how many joint steps each took."""
    import importlib

    env: Any = importlib.import_module(f"mpe2.{WORLDS[name]}").parallel_env(max_cycles=LENGTH)
    while True:
        env.reset()
        for _ in range(LENGTH):
            env.step({agent: env.action_space(agent).sample() for agent in env.agents})
        yield LENGTH


def rate(games: Callable[[], Iterator[int]]) -> float:
    """Return the median of joint steps a processor second, over rounds of about a second."""
    playing, rates = games(), []
    next(playing)
    for _ in range(ROUNDS):
        begun, steps = time.process_time(), 0
        while (spent := time.process_time() - begun) < 1.0:
            steps += next(playing)
        rates.append(steps / spent)
    return statistics.median(rates)


def main() -> None:
    """Measure, and write the table."""
    torch.set_num_threads(1)
    rows = []
    for name in WORLDS:
        theirs = rate(lambda: mpe2_games(name))
        ours = [rate(lambda: tensor_games(name, size)) for size in SIZES]
        verdict = "met" if max(ours) >= WANTED else "missed"
        told = [f"{each:,.0f}" for each in (theirs, *ours)]
        rows.append((name, *told, f"{max(ours) / theirs:,.0f}", verdict))
        print(*rows[-1], flush=True)
    sizes = [f"tensors, {size:,} worlds" for size in SIZES]
    write(
        "speed_particles", "Speed of the particle worlds",
        "`python tests/benchmarks/worlds.py`: joint steps a processor second of one thread, random "
        "moves, what all seats see among them; the median of five rounds of a second. Wanted of "
        f"simple_spread: {WANTED:,}.\n\n" + table(("world", "mpe2", *sizes, "ratio", "1 M"), rows),
    )  # fmt: skip


if __name__ == "__main__":
    main()
