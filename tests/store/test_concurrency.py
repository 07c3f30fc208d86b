"""Several processes and threads use one history at once."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from arena.history import MatchQuery
from arena.store.sql import SqlStore

WRITE = """
import sys
from arena.history import EntrantRecord, GameRecord, TournamentRecord
from arena.records import Episode, Match, Ref
from arena.store.sql import SqlStore
url, seed = sys.argv[1], int(sys.argv[2])
game = GameRecord("x/nim", "nim", Ref("x/nim"), 2, sides=((0,), (1,)))
entrants = tuple(EntrantRecord(name, name, name) for name in "abcd")
store = SqlStore(url)
sys.stdin.read(1)  # all begin together
record = TournamentRecord("tournament", game, entrants, "x", seed, "{}", {}, float(seed))
mine = store.begin(record)
for block in range(20):
    numbers = range(block * 50, block * 50 + 50)
    episodes = [
        Episode(Match(n, (n % 4, (n + block) % 4), seed, n), (1.0, -1.0), "terminal", 1, [0, n],
                (), 0.0, 0.0) for n in numbers
    ]
    store.add(mine, episodes)
    store.add(1, episodes)  # somebody else's, whoever was first
store.set_state(mine, "finished", 1.0)
store.close()
"""


def test_four_processes_make_and_fill_one_history(url):
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE, url, str(seed)], stdin=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
        )
        for seed in range(4)
    ]  # fmt: skip
    reports = [writer.communicate("go")[1] for writer in writers]
    assert reports == [""] * 4
    store = SqlStore(url)
    tournaments = list(store.tournaments())
    assert [(t.id, t.state, t.matches) for t in tournaments] == [
        (i, "finished", 1000) for i in (1, 2, 3, 4)
    ]
    assert {t.record.seed for t in tournaments} == {0, 1, 2, 3}
    for tournament in tournaments:
        assert store.numbers(tournament.id).tolist() == list(range(1000))
        for stored in store.replays(MatchQuery(tournament=tournament.id, limit=60)):
            number, seats = stored.episode.match[:2]
            assert seats == (number % 4, (number + number // 50) % 4)
            assert stored.episode.log == [0, number]
    store.close()


def test_threads_read_while_one_writes(store, make_record, make_episodes):
    tournament = store.begin(make_record())

    def read(_):
        results = store.results(tournament)
        assert results.numbers.tolist() == list(range(len(results)))
        assert len(list(store.matches())) >= len(results)
        return len(results)

    with ThreadPoolExecutor(4) as pool:
        counts = pool.map(read, range(20))
        for begin in range(0, 500, 50):
            store.add(tournament, make_episodes(range(begin, begin + 50)))
        assert all(count % 50 == 0 for count in counts)
