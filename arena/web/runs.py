"""Tournaments that were started from a page: each is played by a process of its own.

The process is the command line's `arena tournament --resume ID`, so that what a page starts is what
a terminal starts, and stopping it is Ctrl-C: everything played is kept.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from threading import Lock
from typing import IO, Any

from arena.campaign import begin
from arena.config import Definition, Entry
from arena.errors import UsageError
from arena.lookup import Game
from arena.planning import prepare
from arena.workspace import Workspace

MOST = 4
"""How many may run at once."""
_CODE = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from arena.cli import main; main(sys.argv[1:])"
)


@dataclass
class _Started:
    process: subprocess.Popen[bytes]
    said: IO[bytes]


@dataclass
class Runs:
    """What was started here, by tournament."""

    workspace: Workspace
    _started: dict[int, _Started] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def start(self, definition: Definition) -> int:
        """Enter a tournament into the history and have it played; return its id.

        Raises `UsageError`s, and then nothing is written.
        """
        with self._lock:
            self._check_room()
            run = begin(self.workspace, prepare(self.workspace, definition, untrained))
            self._play(run.id)
        return run.id

    def resume(self, tournament: int) -> None:
        """Have a tournament that was interrupted go on. Raises `UsageError`."""
        state = self.workspace.store.tournament(tournament).state
        with self._lock:
            if state != "interrupted" or self.runs(tournament):
                raise UsageError(f"tournament {tournament} is {state}: there is nothing to resume")
            self._check_room()
            self._play(tournament)

    def stop(self, tournament: int) -> None:
        """Interrupt a tournament; what was played is kept. Raises `UsageError`."""
        with self._lock:
            if not self.runs(tournament):
                raise UsageError(f"tournament {tournament} is not one that was started here")
            self._started[tournament].process.send_signal(signal.SIGINT)

    def runs(self, tournament: int) -> bool:
        """Whether a process that was started here plays it now."""
        started = self._started.get(tournament)
        return started is not None and started.process.poll() is None

    def failure(self, tournament: int) -> str | None:
        """Return what a process that failed said last."""
        started = self._started.get(tournament)
        if started is None or started.process.poll() in (None, 0):
            return None
        started.said.seek(0)
        lines = started.said.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"it ended with exit code {started.process.returncode}"

    def close(self) -> None:
        """Interrupt all that still run, and wait until they have kept what they played."""
        for tournament, started in self._started.items():
            if self.runs(tournament):
                started.process.send_signal(signal.SIGINT)
        for started in self._started.values():
            try:
                started.process.wait(10)
            except subprocess.TimeoutExpired:
                started.process.kill()
                started.process.wait()
            started.said.close()
        self._started.clear()

    def _check_room(self) -> None:
        if sum(map(self.runs, self._started)) >= MOST:
            raise UsageError(f"{MOST} tournaments run already; stop one, or wait for it")

    def _play(self, tournament: int) -> None:
        workspace = self.workspace
        options = ["--home", str(workspace.home), "--store", workspace.store_url]
        options += [f"--plugin={file}" for file in workspace.plugins]
        options += ["--trust"] if workspace.trust else []
        command = [sys.executable, "-c", _CODE, *options, "tournament", "--resume", str(tournament)]
        said = tempfile.TemporaryFile()  # noqa: SIM115 - it is read when the process has ended
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said
        )
        self._started[tournament] = _Started(process, said)


def untrained(entry: Entry, game: Game) -> Any:
    """Refuse to train an entrant while a reader waits. Raises `UsageError`."""
    name = entry.agent.name
    raise UsageError(f"{name!r} is to be trained first: start it by `arena tournament`")
