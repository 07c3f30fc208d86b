"""A small language model aligned with good play at tic_tac_toe, for `docs/results.md`.

    python tests/reference/alignment.py [SEEDS]

For each of the seeds (3 if not said) a model is made and trained as `tournaments/alignment.toml`
does: by minimax's moves, then by a reward model and PPO, and by DPO beside it. What each loses to
random play is exact when it plays greedily, and from 2,000 matches a seat when it plays by its
odds. Single-threaded; seconds are of the processor.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[2]))

import torch
from arena_llm.models import load
from report import table, write

from arena import Match, derive, play
from arena.config import read_definition, shipped_tournaments
from arena.lookup import environment_maker, find_player, make_agent
from arena.records import Ref
from arena.stages import filled, trainings
from arena.training import Order, train
from arena.workspace import Workspace
from tests.align.exact import losses

MATCHES = 2_000
"""In each seat, against random play."""


class Pipeline:
    """The trainings of the tournament file, with a seed of their own, and what came of them."""

    def __init__(self, home: str, seed: int) -> None:
        self.workspace, self.seed = Workspace.open(home=home), seed
        self.definition = read_definition(shipped_tournaments()["alignment"])
        self.make = environment_maker(self.workspace.registry, self.definition.environment)[0]
        self.made: dict[str, str] = {}

    def rows(self) -> Iterator[list[str]]:
        """Train, and yield a row of the table for each stage."""
        for entry in trainings(self.definition):
            name = f"{entry.agent.name}-{self.seed}"
            entry = filled(entry, self.made)
            assert entry.training is not None
            order = Order(
                entry.training.trainer, self.definition.environment, name, entry.training.steps,
                self.seed,
            )  # fmt: skip
            begun = time.process_time()
            checkpoint = train(self.workspace, order, "cpu")
            seconds = time.process_time() - begun
            self.made[entry.agent.name] = name
            told = checkpoint.meta["metrics"]
            yield [
                str(self.seed), entry.agent.name, f"{checkpoint.meta['steps']:,}", f"{seconds:.0f}",
                *self.lost(checkpoint.folder, checkpoint.meta["agent"]), *_quality(told),
            ]  # fmt: skip

    def lost(self, folder: str, agent: str) -> list[str]:
        """Return the loss rates in per cent: exact when greedy, and sampled, as X / as O."""
        if agent != "language_policy":
            return ["", ""]
        greedy = losses(load(folder, "cpu"), self.make)
        sampled = [self.sampled(Path(folder).name, seat) for seat in range(2)]
        return [" / ".join(f"{100 * part:.1f}" for part in pair) for pair in (greedy, sampled)]

    def sampled(self, name: str, seat: int) -> float:
        """Return the share of matches lost to random play from a seat, playing by the odds."""
        registry, home = self.workspace.registry, self.workspace.home
        agents = [
            make_agent(registry, home, find_player(registry, home, ref).ref, "cpu")
            for ref in (Ref(name, {"greedy": False}), Ref("random"))
        ]
        seats = (0, 1) if seat == 0 else (1, 0)
        matches = [Match(n, seats, derive(self.seed, "lost", seat, n), n) for n in range(MATCHES)]
        return sum(e.returns[seat] < 0 for e in play(self.make, agents, matches)) / MATCHES


def _quality(told: dict[str, float]) -> list[str]:
    """Return what a stage says of boards it trained on and of those held out, and its kl."""
    if "accuracy_held_out" in told:
        parts = [100 * told[f"accuracy_{part}"] for part in ("seen", "held_out")]
        return ["", "", f"ranks {parts[0]:.1f} / {parts[1]:.1f}"]
    if "worse_seen" not in told:
        return ["", "", ""]
    told = {key: 100 * value if key != "kl" else value for key, value in told.items()}
    seen = f"{told['worse_before_seen']:.1f} to {told['worse_seen']:.1f}"
    held = f"{told['worse_before_held_out']:.1f} to {told['worse_held_out']:.1f}"
    return [seen, held, f"kl {told['kl']:.2f}"]


def main(seeds: int) -> None:
    """Measure and write the section."""
    torch.set_num_threads(1)
    rows: list[list[str]] = []
    for seed in range(1, seeds + 1):
        with TemporaryDirectory() as home:
            for row in Pipeline(home, seed).rows():
                print(row, flush=True)
                rows.append(row)
    header = [
        "seed", "stage", "answers", "CPU s", "lost greedily, X / O (%)",
        "lost by the odds, X / O (%)", "worse moves, boards seen (%)",
        "worse moves, boards held out (%)", "reward model; divergence",
    ]  # fmt: skip
    title = "A small language model aligned with good play"
    write("alignment", title, TEXT + table(header, rows))


TEXT = """\
`python tests/reference/alignment.py`: a GPT-2 of two layers is trained at tic_tac_toe as
`tournaments/alignment.toml` says, from three seeds. Loss rates are against uniformly random play:
exact where the model plays its likeliest move, from 2,000 matches a seat (s.e. below 1.1) where
it plays by its odds. A fifth of all boards, up to symmetry, were kept out of the reward model's,
PPO's and DPO's training: the odds of a move that is not a best one are told apart for boards seen
and held out, before and after the stage. The reward model is told by the share of pairs that it
ranks right, on boards seen and held out; `kl` is the divergence from the model that the stage
began with, in nats a move. CPU seconds are those of one thread, matches and judging included.

"""

if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
