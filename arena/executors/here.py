"""Plays in this process."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from arena.block import Block
from arena.lookup import environment_maker, make_agent
from arena.plugins import registry_of
from arena.records import Episode, Match
from arena.roles import Executor, Job
from arena.runner import Runner

BLOCK, SECONDS = 2048, 0.2
"""A block is handed on when it holds so many episodes, or after so long."""


def make_runner(job: Job) -> Runner:
    """Return a runner with the job's environment and agents, looked up in this process."""
    registry = registry_of(job.setting.plugins)
    home = Path(job.setting.home or ".")
    make, _ = environment_maker(registry, job.environment)
    agents = [make_agent(registry, home, entrant, job.device) for entrant in job.entrants]
    return Runner(make, agents, job.rules, job.slots)


def gather(blocks: Iterable[Sequence[Episode]]) -> Iterator[Block]:
    """Join what ends in each tick to blocks worth a transaction."""
    gathered: list[Episode] = []
    due = time.monotonic() + SECONDS
    for block in blocks:
        gathered += block
        if len(gathered) >= BLOCK or (gathered and time.monotonic() >= due):
            yield Block.of(gathered)
            gathered = []
            due = time.monotonic() + SECONDS
    if gathered:
        yield Block.of(gathered)


@contextmanager
def rare_collection() -> Iterator[None]:
    """Let the cycle collector run rarely: matches make many objects and hardly any cycles."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


class Here(Executor):
    """Plays in this process, many games at a time."""

    def run(self, job: Job, matches: Iterable[Match]) -> Iterator[Block]:
        """Yield blocks of episodes as they end."""
        runner = make_runner(job)
        try:
            with rare_collection():
                yield from gather(runner.blocks(matches))
        finally:
            runner.close()
