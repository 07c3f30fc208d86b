"""Processes started afresh, with a pipe to each: they fail aloud and die with their parent."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any

from arena.errors import ArenaError


class Child:
    """A process that runs `target(connection, *args)`, and this end of the pipe to it.

    It is started afresh ("spawn"), so that no lock, thread or generator of this process comes
    along: the target and its arguments must be picklable. It ends when the target returns, when
    it is stopped, and with this process, however that ends.
    """

    def __init__(self, target: Callable[..., None], *args: Any) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        given = (theirs, target, args)
        self.process = context.Process(target=_serve, args=given, daemon=True)
        self.process.start()
        theirs.close()

    def send(self, message: Any) -> None:
        """Send something. Raises `ArenaError` if it died."""
        try:
            self.connection.send(message)
        except OSError:
            raise self._died() from None

    def hear(self) -> Any:
        """Return what it sends next. Raises what the target raised, `ArenaError` if it died."""
        try:
            answer = self.connection.recv()
        except (EOFError, OSError):
            raise self._died() from None
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def stop(self) -> None:
        """End it, whatever it does."""
        self.connection.close()
        self.process.terminate()
        self.process.join()

    def _died(self) -> ArenaError:
        self.process.join(1)
        return ArenaError(
            f"a worker process died (exit code {self.process.exitcode}); what was done is kept: "
            "go on with --resume, and fewer workers if memory ran out"
        )


def _serve(connection: Connection, target: Callable[..., None], args: tuple[Any, ...]) -> None:
    """Run the target. Runs in the child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    Thread(target=_die_with_the_parent, daemon=True).start()
    try:
        target(connection, *args)
    except BrokenPipeError:
        return
    except BaseException as error:
        connection.send(error if isinstance(error, ArenaError) else _told(error))


def _die_with_the_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _told(error: BaseException) -> ArenaError:
    return ArenaError(f"a worker process failed: {type(error).__name__}: {error}")
