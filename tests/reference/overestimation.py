"""How far deep Q-learning's values are above what its play is really paid, with and without double.

    python tests/reference/overestimation.py [SEEDS]

At ten points of each run the greedy policy plays 500 episodes; at every position the value of its
move is compared with the return that followed (van Hasselt et al., "Deep reinforcement learning
with double Q-learning", 2016, figure 3). The game is their theorem 1: nothing matters, every move
is paid by luck of mean nought, and the highest of eight uncertain values is most likely one that is
too high. Writes docs/overestimation.png, too.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from report import table, write

from arena.experience import returns_to_go
from arena.lookup import make_agent
from arena.playing import play
from arena.recorder import Recorder
from arena.records import Checkpoint, Match, Ref
from arena.seeds import derive
from arena.specs import parse
from arena.training import Order, train
from arena.training_run import LiveRun
from arena.workspace import Workspace

GAME = "reference/noise"
PLUGIN = str(Path(__file__).with_name("noise.py"))
STEPS, GAMMA = 20_000, 1.0
SETTINGS = (
    f"gamma={GAMMA},hidden=64;64,n_step=1,every=64,steps=16,target=20,buffer=5000,anneal=false"
)
NAMES = ("dqn", "double_dqn")
PICTURE = Path(__file__).parents[2] / "docs" / "overestimation.png"


class Gap:
    """Measures at every checkpoint: the mean value of the moves made, and of what followed."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.estimated: list[float] = []
        self.real: list[float] = []

    def __call__(self, run: LiveRun, checkpoint: Checkpoint) -> Mapping[str, float]:
        """Play, and compare."""
        given = {**checkpoint.meta["agent_parameters"], "checkpoint": checkpoint.folder}
        ref = Ref(checkpoint.meta["agent"], given)
        agent: Any = make_agent(run.workspace.registry, run.workspace.home, ref, "cpu")
        agent.check(run.spec)
        recorder = Recorder([agent], (0,), ("data",))
        matches = [
            Match(n, (0,), derive(7, run.step, n), derive(8, run.step, n)) for n in range(500)
        ]
        list(play(run.make, [agent], matches, recorder=recorder))
        found = recorder.take()
        with torch.no_grad():
            values = agent.network(torch.as_tensor(found.columns["data"]), None).amax(dim=1)
        known = ~found.open
        self.steps.append(run.step)
        self.estimated.append(float(values.double().numpy()[known].mean()))
        self.real.append(float(returns_to_go(found, GAMMA)[known].mean()))
        return {}


def measure(trainer: str, seed: int) -> Gap:
    """Train once, measuring on the way."""
    gap = Gap()
    with tempfile.TemporaryDirectory() as home:
        order = Order(parse(f"{trainer}:{SETTINGS}"), parse(GAME), "learner", STEPS, seed)
        train(Workspace.open(home=home, plugins=(PLUGIN,)), order, "cpu", evaluate=gap)
    over = [a - b for a, b in zip(gap.estimated, gap.real)]
    print(trainer, seed, [f"{one:.3f}" for one in over], gap.real[-1], flush=True)
    return gap


def draw(found: Mapping[str, list[Gap]]) -> None:
    """Draw estimates and returns of all seeds, and their means."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    for name, colour in zip(found, ("tab:red", "tab:blue")):
        for kind, style in (("estimated", "-"), ("real", "--")):
            lines = np.array([getattr(gap, kind) for gap in found[name]])
            steps = found[name][0].steps
            axes.plot(steps, lines.T, style, color=colour, alpha=0.2, linewidth=0.8)
            axes.plot(steps, lines.mean(axis=0), style, color=colour, label=f"{name}: {kind}")
    axes.set(xlabel="moves of training", ylabel="mean over the positions met", title=GAME)
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(PICTURE, dpi=80)


def main(seeds: int) -> None:
    """Run all seeds, draw, and write the table."""
    found: dict[str, list[Gap]] = {name: [] for name in NAMES}
    for seed in range(seeds):
        for name in NAMES:
            found[name].append(measure(name, seed))
    draw(found)
    rows = []
    for name, gaps in found.items():
        over = [
            statistics.mean(a - b for a, b in zip(gap.estimated[-5:], gap.real[-5:]))
            for gap in gaps
        ]
        real = [statistics.mean(gap.real[-5:]) for gap in gaps]
        rows.append((
            name, f"{statistics.mean(over):.4f}", ", ".join(f"{one:.4f}" for one in over),
            f"{statistics.mean(real):.4f}",
        ))  # fmt: skip
    header = ("", "estimate minus return: mean", "by seed", "return")
    write(
        "overestimation", "Over-estimation of values",
        f"`python tests/reference/overestimation.py {seeds}`: seeds 0 to {seeds - 1}, {STEPS:,} "
        f"moves of `{GAME}` (ten moves, eight choices, all paid by luck of mean 0 and s.d. 1) with "
        f"`{SETTINGS}`; means over the positions of 500 greedy episodes at each of the last five "
        "checkpoints.\n\n" + table(header, rows)
        + "\n\n![Estimates and returns](overestimation.png)",
    )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
