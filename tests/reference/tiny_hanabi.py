"""Whether mappo finds the optimum of tiny_hanabi, and how its seeds play with each other.

    python tests/reference/tiny_hanabi.py [SEED ...]

Each seed is a team of two; a table of cross-play, by `arena tournament --format cross_play`, has
what it gets with itself and with the others. 10 is the optimum, to which there is one way; 8 what
can be had without signals. Two teams that close early (`entropy` as it is by default) come to that.
Checkpoints stay in ARENA_HOME, and are not trained again.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from report import table, write
from teams import trained

GAME = "openspiel/tiny_hanabi"
CLOSED = "mappo:worlds=32,rollout=10"
TRAINER = f"{CLOSED},entropy=1;0.01"
STEPS, GAMES = 100_000, 400


def cross_play(names: Sequence[str]) -> dict[str, Any]:
    """Return what a tournament concludes."""
    agents = [part for name in names for part in ("--agent", name)]
    command = ["arena", "tournament", GAME, "--format", f"cross_play:games={GAMES}", *agents]
    done = subprocess.run(
        [*command, "--seed", "1", "--json"], check=True, capture_output=True, text=True
    )
    concluded: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])["conclusion"]
    return concluded


def main(seeds: Sequence[int]) -> None:
    """Write the table."""
    names = [trained(TRAINER, GAME, f"hanabi-{seed}", STEPS, seed) for seed in seeds]
    best_of = len(names)
    names += [trained(CLOSED, GAME, f"closed-{seed}", STEPS, seed) for seed in (1, 2)]
    found = cross_play(names)
    scores = {tuple(pair["partners"]): pair["score"] for pair in found["pairings"]}
    rows = [
        (one, *(f"{scores.get((one, other), scores.get((other, one))):.2f}" for other in names))
        for one in names
    ]
    best = sum(scores[name, name] == 10.0 for name in names[:best_of])
    write(
        "tiny_hanabi", "tiny_hanabi: signals, and strangers",
        f"`python tests/reference/tiny_hanabi.py {' '.join(map(str, seeds))}`: `{TRAINER}`, "
        f"{STEPS:,} moves a seed; {best} of {best_of} seeds reach the optimum of 10, to which "
        f"there is one way. closed-1 and closed-2 are `{CLOSED}`. The mean return of each two "
        f"partners over the same {GAMES} deals:\n\n"
        + table(("partner", *names), rows)
        + f"\n\n{found['says']}",
    )  # fmt: skip


if __name__ == "__main__":
    main([int(seed) for seed in sys.argv[1:]] or [1, 2, 3, 4, 5])
