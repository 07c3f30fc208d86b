"""Whether a critic that sees everything helps: simple_speaker_listener, maddpg against iddpg.

    python tests/reference/speaker_listener.py [STEPS [SEED ...]]

Both train for STEPS joint steps on the equal world of tensors, with the same settings and seeds,
and play the same 500 deals of mpe2 itself: what is told is the sum of both seats' returns.
Intervals are of the mean over seeds (Student's t). Checkpoints stay in ARENA_HOME, and are not
trained again.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence

from report import table, write
from teams import played, trained

from arena.intervals import student95

GAME = "mpe2/simple_speaker_listener_v4"
TRAINERS = "maddpg", "iddpg"
DEALS = 500


def mean_return(name: str) -> float:
    """Return what a player gets in the mean of the deals."""
    found = played(GAME, (name,), (0, 0), 88, DEALS)
    return statistics.mean(sum(episode.returns) for episode in found)


def interval(values: Sequence[float]) -> str:
    """Return a mean with its 95 % interval."""
    half = student95(len(values) - 1) * statistics.stdev(values) / len(values) ** 0.5
    return f"{statistics.mean(values):.2f} +- {half:.2f}"


def main(steps: int, seeds: Sequence[int]) -> None:
    """Write the table."""
    found: dict[str, list[float]] = {trainer: [] for trainer in TRAINERS}
    for seed in seeds:
        for trainer in TRAINERS:
            name = f"listen-{trainer}-{steps}-{seed}"
            found[trainer].append(
                mean_return(trained(f"{trainer}:worlds=64", GAME, name, 2 * steps, seed))
            )
            print(trainer, seed, round(found[trainer][-1], 2), flush=True)
    gains = [one - other for one, other in zip(*found.values(), strict=True)]
    rows = [
        (name, "; ".join(f"{value:.2f}" for value in values), interval(values))
        for name, values in {**found, "maddpg - iddpg, by seed": gains}.items()
    ]
    rows.append(("random", f"{mean_return('random'):.2f}", ""))
    write(
        "speaker_listener", "simple_speaker_listener: a critic that sees everything, or not",
        f"`python tests/reference/speaker_listener.py {steps} {' '.join(map(str, seeds))}`: "
        f"{steps:,} joint steps on the equal world of tensors, `worlds=64`; the sum of "
        f"both seats' returns in the mean of {DEALS} deals on mpe2 itself, the same for all. "
        "Intervals: 95 %, over seeds.\n\n"
        + table(("trainer", "return of each seed", "mean"), rows),
    )  # fmt: skip


if __name__ == "__main__":
    given = [int(part) for part in sys.argv[1:]]
    main(given[0] if given else 100_000, given[1:] or [1, 2, 3, 4, 5])
