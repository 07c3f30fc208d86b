"""Plays in several processes of this machine."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from queue import SimpleQueue
from threading import Thread

from arena.block import Block
from arena.child import Child
from arena.errors import BadParameter
from arena.executors.here import gather, make_runner, rare_collection
from arena.fixtures import Fixtures, Supply
from arena.records import Match
from arena.roles import Executor, Job

_AHEAD = 0.25
"""Seconds of work that a worker has before it, once it is known how fast it is."""


class Processes(Executor):
    """Plays in `workers` processes, started afresh ("spawn"), each with agents of its own."""

    def __init__(self, workers: int = 2) -> None:
        if workers < 1:
            raise BadParameter(f"executor 'processes': workers={workers} is not a positive number")
        self.workers = workers
        self._job: Job | None = None
        self._started: list[_Worker] = []

    def ready(self, job: Job) -> None:
        """Start the processes; they stay for all rounds of a tournament."""
        if job != self._job or any(worker.owed for worker in self._started):
            self.close()
            self._job, self._started = job, [_Worker(job) for _ in range(self.workers)]

    def run(self, job: Job, matches: Iterable[Match]) -> Iterator[Block]:
        """Yield blocks of episodes as they arrive.

        Raises what a worker raised on starting, and `ArenaError` if one dies.
        """
        self.ready(job)
        try:
            with rare_collection():
                yield from _blocks(self._started, Supply(matches))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Stop the processes."""
        while self._started:
            self._started.pop().stop()
        self._job = None


def _blocks(workers: Sequence[_Worker], supply: Supply) -> Iterator[Block]:
    """Keep the workers supplied; yield what they play as it arrives."""
    for worker in workers:
        worker.greet()
    for worker in [*workers] * 4:  # a quarter each in turn
        worker.supply(supply)
    busy = {worker.connection: worker for worker in workers if worker.owed}
    while busy:
        for connection in wait(list(busy)):
            worker = busy[connection]  # type: ignore[index]
            block = worker.receive()
            while worker.owed < worker.ahead and worker.supply(supply):
                pass
            if not worker.owed:
                del busy[worker.connection]
            yield block


class _Worker(Child):
    """A process that plays, and what it has before it."""

    def __init__(self, job: Job) -> None:
        super().__init__(_play, job)
        self.owed = self.least = self.ahead = 0
        self._heard = time.monotonic()

    def greet(self) -> None:
        """Hear how many matches the worker wants before it, unless it is known."""
        if not self.least:
            self.least = self.ahead = self.hear()
            self._heard = time.monotonic()

    def supply(self, supply: Supply) -> bool:
        """Send some of the next matches; return whether there were any."""
        some = supply.take(max(1, self.ahead // 4))
        if some is None:
            return False
        self.send(some)
        self.owed += len(some.numbers)
        return True

    def receive(self) -> Block:
        """Return what the worker has played since the last time."""
        block: Block = self.hear()
        self.owed -= len(block)
        now = time.monotonic()
        self.ahead = max(self.least, int(_AHEAD * len(block) / (now - self._heard)))
        self._heard = now
        return block


class _Inbox(Iterator[Fixtures]):
    """The matches that have arrived. It is never exhausted for good: more may come later.

    A thread empties the pipe, so that the parent never waits for a worker that waits for it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._arrived: SimpleQueue[Fixtures | None] = SimpleQueue()
        self._next: Fixtures | None = None
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            while True:
                self._arrived.put(self._connection.recv())
        except (EOFError, OSError):
            self._arrived.put(None)

    def wait(self) -> bool:
        """Wait until there is a match; return whether there will be one."""
        if self._next is None:
            self._next = self._arrived.get()
        return self._next is not None

    def fixtures(self) -> Iterator[Fixtures]:
        """Return what yields them."""
        return self

    def __next__(self) -> Fixtures:
        some, self._next = self._next, None
        if some is None and not self._arrived.empty():
            some = self._arrived.get()
            if some is None:
                self._arrived.put(None)  # it is for `wait`
        if some is None:
            raise StopIteration
        return some


def _play(connection: Connection, job: Job) -> None:
    """Play what arrives until the pipe closes. Runs in the worker."""
    runner, inbox = make_runner(job), _Inbox(connection)
    connection.send(runner.appetite)
    with rare_collection():
        while inbox.wait():
            for block in gather(runner.blocks(inbox), _AHEAD / 3):
                connection.send(block)
