"""Lanes: the same matches as in slots, move for move, and left where something is not ordinary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import cycle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena import lanes
from arena.agent import Agent
from arena.batch import Batch, Moves
from arena.block import Block
from arena.fixtures import Fixtures, Supply
from arena.records import Episode, Match, Rules
from arena.runner import Runner
from arena.slot_runner import SlotRunner
from tests.toys import Diary, Dice, Fails, Nim, Uniform, duels


class After(Agent):
    """Plays uniformly until it is asked at this turn: then it does what is not ordinary."""

    def __init__(self, turn: int, deed: Any) -> None:
        self.turn, self.deed = turn, deed

    def act_batch(self, batch: Batch) -> Any:
        moves = Uniform().act_batch(batch)
        return self.deed(batch, moves, self.turn) if self.turn in batch.turns else moves


def notes(batch: Batch, moves: Sequence[int], at: int) -> Any:
    for page in batch.memory:
        page["seen"] = page.get("seen", 0) + 1
    return moves


def looks(batch: Batch, moves: Sequence[int], at: int) -> Any:
    return [row.legal[int(row.u * len(row.legal))] for row in batch]


def cheats(batch: Batch, moves: Sequence[int], at: int) -> Any:
    return [99 if turn == at else move for turn, move in zip(batch.turns, moves)]


def raises(batch: Batch, moves: Sequence[int], at: int) -> Any:
    raise ValueError("lost my way")


def tells(batch: Batch, moves: Sequence[int], at: int) -> Any:
    return Moves.of(moves, turn=[t if t == at else None for t in batch.turns])


class PaysEarly(Nim):
    """Nim that pays seat 0 a quarter whenever five are left."""

    def step(self, actions: Any) -> Any:
        paid = super().step(actions)
        return (0.25, 0.0) if self.left == 5 else paid


class CutShort(Nim):
    """Nim that says of an even heap's last move that it was cut off."""

    def step(self, actions: Any) -> Any:
        paid = super().step(actions)
        self.truncated = not self.left and sum(actions.values()) == 2
        return paid


class OnlySix(Nim):
    """Nim of at most six turns."""

    def __init__(self) -> None:
        super().__init__()
        self.spec = replace(self.spec, max_turns=6)


def told(blocks: Any) -> list[Episode]:
    """Return the episodes by number, without times and tracebacks."""
    episodes = sorted((e for block in blocks for e in block), key=lambda e: e.match.number)
    return [
        e._replace(started=0, seconds=0, faults=tuple(f._replace(traceback="") for f in e.faults))
        for e in episodes
    ]


def in_slots(make: Any, agents: Any, matches: Any, **rest: Any) -> list[Episode]:
    return told(SlotRunner(make, agents, **rest).blocks(matches))


ORDINARY = [Nim, CutShort, OnlySix, lambda: Nim(90)]


@pytest.mark.parametrize("make", ORDINARY)
@pytest.mark.parametrize("slots", [1, 7, 256])
def test_what_is_ordinary_stays_in_lanes_and_is_the_same_as_in_slots(make, slots) -> None:
    agents, matches = [Uniform(), Uniform()], duels(300)
    runner = Runner(make, agents, slots=slots)
    blocks = list(runner.blocks(matches))
    assert all(isinstance(block, Block) for block in blocks) and not runner._lanes.left
    assert told(blocks) == in_slots(make, agents, matches)
    assert {e.ending for e in told(blocks)} == (
        {"terminal", "truncated"} if make in (CutShort, OnlySix) else {"terminal"}
    )


@pytest.mark.parametrize("deed", [notes, looks, cheats, raises, tells])
@pytest.mark.parametrize("slots", [1, 7, 256])
@pytest.mark.parametrize("rules", [Rules(), Rules(illegal="retry:2", error="random")])
def test_what_an_agent_does_out_of_the_ordinary_is_played_in_slots(deed, slots, rules) -> None:
    agents, matches = [After(3, deed), Uniform()], duels(80)
    runner = Runner(Nim, agents, rules, slots=slots)
    episodes = told(runner.blocks(matches))
    assert runner._lanes.left
    assert episodes == in_slots(Nim, agents, matches, rules=rules, slots=1)


@pytest.mark.parametrize("slots", [1, 7, 256])
@pytest.mark.parametrize(
    "make", [PaysEarly, lambda: Fails("step"), lambda: Fails("legal"), lambda: Fails("observe")]
)
def test_what_a_game_does_out_of_the_ordinary_is_played_in_slots(make, slots) -> None:
    agents, matches = [Uniform(), Diary()], duels(80)
    assert told(Runner(make, agents, slots=slots).blocks(matches)) == in_slots(
        make, agents, matches
    )
    plain = [Uniform(), Uniform()]
    runner = Runner(make, plain, slots=slots)
    assert told(runner.blocks(matches)) == in_slots(make, plain, matches)


