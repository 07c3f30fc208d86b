"""What ratings cost: `python tests/benchmarks/ratings.py [--matches N] [--system SPEC]...`.

Stores N (a million) results among 100 entrants, then rates them from the database, each system in a
process of its own, and prints seconds and the peak of memory. Wanted: Bradley-Terry with intervals
in under 3 s and an Elo timeline in under 5 s, in less than 500 MB.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ENTRANTS = 100
SYSTEMS = (
    "bradley_terry", "elo timeline", "arena ratings", "elo", "mean_return", "glicko2", "alpha_rank",
    "nash_averaging", "maximal_lotteries", "openskill", "bradley_terry:intervals=bootstrap",
)  # fmt: skip

RATE = """
import contextlib, io, json, resource, sys, time
from arena.cli import main
from arena.store.sql import SqlStore
from arena.plugins import make_registry
from arena.ratings.elo import Elo
from arena.specs import parse
url, system = sys.argv[1:]
start, read = time.perf_counter(), 0.0
if system == "arena ratings":  # the whole command, with ranks and cyclicity
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        main(["--store", url, "ratings", "benchmark"])
else:
    results = SqlStore(url).results_of("benchmark").rated
    read = time.perf_counter() - start
    if system == "elo timeline":
        Elo().timeline(results)
    else:
        make_registry().make("raters", parse(system)).rate(results)
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps([read, seconds, peak]))
"""


def write(path: Path, matches: int) -> None:
    """Write made-up results, planted strengths 200 Elo points apart or so, as CSV."""
    luck = random.Random(1)
    strengths = [luck.gauss(0, 200) for _ in range(ENTRANTS)]
    with path.open("w") as file:
        file.write("left,right,winner\n")
        for _ in range(matches):
            a, b = luck.sample(range(ENTRANTS), 2)
            chance = 1 / (1 + math.exp((strengths[b] - strengths[a]) * math.log(10) / 400))
            winner = "tie" if luck.random() < 0.1 else "left" if luck.random() < chance else "right"
            file.write(f"p{a},p{b},{winner}\n")


def main() -> None:
    """Run everything once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--matches", type=int, default=1_000_000)
    parser.add_argument("--system", action="append", help="only these; by default all")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        home, file = Path(name), Path(name) / "results.csv"
        write(file, given.matches)
        start = time.perf_counter()
        command = [sys.executable, "-m", "arena.cli", "--home", str(home), "import", str(file)]
        subprocess.run([*command, "--environment", "benchmark"], check=True)
        print(f"imported in {time.perf_counter() - start:.1f} s")
        print(f"{'system':36} {'read s':>8} {'in all s':>8} {'peak MB':>8}")
        for system in given.system or SYSTEMS:
            url = f"sqlite:///{home}/arena.db"
            done = subprocess.run(
                [sys.executable, "-c", RATE, url, system], check=True, capture_output=True
            )
            read, seconds, peak = json.loads(done.stdout)
            print(f"{system:36} {read:8.2f} {seconds:8.2f} {peak:8}")


if __name__ == "__main__":
    main()
