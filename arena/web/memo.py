"""Answers that take long, remembered while what they are about stays the same."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Any, TypeVar, cast

T = TypeVar("T")

QUICK = 0.02
"""Seconds: what takes no longer is made anew while the reader waits."""
REST = 20.0
"""What takes longer is made anew, behind the reader's back, at most a 20th of the time."""
KEPT = 256


@dataclass(slots=True)
class _Answer:
    version: Hashable
    value: Any
    seconds: float
    made: float
    renewing: bool = False


class Memo:
    """Remembers by key, for as long as the version of what was asked about is the same.

    While a tournament writes, every look at the history sees another version. What is quick is then
    made anew; of what is slow the reader gets what was true a moment ago, while a thread renews it.
    """

    def __init__(self) -> None:
        self._answers: OrderedDict[Hashable, _Answer] = OrderedDict()
        self._lock = Lock()
        self._making: dict[Hashable, Lock] = {}

    def get(
        self, key: Hashable, version: Hashable, make: Callable[[], T], moving: bool = False
    ) -> T:
        """Return what `make` returns, or returned; whatever it raises is not remembered.

        Only while what is asked about is `moving` may the answer be of an older version.
        """
        with self._lock:
            known = self._answers.get(key)
            if known is not None:
                self._answers.move_to_end(key)
            making = self._making.setdefault(key, Lock())
        patient = moving and known is not None and known.seconds > QUICK
        if known is None or (known.version != version and not patient):
            with making:  # others that ask the same wait, and get the same
                return self._made(key, version, make)
        if known.version != version:
            self._renew(key, known, version, make)
        return cast("T", known.value)

    def _made(self, key: Hashable, version: Hashable, make: Callable[[], T]) -> T:
        known = self._answers.get(key)
        if known is not None and known.version == version:
            return cast("T", known.value)
        begun = time.monotonic()
        value = make()
        now = time.monotonic()
        with self._lock:
            self._answers[key] = _Answer(version, value, now - begun, now)
            while len(self._answers) > KEPT:
                self._making.pop(self._answers.popitem(last=False)[0], None)
        return value

    def _renew(
        self, key: Hashable, known: _Answer, version: Hashable, make: Callable[[], Any]
    ) -> None:
        """Make an answer anew in a thread, if it has rested long enough."""
        with self._lock:
            if known.renewing or time.monotonic() - known.made < REST * known.seconds:
                return
            known.renewing = True

        def work() -> None:
            try:
                self._made(key, version, make)
            finally:
                known.renewing = False

        Thread(target=work, daemon=True).start()