def test_where_there_is_no_room_for_long_matches_they_go_on_in_slots(monkeypatch) -> None:
    monkeypatch.setattr(lanes, "_LARGE", 1000)
    agents, matches = [Uniform(), Uniform()], duels(80)
    runner = Runner(lambda: Nim(90), agents, slots=7)
    assert told(runner.blocks(matches)) == in_slots(lambda: Nim(90), agents, matches)
    assert runner._lanes.left


def test_an_opening_in_the_middle_ends_the_lanes() -> None:
    matches = [m._replace(opening=2 if m.number >= 40 else 0) for m in duels(80)]
    agents = [Uniform(), Uniform()]
    runner = Runner(Nim, agents, slots=7)
    assert told(runner.blocks(matches)) == in_slots(Nim, agents, matches)
    assert runner._lanes.left


def test_games_of_matches_that_are_abandoned_are_used_again() -> None:
    made: list[Nim] = []

    def make() -> Nim:
        made.append(Nim())
        return made[-1]

    runner = Runner(make, [Uniform(), Uniform()], slots=8)
    for _ in range(5):
        next(iter(runner.blocks(duels(500))))
        runner.abandon()
    assert len(runner.spare) == len(set(map(id, runner.spare))) == len(made) <= 9


DEEDS = [None, notes, looks, cheats, raises, tells]
MAKES = [
    *ORDINARY, PaysEarly, Dice, lambda: Fails("step"), lambda: Fails("legal"),
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    make=st.sampled_from(MAKES),
    deeds=st.tuples(*[st.tuples(st.sampled_from(DEEDS), st.integers(0, 9))] * 2),
    rules=st.sampled_from([Rules(), Rules(illegal="random", error="retry:1")]),
    slots=st.integers(1, 40),
    stops=st.lists(st.integers(1, 60), max_size=3),
)
def test_whatever_happens_and_wherever_it_is_interrupted_a_match_is_as_played_alone(
    make, deeds, rules, slots, stops
) -> None:
    agents = [Uniform() if deed is None else After(turn, deed) for deed, turn in deeds]
    matches = duels(60, seats=len(make().spec.seats))
    runner, done = Runner(make, agents, rules, slots=slots), {}
    for stop in [*sorted(stops), len(matches)]:
        for block in runner.blocks([m for m in matches if m.number not in done]):
            assert not done.keys() & {e.match.number for e in block}
            done |= {episode.match.number: episode for episode in block}
            if len(done) >= stop:
                break
        runner.abandon()
    assert told([done.values()]) == in_slots(make, agents, matches, rules=rules, slots=1)


class Arriving:
    """Matches in columns, some at a time; where it says None there are none for now."""

    def __init__(self, parts: list[Fixtures | None]) -> None:
        self.parts = parts

    def fixtures(self) -> Iterator[Fixtures]:
        return self

    def __next__(self) -> Fixtures:
        part = self.parts.pop(0) if self.parts else None
        if part is None:
            raise StopIteration
        return part


@settings(max_examples=50, deadline=None)
@given(
    sizes=st.lists(st.none() | st.integers(0, 9), max_size=9),
    counts=st.lists(st.integers(1, 12), min_size=1),
)
def test_a_supply_gives_each_match_once_and_goes_on_after_it_was_dry(sizes, counts) -> None:
    matches, parts, begin = duels(99), [], 0
    columns = Fixtures.of(matches)
    for size in sizes:
        parts.append(None if size is None else columns.take(slice(begin, begin + size)))
        begin += size or 0
    supply = Supply(Arriving(parts))
    given_: list[Match] = []
    for turn, count in zip(range(begin + len(sizes)), cycle(counts)):
        if turn % 2:
            given_ += supply.matches(count)
        elif (some := supply.take(count)) is not None:
            assert 0 < len(some.numbers) <= count
            given_ += some.matches()
    assert given_ == matches[:begin]


def test_a_supply_of_single_matches_gives_as_many_as_are_asked_for() -> None:
    matches = duels(20)
    supply = Supply(matches)
    taken = supply.take(7)
    assert [*taken.matches(), *supply.matches(3), *supply.take(99).matches()] == matches
    assert supply.take(1) is None and supply.matches(1) == []
