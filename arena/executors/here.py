"""Plays in this process."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from arena.agent import Agent
from arena.block import Block
from arena.lookup import environment_maker, make_agent
from arena.playing import runner_for
from arena.plugins import registry_of
from arena.records import Episode, Match
from arena.roles import Executor, Job
from arena.runner import Runner

if TYPE_CHECKING:
    from arena.column_runner import ColumnRunner

FEW = 256
"""So many episodes become columns: thousands of them as objects would not fit into the cache."""
BLOCK, SECONDS = 4096, 0.2
"""A block is handed on when it holds so many episodes, or after so long."""


def agents_of(job: Job) -> list[Agent]:
    """Return the job's agents, looked up in this process."""
    registry, setting = registry_of(job.setting.plugins), job.setting
    home = Path(setting.home or ".")
    return [make_agent(registry, home, ref, job.device, setting.trust) for ref in job.entrants]


def make_runner(job: Job, agents: Sequence[Agent] | None = None) -> Runner | ColumnRunner:
    """Return a runner with the job's environment and agents, looked up in this process.

    Where the game has a table and all agents answer in columns, it steps thousands at once.
    """
    make, _ = environment_maker(registry_of(job.setting.plugins), job.environment)
    agents = agents_of(job) if agents is None else agents
    return runner_for(make, agents, job.rules, job.slots, job.device)


def gather(ticks: Iterable[Sequence[Episode]], seconds: float = SECONDS) -> Iterator[Block]:
    """Join what ends in each tick to blocks worth a transaction."""
    blocks: list[Block] = []
    fresh: list[Episode] = []
    size, due = 0, time.monotonic() + seconds
    for episodes in ticks:
        if isinstance(episodes, Block):
            blocks.append(episodes)
            size += len(episodes)
        else:
            fresh += episodes
        late = time.monotonic() >= due
        if fresh and (len(fresh) >= FEW or late):
            blocks.append(Block.of(fresh))
            size += len(fresh)
            fresh = []
        if blocks and (size >= BLOCK or late):
            yield Block.join(blocks)
            blocks, size = [], 0
            due = time.monotonic() + seconds
    if fresh:
        blocks.append(Block.of(fresh))
    if blocks:
        yield Block.join(blocks)


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

    def __init__(self) -> None:
        self._made: tuple[Job, Runner | ColumnRunner] | None = None

    def run(self, job: Job, matches: Iterable[Match]) -> Iterator[Block]:
        """Yield blocks of episodes as they end."""
        if self._made is None or self._made[0] != job:
            self.close()
            self._made = job, make_runner(job, self.agents(job))
        runner = self._made[1]
        try:
            with rare_collection():
                yield from gather(runner.blocks(matches))
        finally:
            runner.abandon()

    def agents(self, job: Job) -> list[Agent]:
        """Return who plays."""
        return agents_of(job)

    def close(self) -> None:
        """Let go of the games."""
        if self._made is not None:
            self._made[1].close()
            self._made = None
