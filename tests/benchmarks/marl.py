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
ROWS = {1: (1_500, 1_500), 64: (9_600, 25_600), 1024: (51_200, 204_800)}
"""Joint steps on mpe2 and on tensors, by how many worlds are stepped together."""


def speed(trainer: str, steps: int) -> float:
    """Return joint steps a second."""
    with tempfile.TemporaryDirectory() as home:
        order = Order(parse(trainer), parse(GAME), "learner", 3 * steps)
        meta = train(Workspace.open(home=home), order, "cpu").meta
    running = meta["seconds"] * (1 - meta["shares"].get("evaluation", 0.0))
    return float(meta["steps"] / 3 / running)


def main() -> None:
    """Measure, and write the table."""
    best: dict[str, float] = {}
    for _ in range(2):
        for worlds, all_steps in ROWS.items():
            for world, steps in zip(("mpe2", "tensor"), all_steps, strict=True):
                trainer = f"maddpg:world={world},worlds={worlds}"
                best[trainer] = max(best.get(trainer, 0.0), speed(trainer, steps))
                print(trainer, round(best[trainer]), flush=True)
    rows = []
    for worlds in ROWS:
        theirs, ours = (best[f"maddpg:world={w},worlds={worlds}"] for w in ("mpe2", "tensor"))
        rows.append((worlds, f"{theirs:,.0f}", f"{ours:,.0f}", f"{ours / theirs:.1f}"))
    default = best["maddpg:world=tensor,worlds=64"]
    alone = best["maddpg:world=mpe2,worlds=1"]
    header = "worlds", "joint steps a second on mpe2", "on tensors", "ratio"
    write(
        "speed_maddpg", "Speed of maddpg on simple_spread",
        "`python tests/benchmarks/marl.py`: `maddpg:world=...,worlds=...`, better of 2 rounds, "
        "learning and all, one thread beside other work. One update follows each step of all "
        "worlds, so that the more worlds there are the less of the time is learning, which is the "
        "same on both. With its own settings (64 worlds of tensors) it takes "
        f"{default / alone:.0f} times the joint steps a second that it takes with one world of "
        "mpe2, which is how mpe2 comes. Wanted: 10 times.\n\n" + table(header, rows),
    )  # fmt: skip


if __name__ == "__main__":
    main()
