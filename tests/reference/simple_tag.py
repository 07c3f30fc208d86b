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

from arena.agent import Agent
from arena.checkpoints import find_checkpoint
from arena.lookup import environment_maker, find_player, make_agent
from arena.playing import play
from arena.records import Match, Ref
from arena.seeds import derive
from arena.specs import parse
from arena.training import Order, train
from arena.workspace import Workspace

GAME = "mpe2/simple_tag_v3"
TRAINER = "maddpg:opponents=pool"
DEALS = 300


def catches(predators: Agent, prey: Agent) -> list[float]:
    """Return how often the prey was caught in each deal."""
    make, _ = environment_maker(Workspace.open().registry, parse(GAME))
    matches = [
        Match(n, (0, 0, 0, 1), derive(77, "seat", n), derive(77, "deal", n)) for n in range(DEALS)
    ]
    return [episode.returns[0] / 10 for episode in play(make, [predators, prey], matches)]


def player(name: str) -> Agent:
    """Return a player by name."""
    workspace = Workspace.open()
    found = find_player(workspace.registry, workspace.home, Ref(name))
    return make_agent(workspace.registry, workspace.home, found.ref, "cpu")


def trained(steps: int, seed: int) -> Agent:
    """Return who was trained so long, from this seed."""
    workspace, name = Workspace.open(), f"tag-{steps}-{seed}"
    if find_checkpoint(workspace.home, name) is None:
        train(workspace, Order(parse(TRAINER), parse(GAME), name, 4 * steps, seed), "cpu")
    return player(name)


def main(steps: int, seeds: Sequence[int]) -> None:
    """Write the table."""
    rows: list[Sequence[Any]] = []
    for seed in seeds:
        learnt, random = trained(steps, seed), player("random")
        chase, flee = player("chase"), player("flee")
        line_ups = (
            (random, flee), (learnt, flee), (chase, random), (chase, learnt),
            (learnt, random), (learnt, learnt),
        )  # fmt: skip
        found = [statistics.mean(catches(*line_up)) for line_up in line_ups]
        pairs = [
            f"{before:.2f}, {after:.2f}: {after / max(before, 1e-9):.2f}"
            for before, after in zip(found[::2], found[1::2])
        ]
        rows.append((seed, *pairs))
        print(*rows[-1], flush=True)
    header = (
        "seed", "scripted prey: random predators, trained (3 or more wanted)",
        "scripted predators: random prey, trained (0.5 or less wanted)",
        "trained predators: random prey, trained",
    )  # fmt: skip
    write(
        "simple_tag", "simple_tag: who catches, and who is caught",
        f"`python tests/reference/simple_tag.py {steps} {' '.join(map(str, seeds))}`: "
        f"`{TRAINER}`, {steps:,} joint steps on the equal world of tensors; catches a game in the "
        f"mean of {DEALS} deals on mpe2 itself, the same for all, and their ratio.\n\n"
        + table(header, rows),
    )  # fmt: skip


if __name__ == "__main__":
    given = [int(part) for part in sys.argv[1:]]
    main(given[0] if given else 400_000, given[1:] or [1, 2, 3])
