"""Ctrl-C that is neither lost nor felt in the middle of writing."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Interrupts:
    """While entered, takes SIGINT (in the main thread; elsewhere it does nothing).

    Python raises `KeyboardInterrupt` wherever it happens to be: within a database's driver, where a
    lock would stay behind, or in a destructor or a callback, where it is printed and forgotten.
    """

    def __init__(self) -> None:
        self._asked = self._held = False
        self._before: Any = None

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.getsignal(signal.SIGINT)
            if self._before is signal.default_int_handler:  # not where it is ignored, or taken
                signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._before)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._asked = True
        if not self._held:
            raise KeyboardInterrupt

    def check(self) -> None:
        """Raise `KeyboardInterrupt` if there was one, also if it was lost."""
        if self._asked:
            raise KeyboardInterrupt

    @contextmanager
    def held(self) -> Iterator[None]:
        """Put an interrupt off; `check` raises it."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
