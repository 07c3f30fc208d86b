"""What the recorder hands out is what happened, however it is cut up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.agent import Agent
from arena.batch import Batch, Moves
from arena.environment import Environment
from arena.errors import ArenaError, Infrastructure
from arena.experience import Experience
from arena.recorder import Recorder
from arena.records import Episode, Match, Seat, Spec
from arena.runner import Runner
from tests.toys import Dice, Fails, Nim, Pennies, Says, Uniform, Walk, duels


class Steers(Agent):
    """Walks by its luck and hands back what it saw as a column."""

    def act_batch(self, batch: Batch) -> Moves:
        actions = [np.full(2, u, np.float32) for u in batch.u.tolist()]
        seen: Any = batch.data
        return Moves.of(actions, seen=seen)


class Uneven(Environment):
    """A seat that sees two numbers and one that sees three say yes or no in turn, twice."""

    spec = Spec(
        "uneven",
        (
            Seat(Box(0, 9, (2,), np.float32), Discrete(2)),
            Seat(Box(0, 9, (3,), np.float32), Discrete(2)),
        ),
        turn_based=True,
    )

    def reset(self, rng: Any) -> None:
        self.moves = 0

    def acting(self) -> tuple[int, ...]:
        return (self.moves % 2,) if self.moves < 4 else ()

    def observe(self, seat: int) -> Any:
        return np.full(2 + seat, self.moves, np.float32)

    def step(self, actions: Any) -> list[float]:
        self.moves += 1
        return [1.0, 10.0]


def record(
    make: Callable[[], Environment],
    matches: list[Match],
    agents: list[Agent] | None = None,
    slots: int = 8,
    every: int | None = None,
    whole: bool = False,
    fields: tuple[str, ...] = ("data",),
    learners: tuple[int, ...] = (0, 1),
) -> tuple[list[Experience], list[Episode], Recorder]:
    """Play, and take experience each time `every` more moves were made."""
    agents = agents or [Uniform(), Uniform()]
    recorder = Recorder(agents, learners, fields)
    taken, episodes, handed = [], [], 0
    for block in Runner(make, agents, slots=slots, recorder=recorder).blocks(matches):
        episodes += block
        if every is not None and recorder.steps - handed >= every:
            taken.append(recorder.take(whole))
            handed = recorder.steps
    return [*taken, recorder.take(whole)], episodes, recorder


def rows(experiences: list[Experience]) -> Iterator[tuple[Any, ...]]:
    """Yield the steps to learn from: (match, seat, turn, action, reward, next, done)."""
    for e in experiences:
        for i in np.flatnonzero(~e.open):
            ahead = e.next[i]
            seen = e.columns["data"][ahead].tolist() if ahead >= 0 else None
            reward = round(float(e.reward[i]), 9)
            where = int(e.match[i]), int(e.seat[i]), int(e.turn[i])
            yield (*where, int(e.action[i]), reward, seen, bool(e.done[i]))


GAMES: dict[str, Callable[[], Environment]] = {"nim": Nim, "pennies": Pennies, "dice": Dice}


@pytest.mark.parametrize("game", GAMES)
@settings(max_examples=15, deadline=None)
@given(slots=st.integers(1, 9), every=st.integers(1, 40), whole=st.booleans())
def test_however_it_is_cut_the_steps_are_the_same(
    game: str, slots: int, every: int, whole: bool
) -> None:
    make = GAMES[game]
    matches = duels(12, seats=len(make().spec.seats))
    (at_once,), episodes, _ = record(make, matches)
    cut, _, _ = record(make, matches, slots=slots, every=every, whole=whole)
    wanted = sorted(rows([at_once]))
    assert sorted(rows(cut)) == wanted
    assert len(wanted) == sum(len([s for s in e.log[::2] if s >= 0]) for e in episodes)


@pytest.mark.parametrize("game", GAMES)
def test_rewards_add_up_to_the_returns(game: str) -> None:
    make = GAMES[game]
    (experience,), episodes, recorder = record(make, duels(10, seats=len(make().spec.seats)))
    by_number = {e.match.number: e for e in episodes}
    for a, b in zip(experience.offsets[:-1], experience.offsets[1:]):
        number, seat = int(experience.match[a]), int(experience.seat[a])
        assert sum(experience.reward[a:b]) == by_number[number].returns[seat]
        assert experience.after[a].tolist() == list(by_number[number].returns)
    assert not experience.open.any()
    assert recorder.steps == sum(e.turns for e in episodes)


def test_a_reward_goes_to_the_move_it_followed() -> None:
    """In Nim the loser is paid -1 for the last of its own moves, after the winner's."""
    (experience,), episodes, _ = record(Nim, duels(1))
    (episode,) = episodes
    winner = episode.returns.index(1.0)
    last = experience.offsets[1:] - 1
    assert experience.reward[last].tolist() == [1.0 if s == winner else -1.0 for s in (0, 1)]
    assert np.count_nonzero(experience.reward) == 2
    assert experience.done.sum() == 2


