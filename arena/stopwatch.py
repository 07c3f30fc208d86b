"""Where the time goes: a clock that is handed from part to part."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any


class Stopwatch:
    """Divides time among parts by name; of a part within another only the inner one counts.

    `seconds` is what each has taken so far. On a device that works by itself, a part is told the
    time that the host spent on it: the device's own shows where the host waits for it.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.seconds: dict[str, float] = {}
        self._clock = clock
        self._within: list[str] = []
        self._since = 0.0

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Give the time of what is done in this context to a part."""
        self._turn()
        self._within.append(name)
        try:
            yield
        finally:
            self._turn()
            self._within.pop()

    def _turn(self) -> None:
        """Give the time since the last turn to the part that it was spent in."""
        now = self._clock()
        if self._within:
            inner = self._within[-1]
            self.seconds[inner] = self.seconds.get(inner, 0.0) + now - self._since
        self._since = now

    def timed(self, name: str, call: Callable[..., Any], outside: str = "") -> Callable[..., Any]:
        """Return `call` with its time given to a part, but for calls from within `outside`."""

        @wraps(call)
        def measured(*arguments: Any, **named: Any) -> Any:
            within = self._within
            if within and (within[-1] == name or outside in within):
                return call(*arguments, **named)
            with self.part(name):
                return call(*arguments, **named)

        return measured

    @contextmanager
    def over(
        self, kind: type, name: str, methods: Sequence[str], outside: str = ""
    ) -> Iterator[None]:
        """Time these methods of a class, for all its objects, while in this context."""
        own = {method: vars(kind)[method] for method in methods if method in vars(kind)}
        for method in methods:
            found = inspect.getattr_static(kind, method)
            if isinstance(found, classmethod | staticmethod):
                measured: Any = type(found)(self.timed(name, found.__func__, outside))
            else:
                measured = self.timed(name, found, outside)
            setattr(kind, method, measured)
        try:
            yield
        finally:
            for method in methods:
                if method in own:
                    setattr(kind, method, own[method])
                else:
                    delattr(kind, method)
