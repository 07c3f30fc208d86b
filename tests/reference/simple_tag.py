"""How often trained predators catch, and a trained prey is caught, in mpe2's simple_tag.

    python tests/reference/simple_tag.py [STEPS [SEED ...]]

maddpg trains predators and prey together, against each other and past selves, for STEPS joint
steps. Each line-up plays the same 300 deals on mpe2 itself; a catch pays each predator 10. The
scripted prey is `flee`, scripted predators are `chase`.
Checkpoints stay in ARENA_HOME, and are not trained again.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from typing import Any

from report import table, write
from teams import played, training

GAME = "mpe2/simple_tag_v3"
TRAINER = "maddpg:worlds=64,opponents=pool"
DEALS = 300
HEADER = (
    "seed", "scripted prey: random predators, trained (3 or more wanted)",
    "scripted predators: random prey, trained (0.5 or less wanted), scripted",
    "trained predators: random prey, trained (0.5 or less wanted), scripted", "CPU s",
)  # fmt: skip


def catches(predators: str, prey: str) -> float:
    """Return how often the prey was caught, in the mean of the deals."""
    found = played(GAME, (predators, prey), (0, 0, 0, 1), 77, DEALS)
    return statistics.mean(episode.returns[0] / 10 for episode in found)


def beside(first: float, *others: float) -> str:
    """Return figures, the others with their ratio to the first."""
    ratios = (f"{other:.2f} ({other / max(first, 1e-9):.2f})" for other in others)
    return ", ".join((f"{first:.2f}", *ratios))


def row(steps: int, seed: int) -> tuple[Any, ...]:
    """Train, play, and return the row of a seed."""
    learnt = f"tag-{steps}-{seed}"
    known = training(TRAINER, GAME, learnt, 4 * steps, seed)
    hunted = [catches(hunters, "flee") for hunters in ("random", learnt)]
    scripted, trained = (
        [catches(hunters, prey) for prey in ("random", learnt, "flee")]
        for hunters in ("chase", learnt)
    )
    return seed, beside(*hunted), beside(*scripted), beside(*trained), known["cpu"]


def main(steps: int, seeds: Sequence[int]) -> None:
    """Write the table."""
    rows: list[Sequence[Any]] = []
    for seed in seeds:
        rows.append(row(steps, seed))
        print(*rows[-1], flush=True)
    write(
        "simple_tag", "simple_tag: who catches, and who is caught",
        f"`python tests/reference/simple_tag.py {steps} {' '.join(map(str, seeds))}`: "
        f"`{TRAINER}`, {steps:,} joint steps on the equal world of tensors; catches a game in the "
        f"mean of {DEALS} deals on mpe2 itself, the same for all, and in brackets their ratio to "
        "the first. CPU seconds are of one thread beside other work.\n\n" + table(HEADER, rows),
    )  # fmt: skip


if __name__ == "__main__":
    given = [int(part) for part in sys.argv[1:]]
    main(given[0] if given else 800_000, given[1:] or [1, 2, 3])
