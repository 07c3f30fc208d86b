"""How fast the core is, as ratios within one run.

    python tests/benchmarks/core.py [play] [workers] [memory] [start]

play     random players, the history stored, against a bare OpenSpiel loop
workers  two workers against one: connect_four, random players, 100,000 games
memory   peak memory of a million matches of tic_tac_toe
start    seconds of `arena --help`, of a listing and of a small tournament (best of five)

Ratios are medians over pairs that were timed side by side.
"""

from __future__ import annotations

import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import pyspiel

PAIRS = 7
RANDOM = ("--agent", "random", "--agent", "other=random")


def bare(name: str, games: int) -> float:
    """Return games a second of the plainest loop that plays a game at random."""
    game = pyspiel.load_game(name)
    begun = time.perf_counter()
    for _ in range(games):
        state = game.new_initial_state()
        while not state.is_terminal():
            state.apply_action(random.choice(state.legal_actions()))
        state.returns()
    return games / (time.perf_counter() - begun)


def arena(*arguments: object) -> str:
    """Run the command line with a history of its own, and return what it prints."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "ARENA_HOME": home}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed comes compiled
        command = [sys.executable, "-m", "arena.cli", *map(str, arguments)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def tournament(name: str, games: int, *options: object) -> float:
    """Return games a second of a tournament, its history stored, start-up left out."""
    told = json.loads(arena("tournament", name, *RANDOM, "--games", games, "--json", *options))
    return float(told["matches"] / told["seconds"])


def play() -> None:
    for name, games in (("tic_tac_toe", 60_000), ("connect_four", 20_000)):
        for workers in (1, 2):
            pairs = [_beside(name, games, workers) for _ in range(PAIRS)]
            one, ours = (statistics.median(column) for column in zip(*pairs))
            print(
                f"{name}: bare loop {one:,.0f} games/s, arena with {workers} workers {ours:,.0f}: "
                f"ratio {statistics.median(ours / one for one, ours in pairs):.3f}"
            )


def _beside(name: str, games: int, workers: int) -> tuple[float, float]:
    """Return games a second of the bare loop, before and after, and of a tournament between."""
    before = bare(name, games // 6)
    ours = tournament(name, games * workers, "--workers", workers)
    return (before + bare(name, games // 6)) / 2, ours


def workers() -> float:
    """Return how many times as fast two workers are as one."""
    told = [[_speed_and_seconds(workers) for workers in (1, 2)] for _ in range(PAIRS)]
    playing = statistics.median(two[0] / one[0] for one, two in told)
    command = statistics.median(one[1] / two[1] for one, two in told)
    one, two = (statistics.median(pair[i][0] for pair in told) for i in (0, 1))
    print(
        f"connect_four, 100,000 games: {one:,.0f} games/s with one worker, {two:,.0f} with two: "
        f"{playing:.2f} times as fast; {command:.2f} times as fast from the start of the command"
    )
    return playing


def _speed_and_seconds(workers: int) -> tuple[float, float]:
    """Return games a second of a tournament, and the seconds that its command took."""
    begun = time.perf_counter()
    speed = tournament("connect_four", 100_000, "--workers", workers)
    return speed, time.perf_counter() - begun


def memory() -> int:
    """Return the peak memory of a million matches in MB."""
    program = (
        "import resource, sys\nfrom arena.cli import main\ntry:\n    main(sys.argv[1:])\n"
        "except SystemExit:\n    pass\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)"
    )
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-c", program, "--home", home, "tournament", "tic_tac_toe"]
        command += [*RANDOM, "--games", "1000000", "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        told = json.loads(done.stdout)
        size = sum(entry.stat().st_size for entry in os.scandir(home))
    peak = int(done.stderr.split()[-1])
    print(
        f"{told['matches']:,} matches in {told['seconds']:.0f} s: peak memory {peak} MB", end=", "
    )
    print(f"{size / told['matches']:.0f} bytes a match on disk")
    return peak


def start() -> dict[str, float]:
    """Return the seconds that some commands take, the best of five."""
    told = {}
    for arguments in (
        ("--help",),
        ("environments", "--json"),
        ("tournament", "tic_tac_toe", "--games", 10, "--agent", "random", "--agent", "first_legal"),
    ):
        command = f"arena {' '.join(map(str, arguments))}"
        told[command] = min(_seconds(lambda: arena(*arguments)) for _ in range(5))
        print(f"{command}: {told[command]:.2f} s")
    return told


def _seconds(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


if __name__ == "__main__":
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}"
    )
    parts = {"play": play, "workers": workers, "memory": memory, "start": start}
    for part in sys.argv[1:] or parts:
        parts[part]()
