"""What a tick of the column driver costs, by the number of games in flight.

    python tests/benchmarks/tick.py [FIGURE.svg]

Python's part is counted exactly: the instructions that the interpreter executes in a tick, and the
tensor operations that it asks for. They take the same time however large the tensors are.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import numpy as np
import torch
from arena_search.simple import Random
from torch.utils._python_dispatch import TorchDispatchMode

from arena.campaign import Numbered
from arena.column_runner import ColumnRunner
from arena.fixtures import Fixtures
from arena.lookup import environment_maker
from arena.plugins import make_registry
from arena.records import Pairing, Ref
from arena.wave_play import WavePlay
from arena.waves import waves

SIZES = (64, 256, 1024, 4096, 16384, 65536)
GAMES = ("tensor/tic_tac_toe", "tensor/connect_four")


class Cost(NamedTuple):
    """Of one tick: instructions of the interpreter, tensor operations, and microseconds in all."""

    games: int
    instructions: int
    operations: int
    microseconds: float


class Operations(TorchDispatchMode):
    """Counts what torch is asked to do."""

    count = 0

    def __torch_dispatch__(self, call: Any, types: Any, given: Any = (), named: Any = None) -> Any:
        """Count, and do it."""
        self.count += 1
        return call(*given, **(named or {}))


@contextmanager
def counted_instructions() -> Iterator[list[int]]:
    """Count the instructions that the interpreter executes in functions called from here."""
    count = [0]

    def heard(frame: FrameType, event: str, argument: Any) -> Any:
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count[0] += event == "opcode"
        return heard

    before = sys.gettrace()
    sys.settrace(heard)
    try:
        yield count
    finally:
        sys.settrace(before)


def wave_play(name: str, size: int, device: str = "cpu") -> WavePlay:
    """Return a wave of two random players on a table that is always full."""
    make = environment_maker(make_registry(), Ref(name))[0]
    runner = ColumnRunner(make, [Random(), Random()], size, device)
    pairings = [Pairing((0, 1), deal) for deal in range(size)]
    pairings += [Pairing((1, 0), deal) for deal in range(size)]
    numbered = Numbered(pairings, 0, 1, np.zeros(0, np.int64))
    wave = next(waves(Fixtures.join(list(numbered.fixtures())), size, True))
    table = make().table(size, device)
    assert table is not None
    return WavePlay(runner.company, wave, table, lambda table: table)


def tick_seconds(play: WavePlay, ticks: int = 32) -> float:
    """Return the seconds of a tick: the median of several."""
    told = []
    with torch.no_grad():
        for number in range(ticks):
            begun = time.perf_counter()
            play.tick(number % 2)
            told.append(time.perf_counter() - begun)
    return statistics.median(told)


def cost(name: str, size: int) -> Cost:
    """Measure one tick of a game with `size` in flight."""
    spent = min(tick_seconds(wave_play(name, size)) for _ in range(3))
    play = wave_play(name, size)
    with torch.no_grad():
        with Operations() as operations:
            play.tick(0)
        with counted_instructions() as instructions:
            play.tick(1)
    return Cost(size, instructions[0], operations.count, spent * 1e6)


def costs(name: str) -> list[Cost]:
    """Measure it with 64 to 65,536 games in flight."""
    cost(name, 64)  # warm
    return [cost(name, size) for size in SIZES]


def draw(told: dict[str, list[Cost]], path: Path) -> None:
    """Draw what a tick costs against how many games are in flight."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6))
    for name, rows in told.items():
        games = [row.games for row in rows]
        left.plot(games, [row.instructions for row in rows], "o-", label=f"{name}: instructions")
        left.plot(games, [row.operations for row in rows], "x--", label=f"{name}: operations")
        right.plot(games, [row.microseconds for row in rows], "o-", label=name)
    left.set_title("Python's part of a tick")
    right.set_title("microseconds a tick, computing and all")
    for axes in (left, right):
        axes.set_xscale("log", base=2)
        axes.set_yscale("log")
        axes.set_xticks(SIZES, [f"{size:,}" for size in SIZES])
        axes.set_xlabel("games in flight")
        axes.grid(True, which="both", alpha=0.2)
        axes.legend(fontsize="small")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def every_cost() -> dict[str, list[Cost]]:
    """Measure it for all games."""
    torch.set_num_threads(1)
    return {name: costs(name) for name in GAMES}


def main() -> None:
    """Measure, print, and draw if a file is named."""
    told = every_cost()
    for name, rows in told.items():
        for row in rows:
            print(f"{name}: {row}")
    if sys.argv[1:]:
        draw(told, Path(sys.argv[1]))


if __name__ == "__main__":
    main()
