"""What plain players come to in mpe2's worlds of particles: a scale for learners.

    python tests/reference/particles.py

On the tensor worlds, whose states and rewards are mpe2's (`tests/tensor`), and on mpe2 itself.
"""

from __future__ import annotations

import time

import numpy as np
from report import table, write

from arena.intervals import clustered_mean
from arena.lookup import environment_maker
from arena.making import make_agent
from arena.playing import play
from arena.records import Match
from arena.specs import parse
from arena.workspace import Workspace

HOW = ("", "continuous_actions=true")
WORLDS = (("tensor/simple_{}", 2_000), ("mpe2/simple_{}_v3", 100))
SPREAD = ("random", "nearest_landmark", "assigned_landmark")
TAG = (("random", "random"), ("random", "flee"), ("chase", "random"), ("chase", "flee"))


def told(workspace: Workspace, game: str, names: tuple[str, ...], seats: list[int], deals: int,
         by: float) -> str:  # fmt: skip
    """Return the mean over deals of what some seats returned together, divided, at 95 %."""
    make, spec = environment_maker(workspace.registry, parse(game))
    agents = [make_agent(name, spec, workspace) for name in names]
    lineup = tuple(0 if seat < 3 else 1 for seat in range(len(spec.seats)))
    matches = [Match(n, lineup, n, n) for n in range(deals)]
    found = [sum(e.returns[seat] for seat in seats) / by for e in play(make, agents, matches)]
    mean, low, high = clustered_mean(np.array(found), np.ones(len(found)))
    return f"{mean:.2f} ({low:.2f} to {high:.2f})"


def main() -> None:
    """Measure all, and write the table."""
    begun, workspace, rows = time.time(), Workspace.open(), []
    for name in SPREAD:
        rows.append([f"simple_spread: {name}"])
        for world, deals in WORLDS:
            rows[-1] += [
                told(workspace, f"{world.format('spread')}:{how}".rstrip(":"), (name,), [0, 1, 2],
                     deals, 1.0) for how in HOW
            ]  # fmt: skip
    for hunters, prey in TAG:
        rows.append([f"simple_tag: catches by {hunters} of {prey}"])
        for world, deals in WORLDS:
            rows[-1] += [
                told(workspace, f"{world.format('tag')}:{how}".rstrip(":"), (hunters, prey), [0],
                     deals, 10.0) for how in HOW
            ]  # fmt: skip
    write(
        "particles", "Plain players in worlds of particles",
        "`python tests/reference/particles.py`: sums of the three seats' returns in simple_spread, "
        "catches a match in simple_tag, over 2,000 deals of the tensor worlds and 100 of mpe2 "
        f"itself, 25 steps, with 95 % intervals; {time.time() - begun:.0f} s in all.\n\n"
        + table(
            ("play", "tensor, steps", "tensor, real numbers", "mpe2, steps", "mpe2, real numbers"),
            rows,
        ),
    )  # fmt: skip


if __name__ == "__main__":
    main()
