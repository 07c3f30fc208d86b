"""How fast maddpg learns simple_spread on tensors, beside the same trainer on mpe2's own worlds.

    python tests/benchmarks/marl.py

Each figure is the better of two interleaved rounds: joint steps a second of a whole run with
learning, one thread, the seconds left out in which checkpoints are judged. One update follows each
step of all worlds, so that more worlds learn less often from each step.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "reference"))
from report import table, write

from arena.specs import parse
from arena.training import Order, train
from arena.workspace import Workspace

GAME = "mpe2/simple_spread_v3:continuous_actions=true"
ROWS = {
    "maddpg:world=mpe2,worlds=1": 2_000,
    "maddpg:world=mpe2,worlds=64": 25_600,
    "maddpg": 51_200,
    "maddpg:worlds=1024": 409_600,
}
"""Trainers, and joint steps."""


def speed(trainer: str, steps: int) -> float:
    """Return joint steps a second."""
    with tempfile.TemporaryDirectory() as home:
        order = Order(parse(trainer), parse(GAME), "learner", 3 * steps)
        meta = train(Workspace.open(home=home), order, "cpu").meta
    running = meta["seconds"] * (1 - meta["shares"].get("evaluation", 0.0))
    return float(meta["steps"] / 3 / running)


def main() -> None:
    """Measure, and write the table."""
    best = dict.fromkeys(ROWS, 0.0)
    for _ in range(2):
        for trainer, steps in ROWS.items():
            best[trainer] = max(best[trainer], speed(trainer, steps))
            print(trainer, round(best[trainer]), flush=True)
    one, many = (best[trainer] for trainer in list(ROWS)[:2])
    rows = [
        (f"`{trainer}`", f"{found:,.0f}", f"{found / one:.1f}", f"{found / many:.1f}")
        for trainer, found in best.items()
    ]
    header = "trainer", "joint steps a second", "to one world of mpe2", "to 64 worlds of mpe2"
    write(
        "speed_maddpg", "Speed of maddpg on simple_spread",
        "`python tests/benchmarks/marl.py`: better of 2 rounds, learning and all, one thread "
        "beside other work. One update follows each step of all worlds: with one world there is "
        "one for each joint step, with 64 one for 64. 10 times was aimed at.\n\n"
        + table(header, rows),
    )  # fmt: skip


if __name__ == "__main__":
    main()
