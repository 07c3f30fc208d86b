"""How fast matches are played, and where the time goes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from arena.block import Block, Logs
from arena.campaign import Numbered, Playing, begin, job_of
from arena.executors.here import Here, make_runner
from arena.executors.processes import Processes
from arena.planning import Plan
from arena.records import CHANCE, Episode, Match
from arena.results import ResultsLog
from arena.roles import Executor, Job
from arena.runner import Runner
from arena.stopwatch import Stopwatch
from arena.workspace import Workspace

if TYPE_CHECKING:
    from arena.column_runner import ColumnRunner

PARTS = ("game", "agents", "referee", "store")
_ALL_GAMES = ("reset_many", "legal_many", "observe_many", "step_many")
_ONE_GAME = ("reset", "acting", "legal", "observe", "step", "chance")
_TABLE = ("reset", "acting", "legal", "observe", "step", "over", "truncated", "drawn")


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast matches were played and stored, with so many in flight in each of so many workers.

    A move is a step in which somebody was asked, a decision what one seat answered: they differ
    where seats move at once. What was played before the first block was stored is not counted.
    """

    slots: int
    workers: int
    games: int
    games_per_second: float
    moves_per_second: float
    decisions_per_second: float


@dataclass(frozen=True, slots=True)
class Speed:
    """What a bench measured.

    `driver` is "columns" where a table steps all games at once, "objects" where games are stepped
    one by one, `why` says why where they have a table; `share` divides the time at the first of
    `scaling` among `PARTS`: `agents` from the question to the answer, but for what they read of
    whole batches, which is the `game`'s; `referee` is the runner's, all that is nobody else's.
    """

    environment: str
    agents: tuple[str, ...]
    driver: str
    share: dict[str, float]
    scaling: tuple[Pace, ...]
    why: str = ""


def bench(
    workspace: Workspace, plan: Plan, slots: Sequence[int] = (), workers: Sequence[int] = (),
    seconds: float = 1.0, device: str = "auto",
) -> Speed:  # fmt: skip
    """Play a plan's first round for some seconds, several times, into histories thrown away.

    Each of `slots` is tried in one process, each of `workers` with the first of `slots`.
    """
    job = job_of(workspace, plan, Playing(device=device))
    probe = make_runner(job)
    usual = probe.slots
    slots = slots or [usual, usual // 64, usual // 16, usual // 4, usual * 4]
    workers = workers or _powers_of_two(os.cpu_count() or 1)
    jobs = [replace(job, slots=number) for number in slots]
    paces, watch = [], Stopwatch()
    with TemporaryDirectory() as folder:
        scratch = Workspace(Path(folder), f"sqlite:///{Path(folder) / 'bench.db'}")
        for one in jobs if 1 in workers else ():
            paces.append(_Measured(scratch, plan, one, seconds).pace(Here()))
        for number in workers:
            if number > 1:
                measured = _Measured(scratch, plan, jobs[0], seconds)
                paces.append(measured.pace(Processes(number), number))
        with _watched(probe, watch):
            _Measured(scratch, plan, jobs[0], seconds, watch).pace(Here())
        scratch.store.close()
    probe.close()
    whole = sum(watch.seconds.values())
    share = {part: watch.seconds.get(part, 0.0) / whole for part in PARTS}
    driver = "objects" if isinstance(probe, Runner) else "columns"
    names = tuple(player.name for player in plan.players)
    return Speed(plan.game.short, names, driver, share, tuple(paces), plan.one_by_one)


def _powers_of_two(most: int) -> list[int]:
    return [1 << power for power in range(most.bit_length())]


class _Played(NamedTuple):
    """What was played when a block had been stored, and when that was."""

    time: float
    games: int = 0
    moves: int = 0
    decisions: int = 0


@dataclass
class _Measured:
    """A round played and stored for some seconds after its first block."""

    scratch: Workspace
    plan: Plan
    job: Job
    seconds: float
    watch: Stopwatch | None = None

    def pace(self, executor: Executor, workers: int = 1) -> Pace:
        """Return how fast an executor plays it."""
        played = [_Played(time.perf_counter())]
        try:
            for block in self._stored(executor.run(self.job, self._matches())):
                played.append(_counted(played[-1], block))
                if len(played) > 2 and played[-1].time > played[1].time + self.seconds:
                    break
        finally:
            executor.close()
        first, last = played[1 if len(played) > 2 else 0], played[-1]
        games, moves, decisions = (last[i] - first[i] for i in (1, 2, 3))
        spent = last.time - first.time
        assert self.job.slots is not None
        return Pace(
            self.job.slots, workers, int(games), games / spent, moves / spent, decisions / spent
        )

    def _matches(self) -> Iterable[Match]:
        plan = self.plan
        nothing = ResultsLog(plan.entrants.names, len(plan.spec.seats)).results()
        pairings = plan.format.next(plan.entrants, nothing)
        return Numbered(pairings, 0, plan.entrants.seed, np.zeros(0, np.int64), plan.book)

    def _stored(self, blocks: Iterator[Sequence[Episode]]) -> Iterator[Block]:
        """Yield blocks once they are stored, as a tournament of their own."""
        watch = self.watch or Stopwatch()
        tournament = begin(self.scratch, self.plan).id
        while True:
            with watch.part("referee"):
                block = next(blocks, None)
            if block is None:
                return
            with watch.part("store"):
                self.scratch.store.add(tournament, block)
            yield Block.of(block)


def _counted(before: _Played, block: Block) -> _Played:
    moves = before.moves + int(block.turns.sum())
    decisions = before.decisions + _decisions(block.logs)
    return _Played(time.perf_counter(), before.games + len(block), moves, decisions)


def _decisions(logs: Sequence[list[object]]) -> int:
    if isinstance(logs, Logs):
        return int(np.count_nonzero(logs.flat[::2].astype(np.int64) != CHANCE))
    return sum(seat != CHANCE for log in logs for seat in log[::2])


@contextmanager
def _watched(probe: Runner | ColumnRunner, watch: Stopwatch) -> Iterator[None]:
    """Time the game and the agents of every runner that is like this one."""
    with ExitStack() as stack:
        for kind, part, methods, outside in _to_watch(probe):
            stack.enter_context(watch.over(kind, part, methods, outside))
        yield


def _to_watch(probe: Runner | ColumnRunner) -> Iterator[tuple[type, str, tuple[str, ...], str]]:
    """Yield (class, part, methods, from within which part they are not counted)."""
    agents = probe.agents if isinstance(probe, Runner) else probe.company.agents
    for kind in {type(agent) for agent in agents}:
        yield kind, "agents", ("act_batch",), ""
    if isinstance(probe, Runner):
        yield type(probe.spare[0]), "game", _ALL_GAMES, ""
        # what an agent plays out in worlds that it imagines is its own time
        yield type(probe.spare[0]), "game", _ONE_GAME, "agents"
        return
    from arena.torch_table import as_torch

    table = as_torch(probe.game.table(2, probe.device))  # games alone may be of another kind
    yield type(table), "game", _TABLE, ""
    table.close()
