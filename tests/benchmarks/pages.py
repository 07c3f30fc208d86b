"""How quick the pages are with a million matches of 100 agents, while a tournament writes.

    python tests/benchmarks/pages.py [--matches 1000000] [--requests 200] [--folder DIR]

It makes a history in SQLite (kept in DIR, if one is named, for the next time), starts a tournament
that writes to it in a process of its own, asks each kind of page over and over, and prints the
server's time: the median and the 95th percentile over all requests, and of each page. The target
is 100 and 300 ms. The first request of each page is told apart: it shows what is known, and how
long it takes until everything is counted is told beside it. Processor time, which other work on the
machine does not lengthen, is that of the whole process, what it counts in the background included.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from starlette.testclient import TestClient

from arena.block import Block
from arena.campaign import game_record
from arena.config import Definition, definition_to_json
from arena.history import EntrantRecord, TournamentRecord
from arena.lookup import environment_maker, find_game
from arena.plugins import make_registry
from arena.records import Ref
from arena.specs import parse
from arena.web.app import make_app
from arena.web.command import PATIENCE
from arena.web.site import Options
from arena.workspace import Workspace

AGENTS, EACH = 100, 50_000
"""How many agents there are, and matches in a tournament."""
GAMES = ("tic_tac_toe", "connect_four")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--matches", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = given.folder or Path(folder)
        workspace = Workspace.open(str(home))
        if not list(workspace.store.tournaments()):
            fill(workspace, given.matches)
        measure(workspace, given.requests)


def fill(workspace: Workspace, matches: int) -> None:
    """Keep so many matches of made-up strengths, in tournaments of EACH."""
    registry, luck = make_registry(), np.random.default_rng(0)
    names = [f"agent-{i:02}:strength={i}" for i in range(AGENTS)]
    entrants = tuple(EntrantRecord(n.partition(":")[0], n, "random") for n in names)
    strength = np.linspace(-2, 2, AGENTS)
    for count in range(0, matches, EACH):
        game = find_game(registry, parse(GAMES[count // EACH % len(GAMES)]))
        _, spec = environment_maker(registry, game.ref)
        record = TournamentRecord(
            "tournament", game_record(game, spec), entrants, "round_robin", count,
            json.dumps(definition_to_json(Definition(game.ref, (), Ref("round_robin")))), {},
            time.time(),
        )  # fmt: skip
        number = workspace.store.begin(record)
        for first in range(0, EACH, 4096):
            rows = min(4096, EACH - first)
            workspace.store.add(number, _block(luck, strength, first, rows))
        workspace.store.set_state(number, "finished", 60.0)


def _block(luck: np.random.Generator, strength: np.ndarray, first: int, rows: int) -> Block:
    """Return matches of random pairs: who is stronger wins the more often."""
    one = luck.integers(AGENTS, size=rows)
    other = (one + luck.integers(1, AGENTS, size=rows)) % AGENTS
    wins = luck.random(rows) < 1 / (1 + np.exp(strength[other] - strength[one]))
    result = np.where(luck.random(rows) < 0.1, 0.0, np.where(wins, 1.0, -1.0))
    numbers = np.arange(first, first + rows)
    return Block(
        numbers=numbers, players=np.stack([one, other], 1).astype(np.int32),
        returns=np.stack([result, -result], 1), endings=np.zeros(rows, np.int8),
        turns=luck.integers(5, 10, size=rows).astype(np.int32),
        deals=luck.integers(2**62, size=rows), seeds=luck.integers(2**62, size=rows),
        started=np.full(rows, time.time()), seconds=np.full(rows, 0.01),
        logs=[[0, 4, 1, 0]] * rows, faults={},
    )  # fmt: skip


def pages(count: int) -> Iterator[tuple[str, str]]:
    """Yield (kind, address) for so many requests, all kinds by turns."""
    luck = np.random.default_rng(1)
    for i in range(count):
        a, b = (f"agent-{n:02}" for n in luck.choice(AGENTS, 2, replace=False))
        game, before = GAMES[i % 2], int(luck.integers(1, 11)) * 10**9 + int(luck.integers(EACH))
        kinds = {
            "home": "/", "leaderboard": f"/leaderboard?environment={game}",
            "elo": f"/leaderboard?environment={game}&system=elo", "tournaments": "/tournaments",
            "tournament": f"/tournaments/{luck.integers(1, 11)}", "matches": "/matches",
            "matches before": f"/matches?before={before}",
            "matches of two": f"/matches?agent={a}&opponent={b}&result=win",
            "matches, rare": f"/matches?agent={a}&faults=true",
            "match": f"/matches/{before}", "agents": "/agents", "agent": f"/agents/{a}",
            "compare": f"/compare?environment={game}&a={a}&b={b}", "running": "/tournaments/21",
            "judge": "/judge", "play": f"/play?environment={game}&against=random",
            "training": "/training", "new": f"/tournaments/new?environment={game}",
        }  # fmt: skip
        kind = list(kinds)[i % len(kinds)]
        yield kind, kinds[kind]


def measure(workspace: Workspace, count: int) -> None:
    """Ask, while a tournament writes; print how long it took."""
    client = TestClient(make_app(workspace, Options(patience=PATIENCE)), "http://localhost")
    writer = _writer(workspace.home)
    try:
        before = sum(each.matches for each in workspace.store.tournaments())
        for kind, path in dict(pages(36)).items():
            _first(client, kind, path)
        took: dict[str, list[tuple[float, float]]] = {}
        for kind, path in pages(count):
            took.setdefault(kind, []).append(_milliseconds(client, path))
        after = sum(each.matches for each in workspace.store.tournaments())
    finally:
        writer.terminate()
        writer.wait()
    print(f"{'ms: median, p95':>38}   of the processor")
    for kind, times in took.items():
        print(f"{kind:>22} {_summary(times)}")
    print(f"{after:,} matches, {after - before:,} of them written meanwhile, {count} requests")
    everything = [each for times in took.values() for each in times]
    print(f"{'everything':>22} {_summary(everything)}   (targets 100, 300)")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def _writer(home: Path) -> subprocess.Popen[bytes]:
    """Start a tournament of one of the games that are looked at; return when it has begun."""
    command = [sys.executable, "-m", "arena.cli", "--home", str(home), "tournament", GAMES[0],
               "--games", "10000000", "--agent", "random", "--agent", "first_legal"]  # fmt: skip
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ
    )
    time.sleep(12)
    return process


def _first(client: TestClient, kind: str, path: str) -> None:
    """Ask for the first time; print how long it took, and until everything is counted."""
    begun = time.perf_counter()
    took, _ = _milliseconds(client, path)
    while "refresh" in client.get(path).headers:
        time.sleep(0.05)
    whole = 1000 * (time.perf_counter() - begun)
    print(f"first {kind:>16} {took:8.0f} ms, whole after {whole:.0f}", flush=True)


def _milliseconds(client: TestClient, path: str) -> tuple[float, float]:
    """Return how long a request takes, by the clock and by the processor."""
    begun, busy = time.perf_counter(), time.process_time()
    answer = client.get(path)
    took = 1000 * (time.perf_counter() - begun), 1000 * (time.process_time() - busy)
    assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
    return took


def _summary(times: list[tuple[float, float]]) -> str:
    """Return the median and the 95th percentile of both."""
    (median, busy), (p95, most_busy) = np.percentile(np.array(times), [50, 95], axis=0)
    return f"{median:8.0f} {p95:6.0f}   {busy:8.0f} {most_busy:6.0f}"


if __name__ == "__main__":
    main()
