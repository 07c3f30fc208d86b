"""CliffWalking: what Q-learning, Sarsa and Expected Sarsa come to, seed by seed.

    python tests/reference/cliff_walking.py [SEEDS]

Sutton and Barto, example 6.6: alpha .5, epsilon .1, gamma 1, 500 episodes. Measured with a plain
implementation, 50 seeds: the greedy path returns -13 (Q-learning, 50 of 50), -17 (Sarsa, 40 of 50)
and -15 (Expected Sarsa, 50 of 50); the return while learning, in episodes 400 to 500, is
-49.4 +- 6.7, -26.3 +- 5.5 and -20.7 +- 1.9 (standard deviation over seeds).
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from report import table, write

from arena import hookimpl
from arena.specs import parse
from arena.training import Order, train
from arena.workspace import Workspace

GAME = "gymnasium/CliffWalking-v1:max_turns=1000"
KNOWN = {
    "q_learning": ("-13: 50 of 50", "-49.4 +- 6.7"),
    "sarsa": ("-17: 40 of 50", "-26.3 +- 5.5"),
    "expected_sarsa": ("-15: 50 of 50", "-20.7 +- 1.9"),
}


class Online:
    """Hears the returns while learning, with the episode at which they were told."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, float]] = []

    @hookimpl
    def arena_learned(self, run: Any, step: int, metrics: Mapping[str, float]) -> None:
        if "return" in metrics:
            self.heard.append((run.so_far.matches, metrics["return"]))

    def between(self, first: int, last: int) -> float:
        """Return the mean return in these episodes."""
        return statistics.mean(value for match, value in self.heard if first <= match <= last)


def run(workspace: Workspace, trainer: str, seed: int) -> tuple[float, float, int]:
    """Return the greedy return, the return while learning, and the episodes of one run."""
    online = Online()
    workspace.registry.manager.register(online)
    made = train(workspace, Order(parse(trainer), parse(GAME), trainer, None, seed))
    workspace.registry.manager.unregister(online)
    return made.meta["metrics"]["mean_return"], online.between(400, 500), online.heard[-1][0]


def main(seeds: int) -> None:
    """Run all seeds of all trainers, and write the table."""
    rows, begun = [], time.time()
    for trainer, (greedy_known, online_known) in KNOWN.items():
        with tempfile.TemporaryDirectory() as home:
            workspace = Workspace.open(home=home)
            runs = [run(workspace, trainer, seed) for seed in range(seeds)]
        greedy, online, episodes = zip(*runs)
        counts = ", ".join(f"{value:g}: {n}" for value, n in Counter(greedy).most_common())
        spread = f"{statistics.mean(online):.1f} +- {statistics.stdev(online):.1f}"
        span = f"{min(episodes)} to {max(episodes)}"
        rows.append((trainer, counts, greedy_known, spread, online_known, span))
        print(rows[-1], flush=True)
    header = (
        "trainer", "greedy return: seeds", "reference", "return while learning, episodes 400-500",
        "reference", "episodes in all",
    )  # fmt: skip
    write(
        "cliff_walking", "CliffWalking-v1",
        f"`python tests/reference/cliff_walking.py {seeds}`: seeds 0 to {seeds - 1}, the trainers' "
        f"own settings and steps (20,000 moves), as `arena train TRAINER {GAME}`; "
        f"{time.time() - begun:.0f} s in all. Means with the standard deviation over seeds.\n\n"
        + table(header, rows),
    )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
