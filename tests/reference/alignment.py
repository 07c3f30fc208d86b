"""A small language model aligned with good play at tic_tac_toe, for `docs/results.md`.

    python tests/reference/alignment.py [SEEDS [HOME [STAGE ...]]]

Plays `tournaments/alignment.toml` for each of the seeds (3 if not said), which first trains its
stages. In HOME, if it is given, a run that was stopped goes on: stages are trained once. What each
of them loses to random play is exact when it plays greedily, and from 2,000 matches a seat when it
plays by its odds. Single-threaded; seconds are of the processor. With STAGEs, only these entrants,
what they build on and random play take part.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import torch
from arena_llm.models import load
from report import table, write

from arena import Match, derive, play
from arena.campaign import Playing, begin, play_tournament
from arena.checkpoints import find_checkpoint
from arena.config import Definition, Entry, read_definition, shipped_tournaments
from arena.lookup import Game, environment_maker, find_player, make_agent
from arena.planning import prepare
from arena.records import Checkpoint, Ref
from arena.stages import trainings
from arena.training import train_cached
from arena.workspace import Workspace
from tests.align.exact import losses

MATCHES = 2_000
"""In each seat, against random play."""
STAGES = [
    "seed", "stage", "answers", "CPU s", "lost greedily, X / O (%)", "lost by the odds, X / O (%)",
    "worse moves on boards seen (%)", "on boards held out (%)", "pairs ranked right, kl",
]  # fmt: skip
GAINS = ["seed", "stage", "over", "Elo gained", "95 %", "won / drawn / lost", "all, CPU s"]


class Pipeline:
    """The tournament, with a seed of its own for all that is trained and played.

    With `names` it is played by these stages alone, what they build on, and random play.
    """

    def __init__(self, home: str, seed: int, names: Sequence[str] = ()) -> None:
        self.workspace, self.seed = Workspace.open(home=home), seed
        definition = read_definition(shipped_tournaments()["alignment"])
        self.definition = _seeded(_only(definition, names) if names else definition, seed)
        self.make = environment_maker(self.workspace.registry, self.definition.environment)[0]
        self.stages: list[list[str]] = []
        self.noted = Path(home) / "told.json"
        told = json.loads(self.noted.read_text()) if self.noted.exists() else {}
        self.told: dict[str, list[str]] = told

    def play(self) -> list[list[str]]:
        """Train and play all; return what each stage gained."""
        plan = prepare(self.workspace, self.definition, self.train)
        begun = time.process_time()
        run = begin(self.workspace, plan)
        play_tournament(self.workspace, run, Playing(device="cpu"))
        seconds = time.process_time() - begun + sum(float(row[3]) for row in self.stages)
        assert run.faults == run.voided == 0
        told = run.plan.format.conclusion(run.plan.entrants, run.results)["gains"]
        return [_gained(self.seed, row, seconds) for row in told]

    def train(self, entry: Entry, game: Game) -> str:
        """Train a stage, and note what came of it."""
        begun = time.process_time()
        name = train_cached(self.workspace, entry, game, "cpu")
        seconds = time.process_time() - begun
        if name not in self.told:
            checkpoint = find_checkpoint(self.workspace.home, name)
            assert checkpoint is not None
            self.told[name] = [
                str(self.seed), entry.agent.name, f"{checkpoint.meta['steps']:,}", f"{seconds:.0f}",
                *self.lost(checkpoint), *_quality(checkpoint.meta["metrics"]),
            ]  # fmt: skip
            self.noted.write_text(json.dumps(self.told))
            print(self.told[name], flush=True)
        self.stages.append(self.told[name])
        return name

    def lost(self, checkpoint: Checkpoint) -> list[str]:
        """Return the loss rates in per cent: exact when greedy, and sampled, as X / as O."""
        if checkpoint.meta["agent"] != "llm":
            return ["", ""]
        greedy = losses(load(checkpoint.folder, "cpu"), self.make)
        sampled = [self.sampled(checkpoint.name, seat) for seat in range(2)]
        return [" / ".join(f"{100 * part:.1f}" for part in pair) for pair in (greedy, sampled)]

    def sampled(self, name: str, seat: int) -> float:
        """Return the share of matches lost to random play from a seat, playing by the odds."""
        registry, home = self.workspace.registry, self.workspace.home
        agents = [
            make_agent(registry, home, find_player(registry, home, ref).ref, "cpu")
            for ref in (Ref(name, {"temperature": 1.0}), Ref("random"))
        ]
        seats = (0, 1) if seat == 0 else (1, 0)
        matches = [Match(n, seats, derive(self.seed, "lost", seat, n), n) for n in range(MATCHES)]
        return sum(e.returns[seat] < 0 for e in play(self.make, agents, matches)) / MATCHES


def _seeded(definition: Definition, seed: int) -> Definition:
    entries, stages = (
        tuple(
            replace(entry, training=replace(entry.training, seed=seed)) if entry.training else entry
            for entry in part
        )
        for part in (definition.entries, definition.stages)
    )
    return replace(definition, entries=entries, stages=stages, seed=seed)


def _only(definition: Definition, names: Sequence[str]) -> Definition:
    """Return the tournament without the stages that are not among `names`, nor built on by them."""
    asked = tuple(entry for entry in definition.entries if entry.agent.name in names)
    rest = tuple(e for e in definition.entries if e.training and e not in asked)
    built_on = replace(definition, entries=asked, stages=(*definition.stages, *rest))
    kept = {entry.agent.name for entry in trainings(built_on)}
    entries = tuple(e for e in definition.entries if not e.training or e.agent.name in kept)
    assert definition.format is not None
    told = definition.format.parameters
    gains = [stage for stage in told["stages"] if set(stage.split(">")) <= kept]
    return replace(
        definition, entries=entries, format=Ref("gains", {**told, "stages": tuple(gains)})
    )


def _gained(seed: int, row: dict[str, Any], seconds: float) -> list[str]:
    elo, counts = row["elo"], f"{row['wins']} / {row['draws']} / {row['losses']}"
    mean, low, high = (
        "beyond all" if elo[key] is None else f"{elo[key]:.0f}" for key in ("mean", "low", "high")
    )
    return [
        str(seed), row["stage"], row["from"], mean, f"{low} to {high}", counts, f"{seconds:.0f}",
    ]  # fmt: skip


def _quality(told: dict[str, float]) -> list[str]:
    """Return what a stage says of boards it trained on and of those held out, and its kl."""
    if "accuracy_held_out" in told:
        parts = [100 * told[f"accuracy_{part}"] for part in ("seen", "held_out")]
        return ["", "", f"{parts[0]:.1f} % seen, {parts[1]:.1f} % held out"]
    if "worse_seen" not in told:
        return ["", "", ""]
    changes = [
        f"{100 * told[f'worse_before_{part}']:.1f} to {100 * told[f'worse_{part}']:.1f}"
        for part in ("seen", "held_out")
    ]
    return [*changes, f"kl {told['kl']:.2f}"]


def main(seeds: int, kept: str | None = None, *names: str) -> None:
    """Measure, and write the section anew after each seed."""
    torch.set_num_threads(1)
    stages: list[list[str]] = []
    gains: list[list[str]] = []
    for seed in range(1, seeds + 1):
        with TemporaryDirectory() as place:
            pipeline = Pipeline(kept or place, seed, names)
            gains += pipeline.play()
            stages += pipeline.stages
        asked = " ".join(names)
        text = SOME.format(seed, asked) if names else TEXT
        title = f"{TITLE}: {asked} alone" if names else TITLE
        told = f"{text}\n{table(STAGES, stages)}\n\n{BETWEEN}\n{table(GAINS, gains)}"
        write("_".join(["alignment", *names]), title, told)


TITLE = "A small language model aligned with good play"
TEXT = """\
`python tests/reference/alignment.py`: a GPT-2 of two layers is trained at tic_tac_toe, and what
comes of it plays, as `tournaments/alignment.toml` says. Loss rates are against uniformly random
play: exact where the model plays its likeliest move, from 2,000 matches a seat (s.e. at most 1.1)
where it plays by its odds. A fifth of all boards, up to symmetry, were kept out of the training of
the reward model, PPO (rlhf) and DPO: the odds of a move that is not a best one, before and after
the stage, are told apart for boards seen and held out. The reward model is told by the share of
pairs that it ranks right; `kl` is the divergence from the model that the stage began with, in nats
a move. Seconds are of one thread.
"""
SOME = """\
`python tests/reference/alignment.py {} HOME {}`: measured as in the section of that name, with what
`tournaments/alignment.toml` says at the day below, but only this and what it builds on.
"""
BETWEEN = """\
What each stage gained over the one before, from the 600 matches that they played with each other by
their odds, and the processor seconds of the whole command: training, and all matches.
"""

if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3, *sys.argv[2:])
