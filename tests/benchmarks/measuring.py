"""How things are timed side by side, and what a comparison is."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAIRS, SECONDS = 7, 1.0
"""So many pairs; so long is a loop timed before, and again after, what it is compared with."""

Rate = Callable[[], float]


@dataclass
class Row:
    """One comparison: medians over pairs that were timed side by side.

    ours, theirs   a second, of `unit`
    ratio          the median of the pairs' ratios; low, high: the least and the greatest of them
    goal           what the ratio has to reach; None where it is shown for information
    """

    what: str
    beside: str
    unit: str
    ours: float
    theirs: float
    ratio: float
    low: float
    high: float
    goal: float | None = None

    @property
    def verdict(self) -> str:
        """Whether the goal was reached."""
        if self.goal is None:
            return ""
        return "met" if self.ratio >= self.goal else "**missed**"


def compare(
    what: str, ours: Rate, beside: str, theirs: Rate, unit: str, goal: float | None = None,
    pairs: int | None = None,
) -> Row:  # fmt: skip
    """Time ours between two timings of theirs, again and again."""
    told = []
    for _ in range(PAIRS if pairs is None else pairs):
        before, mine = theirs(), ours()
        told.append((mine, (before + theirs()) / 2))
    ratios = [mine / other for mine, other in told]
    mine, other = (statistics.median(column) for column in zip(*told))
    row = Row(
        what, beside, unit, mine, other, statistics.median(ratios), min(ratios), max(ratios), goal
    )
    print(
        f"{what}: {mine:,.0f} {unit} a second; {beside}: {other:,.0f}; ratio {row.ratio:.3g} "
        f"({row.low:.3g} to {row.high:.3g}) {row.verdict}",
        flush=True,
    )
    return row


@dataclass
class Loop:
    """A loop of `loops.py` in a process of its own, which works only while it is timed."""

    name: str
    arguments: Sequence[object] = ()
    python: str = sys.executable
    threads: int | None = None
    told: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        command = [self.python, HERE / "loops.py", self.name, *map(str, self.arguments)]
        setting = dict(os.environ)
        setting.pop("OMP_NUM_THREADS", None)
        if self.threads is not None:
            setting["OMP_NUM_THREADS"] = str(self.threads)
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=setting
        )
        self.told = json.loads(self._read())

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"the loop {self.name} failed: see above")
        return line

    def rate(self, seconds: float = SECONDS) -> float:
        """Return how much it does a second."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{seconds}\n")
        self._process.stdin.flush()
        return float(self._read())

    def close(self) -> None:
        """Let the process end."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def best(loops: Sequence[Loop]) -> Loop:
    """Return the quickest of several, timed in turn three times; close the others."""
    rates = [[loop.rate(0.4) for loop in loops] for _ in range(3)]
    medians = [statistics.median(column) for column in zip(*rates)]
    chosen = loops[medians.index(max(medians))]
    for loop in loops:
        if loop is not chosen:
            loop.close()
    return chosen


@dataclass
class Tournament:
    """A tournament by the command line, in a new process and with a history of its own."""

    environment: str
    agents: tuple[str, ...]
    games: int
    options: tuple[object, ...] = ()
    threads: int | None = 1
    told: dict[str, Any] = field(default_factory=dict)

    def rate(self) -> float:
        """Return matches a second, start-up left out. Raises where somebody made a fault."""
        chosen = [text for agent in self.agents for text in ("--agent", agent)]
        told = arena(
            "tournament", self.environment, *chosen, "--games", self.games, "--json",
            *self.options, threads=self.threads,
        )  # fmt: skip
        self.told = json.loads(told)
        if self.told["faults"] or self.told["voided"]:
            raise SystemExit(f"{self.environment}: there were faults: {self.told}")
        return float(self.told["matches"] / self.told["seconds"])


@dataclass
class Bench:
    """`arena bench`, which plays and stores for a while."""

    environment: str
    agents: tuple[str, ...]
    slots: int

    def rate(self) -> float:
        """Return moves a second."""
        chosen = [text for agent in self.agents for text in ("--agent", agent)]
        told = arena(
            "bench", self.environment, *chosen, "--slots", self.slots, "--workers", 1, "--json",
            threads=1,
        )  # fmt: skip
        return float(json.loads(told)["moves_per_second"])


def arena(*arguments: object, threads: int | None = None) -> str:
    """Run the command line with a history of its own, and return what it prints."""
    with tempfile.TemporaryDirectory() as home:
        setting = {**os.environ, "ARENA_HOME": home}
        setting.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed comes compiled
        setting.pop("OMP_NUM_THREADS", None)
        if threads is not None:
            setting["OMP_NUM_THREADS"] = str(threads)
        command = [sys.executable, "-m", "arena.cli", *map(str, arguments)]
        done = subprocess.run(command, env=setting, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"arena {' '.join(map(str, arguments))}: {done.stderr}")
    return done.stdout
