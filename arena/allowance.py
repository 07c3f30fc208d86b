"""Seconds that may be spent, and whether they are."""

from __future__ import annotations

import math
import time
from collections.abc import Callable


class Allowance:
    """So many seconds from now on; 0 or less for no end.

    `beat` is called whenever it is asked whether they are over: it may show how far things are, and
    raise what must not be lost.
    """

    def __init__(
        self,
        seconds: float,
        beat: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.beat, self.clock, self.began = beat, clock, clock()
        self.end = self.began + seconds if seconds > 0 else math.inf

    @property
    def spent(self) -> float:
        """Seconds since it began."""
        return self.clock() - self.began

    @property
    def left(self) -> float:
        """Seconds that are left, never less than 0; infinite if there is no end."""
        return max(0.0, self.end - self.clock())

    @property
    def whole(self) -> float:
        """Seconds that there were to begin with."""
        return self.end - self.began

    def over(self) -> bool:
        """Whether they are spent."""
        self.beat()
        return self.clock() >= self.end

    def part(self, share: float, least: float = 0.0) -> Allowance:
        """Return an allowance of this share of what is left, from now on.

        There are `least` seconds at least, so that nothing is left out because the machine was busy
        or asleep before.
        """
        part = Allowance(0, self.beat, self.clock)
        part.end = part.began + max(share * self.left, least)
        return part


FOREVER = Allowance(0)
