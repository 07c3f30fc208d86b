"""`arena train`: make an agent that enters tournaments by its name."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from arena.cli.common import as_json, device_option
from arena.cli.session import Session, seconds_text
from arena.errors import ArenaError, BadSpec

if TYPE_CHECKING:
    from arena.config import Entry
    from arena.evaluation import Evaluation
    from arena.event_logs import TensorBoardLogs
    from arena.lookup import Game
    from arena.planning import Trained
    from arena.records import Checkpoint, Ref
    from arena.training import Order
    from arena.training_run import LiveRun


@click.command()
@click.argument("trainer")
@click.argument("environment")
@click.option("--steps", type=click.IntRange(1), metavar="N", help="Moves; else the trainer's own.")
@click.option("--name", metavar="NAME", help="The checkpoint's; else made of trainer and game.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A parameter.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), metavar="N", help="Default 0.")
@device_option
@click.option("--resume", is_flag=True, help="Go on with an interrupted run of this name.")
@click.option(
    "--against",
    multiple=True,
    metavar="AGENT",
    help="Meet this one at ten points on the way; the matches are kept.",
)
@click.option(
    "--games",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    metavar="N",
    help="Matches with each, each time.",
)
@as_json
@click.pass_obj
def train(
    session: Session, /, trainer: str, environment: str, steps: int | None, name: str | None,
    settings: tuple[str, ...], seed: int | None, device: str, resume: bool,
    against: tuple[str, ...], games: int, as_json: bool,
) -> None:  # fmt: skip
    """Train an agent; it enters tournaments by its name."""
    from arena.specs import parse
    from arena.training import Order
    from arena.training import train as trained

    order = Order(_with(parse(trainer), settings), parse(environment), name, steps, seed)
    evaluate = _evaluation(session, order, against, games)
    with TrainingProgress() as progress, _logs(session) as logs:
        try:
            checkpoint = trained(
                session.workspace, order, device, resume, progress.update, evaluate
            )
        except KeyboardInterrupt:
            raise ArenaError(
                "interrupted; the same command with --resume goes on from the last saved state"
            ) from None
    _print(checkpoint, environment, as_json)
    if not as_json:
        _point_out(environment, against, logs)


def _evaluation(
    session: Session, order: Order, against: tuple[str, ...], games: int
) -> Evaluation | None:
    """Return what plays matches on the way, if there is anyone to meet."""
    if not against:
        return None
    from arena.evaluation import Evaluation

    return Evaluation(session.workspace, order.environment, against, games)


@contextmanager
def _logs(session: Session) -> Iterator[TensorBoardLogs | None]:
    """Have what is trained within heard by TensorBoard, where that is installed."""
    from arena.event_logs import TensorBoardLogs, tensorboard_there

    if not tensorboard_there():
        yield None
        return
    manager, logs = session.registry.manager, TensorBoardLogs()
    manager.register(logs)
    try:
        yield logs
    finally:
        manager.unregister(logs)


def _point_out(environment: str, against: tuple[str, ...], logs: TensorBoardLogs | None) -> None:
    """Say where to look for how it went."""
    if against:
        game = shlex.quote(environment)
        click.echo(
            f"What it was worth on the way: arena ratings {game} --over-training --plot it.png"
        )
    if logs is not None and logs.folder is not None:
        click.echo(f"Logs: tensorboard --logdir {shlex.quote(str(logs.folder))}")


def _with(trainer: Ref, settings: tuple[str, ...]) -> Ref:
    """Return a trainer's Ref with what --set adds."""
    from arena.records import Ref

    pairs = [setting.partition("=") for setting in settings]
    for key, equals, _ in pairs:
        if not key or not equals:
            raise BadSpec(f"--set {key!r} is not KEY=VALUE")
    return Ref(trainer.name, {**trainer.parameters, **{key: value for key, _, value in pairs}})


def _print(checkpoint: Checkpoint, environment: str, as_json: bool) -> None:
    from arena.cli.show import cell, print_json

    meta = checkpoint.meta
    if as_json:
        print_json({
            "checkpoint": checkpoint.folder, "name": checkpoint.name, "trainer": meta["trainer"],
            "steps": meta["steps"], "seconds": meta["seconds"], "metrics": meta["metrics"],
        })  # fmt: skip
        return
    metrics = ", ".join(f"{name} {cell(value)}" for name, value in meta["metrics"].items())
    shares = ", ".join(f"{100 * share:.0f} % {name}" for name, share in meta["shares"].items())
    click.echo(f"{checkpoint.name}: {meta['steps']:,} steps in {seconds_text(meta['seconds'])}")
    click.echo(f"Time went into {shares}.")
    if metrics:
        click.echo(f"At the end: {metrics}.")
    click.echo(f"Kept in {checkpoint.folder}.")
    game = shlex.quote(environment)
    click.echo(f"Next: arena tournament {game} --agent {checkpoint.name} --agent random")


class TrainingProgress:
    """A line that is written over while a run trains; now and then a new one if not a terminal.

    `name` is put before it: an entrant's, where a tournament trains several.
    """

    def __init__(self, name: str = "") -> None:
        self.name = f"{name}: " if name else ""
        self.terminal = sys.stderr.isatty()
        self.began = time.monotonic()
        self.due = self.began + (0.0 if self.terminal else 10.0)
        self.first: tuple[float, int] | None = None

    def __enter__(self) -> TrainingProgress:
        return self

    def __exit__(self, *error: Any) -> None:
        if self.terminal and self.first is not None:
            click.echo("\r\x1b[K", err=True, nl=False)

    def update(self, run: LiveRun) -> None:
        """Show how far the run is, if it is time to."""
        now = time.monotonic()
        if self.first is None:
            self.first = (now, run.step)
        if now < self.due:
            return
        self.due = now + (0.25 if self.terminal else 10.0)
        speed = (run.step - self.first[1]) / max(now - self.first[0], 1e-6)
        left = seconds_text(max(run.steps - run.step, 0) / speed) if speed > 0 else "?"
        metrics = "  ".join(f"{name} {value:.4g}" for name, value in run.metrics.items())
        pace = f"{speed:,.0f}" if speed >= 10 else f"{speed:.2g}"
        done = f"{self.name}{run.step:,} of {run.steps:,} steps, {pace} a second"
        line = f"{done}, {left} left  {metrics}"
        click.echo(
            f"\r\x1b[K{line[:160]}" if self.terminal else line, err=True, nl=not self.terminal
        )


def trainer_of(session: Session, device: str) -> Trained:
    """Return the function that makes a tournament's trained entrants, once each."""

    def make(entry: Entry, game: Game) -> str:
        from arena.training import train_cached

        with TrainingProgress(entry.agent.name) as progress:
            name = train_cached(session.workspace, entry, game, device, progress.update)
        _tell_made(session, entry.agent.name, name, progress.first is not None)
        return name

    return make


def _tell_made(session: Session, entrant: str, name: str, anew: bool) -> None:
    """Say which checkpoint a stage of a tournament is, and what came of it."""
    from arena.checkpoints import find_checkpoint
    from arena.cli.show import cell

    checkpoint = find_checkpoint(session.workspace.home, name)
    metrics = checkpoint.meta["metrics"] if checkpoint else {}
    told = ", ".join(f"{key} {cell(value)}" for key, value in metrics.items())
    when = "" if anew else " (trained before)"
    click.echo(f"{entrant} is {name}{when}{': ' if told else ''}{told}", err=True)
