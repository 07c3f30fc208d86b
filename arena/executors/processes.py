"""Plays in several processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from multiprocessing.connection import Connection, wait

from arena.block import Block
from arena.errors import ArenaError, BadParameter
from arena.executors.here import gather, make_runner, rare_collection
from arena.records import Match
from arena.roles import Executor, Job

_FIRST, _MOST = 16, 2048
_QUICK = 0.3
"""A worker's chunk of matches doubles, from first to most, while it takes fewer seconds."""


class Processes(Executor):
    """Plays in `workers` processes, started afresh ("spawn"), each with agents of its own."""

    def __init__(self, workers: int = 2) -> None:
        if workers < 1:
            raise BadParameter(f"executor 'processes': workers={workers} is not a positive number")
        self.workers = workers

    def run(self, job: Job, matches: Iterable[Match]) -> Iterator[Block]:
        """Yield blocks of episodes as they arrive.

        Raises what a worker raised on starting, and `ArenaError` if one dies.
        """
        source = iter(matches)
        workers = [_Worker(job) for _ in range(self.workers)]
        try:
            for worker in workers * 2:  # one chunk to play, one that waits
                worker.send(source)
            busy = {w.connection: w for w in workers if w.owed}
            while busy:
                for connection in wait(list(busy)):
                    worker = busy[connection]  # type: ignore[index]
                    blocks = worker.receive()
                    worker.send(source)
                    if not worker.owed:
                        del busy[worker.connection]
                    yield from blocks
        finally:
            for worker in workers:
                worker.stop()


class _Worker:
    """A process and this end of the pipe to it."""

    def __init__(self, job: Job) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, job), daemon=True)
        self.process.start()
        theirs.close()
        self.owed = 0
        self.size = _FIRST

    def send(self, source: Iterator[Match]) -> None:
        """Send the next chunk, if there is one."""
        chunk = [tuple(match) for match in islice(source, self.size)]
        if chunk:
            try:
                self.connection.send(chunk)
            except OSError:
                raise self._died() from None
            self.owed += 1

    def receive(self) -> Sequence[Block]:
        """Return what came of the chunk that was sent first."""
        try:
            seconds, answer = self.connection.recv()
        except (EOFError, OSError):
            raise self._died() from None
        self.owed -= 1
        if isinstance(answer, BaseException):
            raise answer
        if seconds < _QUICK:
            self.size = min(2 * self.size, _MOST)
        blocks: Sequence[Block] = answer
        return blocks

    def _died(self) -> ArenaError:
        self.process.join(1)
        return ArenaError(
            f"a worker process died (exit code {self.process.exitcode}); what was played is kept: "
            "go on with --resume, and fewer --workers if memory ran out"
        )

    def stop(self) -> None:
        self.connection.close()
        self.process.terminate()
        self.process.join()


def _serve(connection: Connection, job: Job) -> None:
    """Play chunks until the pipe closes. Runs in the worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        runner = make_runner(job)
        while True:
            chunk = [Match(*row) for row in connection.recv()]
            begun = time.perf_counter()
            with rare_collection():
                blocks = list(gather(runner.blocks(chunk)))
            connection.send((time.perf_counter() - begun, blocks))
    except EOFError:
        return
    except BaseException as error:
        connection.send((0.0, error if isinstance(error, ArenaError) else _told(error)))


def _told(error: BaseException) -> ArenaError:
    return ArenaError(f"a worker process failed: {type(error).__name__}: {error}")
