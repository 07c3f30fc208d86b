"""Trains: from the names of a trainer and a game to a checkpoint, resumable at any point.

A run keeps its folder `HOME/training/NAME/`: `state/` is what it goes on from if it is interrupted,
`best/` the checkpoint it would end with. Both are gone when it is finished.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import dataclass, replace

from arena.checkpoints import (
    add_to_meta,
    check_name,
    checkpoint_folder,
    find_checkpoint,
    load_checkpoint,
    read_state,
    replace_folder,
)
from arena.config import Entry
from arena.errors import ArenaError, UsageError
from arena.history import plain
from arena.lookup import Game, environment_maker, find_game, find_trainer
from arena.records import Checkpoint, Ref
from arena.specs import bind, canonical
from arena.trainer import Trainer
from arena.training_progress import Terms
from arena.training_run import Evaluate, LiveRun, Progress
from arena.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be trained; what is None is the trainer's to say, or as it was if it resumes."""

    trainer: Ref
    environment: Ref
    name: str | None = None
    steps: int | None = None
    seed: int | None = None


def train(
    workspace: Workspace,
    order: Order,
    device: str = "auto",
    resume: bool = False,
    on_progress: Progress | None = None,
    evaluate: Evaluate | None = None,
    save_seconds: float = 10.0,
) -> Checkpoint:
    """Train, and return the checkpoint `HOME/checkpoints/NAME`, which replaces one of that name.

    `evaluate` is called with the run and what it would end with: at ten points on the way, if given
    or if the trainer selects by a metric, and at the end; it returns metrics. With `resume` a run
    that was interrupted goes on, and ends as it would have ended; one that is finished is returned.
    Raises `UsageError`s before anything is written; any error of training itself, the state saved
    last being kept.
    """
    run, trainer = _prepare(workspace, order, device)
    run.progress, run.evaluate, run.save_seconds = on_progress, evaluate, save_seconds
    if resume:
        finished = _resume(run, order)
        if finished is not None:
            return finished
    else:
        shutil.rmtree(run.folder / "best", ignore_errors=True)
        run.enter()
    hook = workspace.registry.hook
    hook.arena_started(run=run)
    try:
        if on_progress is not None:
            on_progress(run)  # whoever looks on knows when it began, and so how fast it is
        trainer.train(run)
        return _finish(run)
    finally:
        run.close()
        hook.arena_finished(run=run)


def train_cached(
    workspace: Workspace,
    entry: Entry,
    game: Game,
    device: str = "auto",
    on_progress: Progress | None = None,
) -> str:
    """Return the name of the checkpoint of an entrant that is to be trained; train it if need be.

    The name holds a hash of the game and of the trainer with all its parameters, steps and seed.
    """
    training = entry.training
    assert training is not None
    order = Order(training.trainer, game.alias or game.ref, None, training.steps, training.seed)
    run, _ = _prepare(workspace, order, device)
    run.close()
    decides = [{**run.terms.arguments, "trainer": run.terms.trainer}, run.terms.parameters]
    text = json.dumps(decides, sort_keys=True)
    name = f"{run.name}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    try:
        if find_checkpoint(workspace.home, name) is not None:
            return name
    except UsageError:  # damaged: make it anew
        pass
    interrupted = (workspace.home / "training" / name / "state").is_dir()
    train(workspace, replace(order, name=name), device, interrupted, on_progress)
    return name


def _prepare(workspace: Workspace, order: Order, device: str) -> tuple[LiveRun, Trainer]:
    """Look up and check all that an order names."""
    registry = workspace.registry
    entry = registry.find("trainers", order.trainer.name)
    known = entry.parameters()
    what = f"trainer {order.trainer.name!r}"
    given = bind(what, known, order.trainer.parameters)
    game = find_game(registry, order.environment)
    name = order.name or default_name(order.trainer.name, game.short)
    check_name(name, registry.table("agents"))
    make, spec = environment_maker(registry, game.ref)
    trainer = find_trainer(registry, spec, Ref(order.trainer.name, given))
    steps = trainer.default_steps(spec) if order.steps is None else order.steps
    if steps < 1:
        raise UsageError(f"{steps} steps are no training; give a positive number")
    parameters = {p.name: p.default for p in known} | given
    terms = Terms(
        name=name,
        arguments={
            "trainer": canonical(Ref(order.trainer.name, given)),
            "environment": game.name,
            "steps": steps,
            "seed": order.seed or 0,
        },
        trainer=order.trainer.name,
        parameters=plain(parameters),
        alias=game.short if game.alias else None,
        agent=trainer.agent,
        select_by=trainer.select_by,
    )
    return LiveRun(workspace, terms, game.ref, spec, make, device), trainer


def default_name(trainer: str, game: str) -> str:
    """Return the name of a checkpoint that was not given one."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", f"{trainer}-{game}")[:80].strip("-.")


def _resume(run: LiveRun, order: Order) -> Checkpoint | None:
    """Put a run back to where it was; return its checkpoint if there is nothing left to do."""
    saved = read_state(run.folder / "state")
    finished = None if saved is not None else find_checkpoint(run.workspace.home, run.name)
    if saved is not None:
        before = saved["arguments"]
    elif finished is not None:
        before = finished.meta["arguments"]
    else:
        raise UsageError(f"there is no run {run.name!r} to resume; start one without --resume")
    now = run.terms.arguments
    now |= {key: before[key] for key in ("steps", "seed") if getattr(order, key) is None}
    for key, value in now.items():
        if before[key] != value:
            raise UsageError(
                f"run {run.name!r} has {key} {before[key]}, not {value}; resume it with the same, "
                "or start anew without --resume"
            )
    if saved is not None:
        run.restore(saved)
    return finished


def _finish(run: LiveRun) -> Checkpoint:
    """Put the best of the run in its place, and forget the rest."""
    best = run.folder / "best"
    if not best.is_dir():
        raise ArenaError(f"trainer {run.terms.trainer!r} ended without offering a checkpoint")
    add_to_meta(best, seconds=run.seconds, shares=run.shares)
    folder = checkpoint_folder(run.workspace.home, run.name)
    replace_folder(best, folder)
    shutil.rmtree(run.folder / "state", ignore_errors=True)
    if not any(run.folder.iterdir()):
        run.folder.rmdir()
    return load_checkpoint(folder)
