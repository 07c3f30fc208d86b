"""What the history costs: `python tests/benchmarks/store.py [--matches N] [--store URL]`.

Stores N (a million) games of tic-tac-toe among 100 entrants, reads them in every way, and prints
what each took. The yardstick is sqlite3's own `executemany` of rows that are made already: nothing
that keeps a match as a row can be quicker.
"""

from __future__ import annotations

import argparse
import random
import resource
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from arena.history import EntrantRecord, GameRecord, MatchQuery, TournamentRecord
from arena.records import Episode, Match, Ref
from arena.roles import Store
from arena.store.sql import SqlStore

ENTRANTS, BLOCK = 100, 1000
GAME = GameRecord(
    "openspiel/tic_tac_toe", "tic_tac_toe", Ref("openspiel/tic_tac_toe"), 2, "competitive",
    True, ((0,), (1,)), (-1.0, 1.0),
)  # fmt: skip
QUERIES = {
    "newest 20": MatchQuery(limit=20),
    "a page in the middle": MatchQuery(before=1_000_500_000, limit=20),
    "one entrant's": MatchQuery(agent="e42", limit=20),
    "one entrant's losses": MatchQuery(agent="e42", result="loss", limit=20),
    "draws": MatchQuery(result="draw", limit=20),
    "with faults (none)": MatchQuery(faults=True, limit=20),
    "void (none)": MatchQuery(ending="void", limit=20),
    "truncated (none)": MatchQuery(ending="truncated", limit=20),
}


def blocks(count: int) -> Iterator[list[Episode]]:
    """Yield blocks of episodes: 9 moves, any two of the entrants."""
    luck = random.Random(1)
    for begin in range(0, count, BLOCK):
        yield [_episode(number, luck) for number in range(begin, min(count, begin + BLOCK))]


def _episode(number: int, luck: random.Random) -> Episode:
    cells = luck.sample(range(9), 9)
    log = [x for turn, cell in enumerate(cells) for x in (turn % 2, cell)]
    seats = tuple(luck.sample(range(ENTRANTS), 2))
    returns = luck.choice([(1.0, -1.0), (-1.0, 1.0), (0.0, 0.0)])
    match = Match(number, seats, luck.getrandbits(63), luck.getrandbits(63))
    return Episode(match, returns, "terminal", 9, log, (), 1.7e9 + number, 0.001)


def begin(store: Store) -> int:
    """Begin a tournament of all the entrants."""
    entrants = tuple(EntrantRecord(f"e{i}", f"a{i}", f"a{i}") for i in range(ENTRANTS))
    record = TournamentRecord("tournament", GAME, entrants, "round_robin", 7, "{}", {}, time.time())
    return store.begin(record)


def fill(store: Store, tournament: int, count: int) -> float:
    """Store matches; return the CPU seconds it took."""
    spent = 0.0
    for block in blocks(count):
        start = time.process_time()
        store.add(tournament, block)
        spent += time.process_time() - start
    return spent


def bare(folder: Path, count: int) -> float:
    """Return the CPU seconds that sqlite3 takes for such rows, all columns, blobs made already."""
    database = sqlite3.connect(folder / "bare.db", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    names = ", ".join(f"c{i}" for i in range(11))
    database.execute(f"CREATE TABLE bare (id INTEGER PRIMARY KEY, {names})")
    insert = f"INSERT INTO bare VALUES ({', '.join('?' * 12)})"
    spent = 0.0
    for block in blocks(count):
        rows = [
            (e.match.number, 1, e.match.seed, e.match.deal, 0, 9, bytes(16), 1, 0, bytes(19),
             e.started, e.seconds) for e in block
        ]  # fmt: skip
        start = time.process_time()
        database.execute("BEGIN IMMEDIATE")
        database.executemany(insert, rows)
        database.execute("COMMIT")
        spent += time.process_time() - start
    database.close()
    return spent


def timed(name: str, call: Callable[[], object]) -> None:
    """Print how long a call takes."""
    start = time.perf_counter()
    call()
    print(f"{name:32} {time.perf_counter() - start:9.4f} s")


def count(rows: Iterator[object]) -> int:
    """Return how many there are, keeping none."""
    return sum(1 for _ in rows)


def main() -> None:
    """Run everything once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--matches", type=int, default=1_000_000)
    parser.add_argument("--store")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = SqlStore(given.store or f"sqlite:///{folder}/history.db")
        tournament = begin(store)
        each = fill(store, tournament, given.matches) / given.matches * 1e6
        yardstick = bare(folder, min(given.matches, 200_000)) / min(given.matches, 200_000) * 1e6
        print(f"Store.add {each:.2f} us an episode; bare executemany {yardstick:.2f} us a row")
        if not given.store:
            print(f"{(folder / 'history.db').stat().st_size / given.matches:.0f} bytes a match")
        timed("numbers", lambda: store.numbers(tournament))
        timed("results of the tournament", lambda: store.results(tournament))
        timed("results of the environment", lambda: store.results_of("tic_tac_toe"))
        for title, query in QUERIES.items():
            timed(title, lambda query=query: list(store.matches(query)))
        timed("all matches, streamed", lambda: count(store.matches()))
        timed("all with moves, streamed", lambda: count(store.replays()))
        store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"at most {peak} MB of memory")


if __name__ == "__main__":
    main()
