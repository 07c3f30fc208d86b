"""What a store remembers of matches is what it would count anew, while matches are being added."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from arena.block import Block
from arena.history import EntrantRecord, GameRecord, MatchQuery, TournamentRecord
from arena.records import Ref
from arena.results import Results
from arena.standings import cross_table, standings
from arena.store.columns import gather
from arena.store.sql import SqlStore
from arena.store.writing import MANY

GAME = GameRecord("games/tic_tac_toe", "tic_tac_toe", Ref("games/tic_tac_toe"), 2)


def record(names: str, seed: int) -> TournamentRecord:
    entrants = tuple(EntrantRecord(name, name, "random", {"x": ord(name)}) for name in names)
    return TournamentRecord("tournament", GAME, entrants, "round_robin", seed, "{}", {}, seed)


def block(luck: np.random.Generator, numbers: np.ndarray, entrants: int) -> Block:
    rows = len(numbers)
    one = luck.integers(entrants, size=rows)
    other = (one + luck.integers(1, entrants, size=rows)) % entrants
    result = luck.integers(-1, 2, size=rows).astype(float)
    return Block(
        numbers=numbers, players=np.stack([one, other], 1).astype(np.int32),
        returns=np.stack([result, -result], 1), endings=luck.choice([0, 3], rows).astype(np.int8),
        turns=np.full(rows, 5, np.int32), deals=luck.integers(-1, 50, size=rows),
        seeds=numbers, started=np.zeros(rows), seconds=np.zeros(rows), logs=[[0]] * rows,
        faults={},
    )  # fmt: skip


def same(one: Results, other: Results) -> None:
    assert one.entrants == other.entrants and one.lineups == other.lineups
    for name in ("numbers", "lineup", "values", "endings", "deals"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize("size", [3, 400])
def test_what_grew_is_what_is_counted_anew(tmp_path: Path, size: int) -> None:
    # Three matches a block: the small blocks are joined to one meanwhile, as slow games' are.
    url, luck = f"sqlite:///{tmp_path}/arena.db", np.random.default_rng(size)
    growing, writer = SqlStore(url), SqlStore(url)
    first, second = writer.begin(record("abcd", 1)), writer.begin(record("dcbe", 1))
    count = MANY + 6 if size == 3 else 4
    numbers = {first: luck.permutation(count * size), second: luck.permutation(count * size)}
    for i in range(count):
        for each, order in numbers.items():
            writer.add(each, block(luck, order[i * size : (i + 1) * size], 4))
        if i == 1:
            more = [EntrantRecord("f", "f", "random")]
            writer.amend(second, "round_robin", "{}", more)
        if i % 7 and size == 3:
            continue
        fresh = SqlStore(url)
        for each in numbers:
            same(growing.results(each), fresh.results(each))
            assert growing.tournament(each) == fresh.tournament(each)
        joint, anew = growing.results_of(GAME.name), fresh.results_of(GAME.name)
        same(joint, anew)
        assert standings(joint, GAME) == standings(anew, GAME)
        np.testing.assert_array_equal(cross_table(joint, GAME).wins, cross_table(anew, GAME).wins)
        query = MatchQuery(agent="b", opponent="c", result="win", limit=5)
        assert list(growing.matches(query)) == list(fresh.matches(query))
        fresh.close()
    assert "f" in growing.results_of(GAME.name).entrants
    assert len(growing.results(first)) == count * size
    growing.close()
    writer.close()


def test_a_reader_that_sees_less_than_is_remembered_counts_what_it_sees(tmp_path: Path) -> None:
    # Threads share what is remembered, and one may have begun to read before the other.
    store, luck = SqlStore(f"sqlite:///{tmp_path}/arena.db"), np.random.default_rng(0)
    tournament = store.begin(record("ab", 1))
    with store._database.read() as earlier:
        assert earlier is not None
        assert len(gather(earlier, store._shelf, tournament).columns[0]) == 0
        store.add(tournament, block(luck, np.arange(9), 2))
        assert len(store.results(tournament)) == 9
        assert len(gather(earlier, store._shelf, tournament).columns[0]) == 0
    assert len(store.results(tournament)) == 9
    store.close()
