"""Answers that take long, remembered while what they are about stays the same."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, TimeoutError
from dataclasses import dataclass
from threading import Lock, Semaphore, Thread, local
from typing import Any, NamedTuple, TypeVar, cast

T = TypeVar("T")

QUICK = 0.02
"""Seconds: what takes no longer is made anew while the reader waits."""
REST = 20.0
"""What takes longer is made anew, behind the reader's back, at most a 20th of the time."""
KEPT = 256


AT_ONCE = 2
"""How many answers are made behind readers' backs at the same time."""


class Pending(Exception):
    """The answer is being made, and the reader would not wait any longer: ask again."""


@dataclass(slots=True)
class _Answer:
    version: Hashable
    value: Any
    seconds: float
    made: float
    renewing: bool = False


class _Coming(NamedTuple):
    version: Hashable
    answer: Future[Any]


class Memo:
    """Remembers by key, for as long as the version of what was asked about is the same.

    While a tournament writes, every look at the history sees another version. What is quick is then
    made anew; of what is slow the reader gets what was true a moment ago, while a thread renews it.
    """

    def __init__(self) -> None:
        self._answers: OrderedDict[Hashable, _Answer] = OrderedDict()
        self._lock = Lock()
        self._making: dict[Hashable, Lock] = {}
        self._coming: dict[Hashable, _Coming] = {}
        self._room = Semaphore(AT_ONCE)
        self._thread = local()

    def get(
        self,
        key: Hashable,
        version: Hashable,
        make: Callable[[], T],
        moving: bool = False,
        patience: float | None = None,
    ) -> T:
        """Return what `make` returns, or returned; whatever it raises is not remembered.

        Only while what is asked about is `moving` may the answer be of an older version. With
        `patience` the reader waits so many seconds at most, and then gets `Pending` while the
        answer is made. Neither holds for what an answer is made of: that is waited for, and of now.
        """
        inner = getattr(self._thread, "depth", 0) > 0
        with self._lock:
            known = self._answers.get(key)
            if known is not None:
                self._answers.move_to_end(key)
        patient = moving and known is not None and known.seconds > QUICK and not inner
        if known is None or (known.version != version and not patient):
            if patience is None or inner:
                return self._made(key, version, make)
            return self._awaited(key, version, make, moving, patience)
        if known.version != version:
            self._renew(key, known, version, make)
        return cast("T", known.value)

    def _made(self, key: Hashable, version: Hashable, make: Callable[[], T]) -> T:
        """Make an answer; others that ask the same wait, and get the same."""
        with self._lock:
            making = self._making.setdefault(key, Lock())
        with making:
            known = self._answers.get(key)
            if known is not None and known.version == version:
                return cast("T", known.value)
            self._thread.depth = getattr(self._thread, "depth", 0) + 1
            begun = time.monotonic()
            try:
                value = make()
            finally:
                self._thread.depth -= 1
            now = time.monotonic()
            with self._lock:
                self._answers[key] = _Answer(version, value, now - begun, now)
                while len(self._answers) > KEPT:
                    self._making.pop(self._answers.popitem(last=False)[0], None)
            return value

    def _awaited(
        self,
        key: Hashable,
        version: Hashable,
        make: Callable[[], T],
        moving: bool,
        patience: float,
    ) -> T:
        """Have an answer made by a thread, and wait for it as long as the patience lasts."""
        with self._lock:
            coming = self._coming.get(key)
            if coming is None or (coming.answer.done() and coming.version != version):
                coming = self._coming[key] = _Coming(version, Future())
                Thread(target=self._answer, args=(coming, key, make), daemon=True).start()
        try:
            value = coming.answer.result(patience)
        except TimeoutError:
            if not coming.answer.done():
                raise Pending from None
            raise
        finally:
            with self._lock:  # what it raised is told once
                if coming.answer.done() and self._coming.get(key) is coming:
                    del self._coming[key]
        if coming.version != version and not moving:
            raise Pending
        return cast("T", value)

    def _answer(self, coming: _Coming, key: Hashable, make: Callable[[], Any]) -> None:
        try:
            with self._room:
                value = self._made(key, coming.version, make)
        except BaseException as error:
            coming.answer.set_exception(error)
        else:
            coming.answer.set_result(value)

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
                with self._room:
                    self._made(key, version, make)
            finally:
                known.renewing = False

        Thread(target=work, daemon=True).start()
