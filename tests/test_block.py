"""A block is the episodes it was made of, whatever was cut from it or joined to it."""

import pickle
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.block import ENDINGS, Block, Logs
from arena.records import Episode, Fault, Match
from arena.results import number_lineups

FAULT = Fault(1, 2, "illegal", "forfeit", "9 is not legal")


def episode(number: int, plain: bool) -> Episode:
    luck = random.Random(number)
    log = [luck.randrange(-1, 300) for _ in range(2 * luck.randrange(4))]
    if not plain and number % 3 == 0:
        log = [0, "e4", 1, 0.5]
    match = Match(number, (luck.randrange(9), luck.randrange(9)), luck.getrandbits(63), -1)
    returns = (luck.random(), -1.0)
    faults = (FAULT,) * (number % 4 == 0)
    columns = {"value": [(0, 0.5)]} if number % 5 == 0 else None
    ending = luck.choice(ENDINGS)
    return Episode(match, returns, ending, len(log) // 2, log, faults, number / 7, 0.25, columns)


EPISODES = st.builds(
    lambda numbers, plain: [episode(n, plain) for n in numbers],
    st.lists(st.integers(0, 10**9 - 1), min_size=1, max_size=20, unique=True),
    st.booleans(),
)


@given(EPISODES, st.data())
def test_rows_come_back(episodes, data):
    block = Block.of(episodes)
    assert Block.of(block) is block
    assert list(block) == episodes
    assert list(pickle.loads(pickle.dumps(block))) == episodes
    assert [block[i] for i in range(-len(block), len(block))] == episodes * 2
    assert list(block[::-1]) == episodes[::-1]
    rows = data.draw(st.lists(st.integers(0, len(episodes) - 1)))
    assert list(block.take(np.array(rows, np.int64))) == [episodes[row] for row in rows]
    mask = np.array([row % 2 == 0 for row in range(len(episodes))])
    assert list(block.take(mask)) == episodes[::2]
    with pytest.raises(IndexError):
        block[len(block)]


@given(st.lists(EPISODES, min_size=1, max_size=3))
def test_blocks_are_joined_in_order(parts):
    joined = Block.join([Block.of(part) for part in parts])
    assert list(joined) == [episode for part in parts for episode in part]


def test_integers_alone_are_one_array():
    assert isinstance(Block.of([episode(1, True), episode(3, True)]).logs, Logs)
    assert isinstance(Block.of([episode(1, False), episode(3, False)]).logs, list)


def test_who_forfeited():
    block = Block.of([episode(3, True), episode(4, True)])
    assert block.forfeited.tolist() == [[False, False], [False, True]]


@given(st.integers(1, 5), st.sampled_from([3, 2**20, 2**31 - 1]), st.integers(0, 2**32 - 1))
def test_lineups_are_numbered_as_they_come(seats, most, seed):
    players = np.random.default_rng(seed).integers(0, most, (30, seats)).astype(np.int32)
    players[10:20] = players[:10]
    lineups = {tuple(players[5].tolist()): 0}
    index = number_lineups(players, lineups)
    assert index.dtype == np.int32
    known = list(lineups)
    assert [known[i] for i in index] == [tuple(row) for row in players.tolist()]
    assert len(set(known)) == len(known)
    assert number_lineups(players, lineups).tolist() == index.tolist()
