"""What every trainer owes: `check_trainer`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from arena.agent import Agent
from arena.checkpoints import read_arrays, read_state
from arena.lookup import environment_maker, find_player, make_agent
from arena.records import Checkpoint, Ref
from arena.specs import parse
from arena.testing.agent import check_agent
from arena.testing.probe import global_luck, global_luck_kept, stir, touched
from arena.testing.report import Broken, Report, short
from arena.trainer import Trainer
from arena.training import Order, train
from arena.training_run import LiveRun
from arena.workspace import Workspace

RULES = {
    "made": "it is a registered arena.Trainer, and so is the agent that plays its checkpoints",
    "suits": "check() accepts the game",
    "trains": "it trains without raising, and offers a checkpoint",
    "budget": "it counts its moves, and goes on until the budget is spent",
    "files": "a checkpoint holds JSON, safetensors and text, and nothing that runs code",
    "plays": "the checkpoint's agent is made from the folder alone, and keeps every agent's rules",
    "seed": "the same seed gives the same checkpoint",
    "resume": "a run that is interrupted and resumed ends in the same checkpoint",
    "luck": "the process-wide generators are left alone, and do not matter",
}
_KINDS = (".json", ".safetensors", ".txt", ".jinja")


class _Stop(BaseException):
    """Interrupts a run, as ctrl-C does; no `except Exception` of a trainer holds it up."""


def check_trainer(
    trainer: str, environment: str, steps: int = 1_000, plugins: Sequence[str] = (), seed: int = 0
) -> Report:
    """Hold a trainer to its contract: train `steps` moves, several times, in a folder of its own.

    Both are specs of what is registered (`"q_learning:alpha=0.1"`, `"tic_tac_toe"`) by an
    installed plugin, or by one of the plugin files in `plugins`. Raises AssertionError, naming the
    rule that is broken and the cure.
    """
    with TemporaryDirectory() as folder, global_luck_kept():
        files = tuple(str(Path(file).resolve()) for file in plugins)
        workspace = Workspace(Path(folder), f"sqlite:///{folder}/arena.db", files)
        return _Check(workspace, parse(trainer), parse(environment), steps, seed).run()


class _Check:
    def __init__(
        self, workspace: Workspace, trainer: Ref, environment: Ref, steps: int, seed: int
    ) -> None:
        self.workspace, self.trainer, self.environment = workspace, trainer, environment
        self.steps, self.seed = steps, seed
        self.report = Report(f"trainer {trainer.name!r}", RULES)
        self.last: LiveRun | None = None

    def run(self) -> Report:
        self.check_made()
        first = self.train("first")
        self.check_budget()
        self.check_files(Path(first.folder))
        self.check_plays(first)
        second = self.train("second")
        if first.digest != second.digest:
            raise self.report.broken(
                "seed", f"seed {self.seed} gave {_difference(first, second)} one time and another",
                "draw from arena.derive(run.seed, ...) alone, and leave no order to chance",
            )  # fmt: skip
        self.check_resume(first)
        return self.report

    def check_made(self) -> None:
        """Check what can be known before training."""
        registry = self.workspace.registry
        with self.report.guard("made", "register it by arena_trainers, its agent by arena_agents"):
            trainer = registry.make("trainers", self.trainer)
        if not isinstance(trainer, Trainer):
            raise self.report.broken("made", f"it is {short(trainer)}", "derive from arena.Trainer")
        with self.report.guard("made", "name in `agent` what arena_agents registers"):
            registry.find("agents", trainer.agent)
        spec = environment_maker(registry, self.environment)[1]
        with self.report.guard("suits", "train it in a game that suits it"):
            trainer.check(spec)

    def train(self, name: str, stop_at: float | None = None, resume: bool = False) -> Checkpoint:
        """Train; from `stop_at` of the budget on, stop as soon as there is a state to resume."""
        folder = self.workspace.home / "training" / name / "state"

        def progress(run: LiveRun) -> None:
            self.last = run
            if stop_at is not None and run.step >= stop_at * run.steps:
                saved = read_state(folder)
                if saved is not None and saved["values"] is not None:
                    raise _Stop

        order = Order(self.trainer, self.environment, name, self.steps, self.seed)
        stir(len(name))
        before = global_luck()
        with self.report.guard("trains", "train to the end of the budget, then run.offer"):
            made = train(self.workspace, order, "cpu", resume, progress, save_seconds=0.0)
        if moved := touched(before):
            raise self.report.broken(
                "luck", f"it draws from the process-wide {' and '.join(moved)}",
                "make generators from arena.derive(run.seed, ...), or contain the library's",
            )  # fmt: skip
        return made

    def check_budget(self) -> None:
        """Check that the budget was spent."""
        spent = self.last.step if self.last is not None else 0
        if spent < self.steps:
            raise self.report.broken(
                "budget", f"it stopped after {spent} of {self.steps} moves",
                "count moves in run.step (run.play does), and train until it reaches run.steps",
            )  # fmt: skip
        if spent > 2 * self.steps:
            self.report.notes.append(f"it went on for {spent:,} moves, of {self.steps:,} asked for")

    def check_files(self, folder: Path) -> None:
        """Check what kinds of files there are, and that they are what they say."""
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            if file.suffix not in _KINDS:
                raise self.report.broken(
                    "files", f"the checkpoint holds {file.name}",
                    f"write only {', '.join(_KINDS)}",
                )  # fmt: skip
            with self.report.guard("files", f"write {file.name} as what its name says it is"):
                if file.suffix == ".safetensors":
                    read_arrays(file)
                else:
                    text = file.read_text(encoding="utf-8")
                    if file.suffix == ".json":
                        json.loads(text)

    def check_plays(self, checkpoint: Checkpoint) -> None:
        """Check the agent that plays the checkpoint."""
        registry, home = self.workspace.registry, self.workspace.home

        def make() -> Agent:
            player = find_player(registry, home, Ref(checkpoint.name))
            return make_agent(registry, home, player.ref, "cpu")

        try:
            checked = check_agent(
                make, environment_maker(registry, self.environment)[0], games=6, asks=6
            )
        except Broken as error:
            raise self.report.broken(
                "plays", str(error), "let the agent keep the rules of check_agent"
            ) from error
        self.report.notes += checked.notes

    def check_resume(self, unbroken: Checkpoint) -> None:
        """Check that an interruption changes nothing."""
        try:
            self.train("third", stop_at=0.3)
        except _Stop:
            pass
        else:
            self.report.skipped["resume"] = "it saved no state that a run could be resumed from"
            return
        resumed = self.train("third", resume=True)
        if resumed.digest != unbroken.digest:
            raise self.report.broken(
                "resume", f"a resumed run ended in another checkpoint: "
                f"{_difference(unbroken, resumed)}",
                "save and restore everything that later rounds depend on",
            )  # fmt: skip


def _difference(one: Checkpoint, other: Checkpoint) -> str:
    """Return which files of two checkpoints differ."""
    folders = Path(one.folder), Path(other.folder)
    names = sorted({f.relative_to(d).as_posix() for d in folders for f in d.rglob("*")})
    files = [[d / name for d in folders] for name in names if name != "checkpoint.json"]
    for a, b in files:
        if a.is_dir() or b.is_dir():
            continue
        if not (a.is_file() and b.is_file()) or a.read_bytes() != b.read_bytes():
            return f"another {a.name}"
    return "another checkpoint.json"