def test_a_truncated_match_ends_in_an_open_row_with_the_last_position() -> None:
    make, matches = (lambda: Walk(limit=5)), duels(3, seats=1)
    (experience,), _, _ = record(make, matches, [Steers()], fields=())
    assert experience.lengths.tolist() == [6, 6, 6]
    assert experience.open.reshape(3, 6).tolist() == [[False] * 5 + [True]] * 3
    assert not experience.done.any()
    seen, action = experience.columns["seen"].reshape(3, 6, 2), experience.action.reshape(3, 6, 2)
    assert np.allclose(seen[:, -1], np.clip(seen[:, -2] + action[:, -2], -1, 1))
    assert np.allclose(experience.reward.reshape(3, 6)[:, :5], action[:, :5].sum(axis=2))


def test_a_seat_that_is_not_asked_where_the_match_was_cut_has_its_last_move_open() -> None:
    class Short(Nim):
        def __init__(self) -> None:
            super().__init__(heap=40)
            self.spec = Spec("short", self.spec.seats, zero_sum=True, max_turns=3, turn_based=True)

    (experience,), _, _ = record(Short, duels(1))
    seats = {
        int(experience.seat[a]): (a, b) for a, b in zip(experience.offsets, experience.offsets[1:])
    }
    assert experience.turn[slice(*seats[0])].tolist() == [0, 2]
    assert experience.turn[slice(*seats[1])].tolist() == [1, 3]
    assert experience.open[slice(*seats[0])].tolist() == [False, True]
    assert experience.open[slice(*seats[1])].tolist() == [False, True]


def test_a_match_that_goes_on_is_open_and_its_last_row_comes_again() -> None:
    agents = [Uniform(), Uniform()]
    recorder = Recorder(agents, (0, 1), ("data",))
    blocks = Runner(Nim, agents, recorder=recorder).blocks(duels(4))
    for _ in range(3):
        next(blocks)
    first = recorder.take()
    assert first.open.sum() == 8 and np.isnan(first.after).all()
    for _ in blocks:
        pass
    second = recorder.take()
    assert not second.open.any()
    again = set(zip(first.match[first.open], first.seat[first.open], first.turn[first.open]))
    starts = second.offsets[:-1]
    assert again == set(zip(second.match[starts], second.seat[starts], second.turn[starts]))


def test_only_learners_are_recorded_and_everybody_counts() -> None:
    (experience,), episodes, recorder = record(Nim, duels(6), learners=(1,))
    seat_of_1 = {e.match.number: e.match.seats.index(1) for e in episodes}
    assert {(m, s) for m, s in zip(experience.match, experience.seat)} == set(seat_of_1.items())
    assert recorder.steps == sum(e.turns for e in episodes)


def test_fields_are_captured_as_asked() -> None:
    (experience,), _, _ = record(Nim, duels(3), fields=("data", "mask", "legal", "u"))
    assert experience.columns["data"].shape == (len(experience),)
    assert experience.columns["mask"].shape == (len(experience), 4)
    for mask, legal in zip(experience.columns["mask"], experience.columns["legal"]):
        assert np.flatnonzero(mask).tolist() == legal
    assert set(experience.columns) == {"data", "mask", "legal", "u"}


def test_seats_that_see_different_things_come_apart() -> None:
    (experience,), _, _ = record(Uneven, duels(3))
    assert isinstance(experience.columns["data"], list)
    for seat, paid in ((0, [2.0, 2.0]), (1, [20.0, 10.0])):
        part = experience.of_seat(seat)
        assert part.columns["data"].shape == (6, 2 + seat)
        assert part.lengths.tolist() == [2, 2, 2] and (part.seat == seat).all()
        assert part.columns["data"][:2, 0].tolist() == [seat, seat + 2]
        assert part.reward.tolist() == paid * 3


def test_a_fault_of_the_learner_stops_training() -> None:
    with pytest.raises(ArenaError, match=r"the agent that learns failed \(illegal\).*action 7"):
        record(Nim, duels(2), [Says(7), Uniform()], learners=(0,), fields=())


def test_a_fault_of_an_opponent_only_ends_the_match() -> None:
    taken, episodes, _ = record(Nim, duels(4), [Says(7), Uniform()], learners=(1,), fields=())
    assert {e.ending for e in episodes} == {"forfeit"}
    assert len(taken[0]) == 2 and taken[0].reward.tolist() == [0.0, 0.0]


def test_a_failing_game_stops_training() -> None:
    with pytest.raises(Infrastructure, match=r"the environment failed.*the game broke"):
        record(lambda: Fails("step"), duels(2))


def test_columns_that_come_only_sometimes_are_refused() -> None:
    class Moody(Uniform):
        def act_batch(self, batch: Batch) -> Any:
            actions = super().act_batch(batch)
            return Moves.of(actions, mood=actions) if batch.turns[0] % 2 else actions

    with pytest.raises(ArenaError, match="'mood' only sometimes"):
        record(Nim, duels(2), [Moody(), Moody()], fields=())
