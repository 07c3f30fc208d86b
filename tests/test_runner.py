"""The runner: what a match becomes depends on its seeds alone; faults are data."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from gymnasium.spaces import Discrete, MultiBinary
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.agent import Agent
from arena.batch import Moves
from arena.playing import play
from arena.records import Episode, Match, Rules, Seat, Spec
from arena.runner import Runner
from arena.seeds import draw
from arena.slot import whole
from tests.toys import (
    Diary,
    Dice,
    Fails,
    Nim,
    Noted,
    Pennies,
    Says,
    SaysBatch,
    ServerDown,
    Trips,
    Uniform,
    UniformSingly,
    Walk,
    duels,
)  # fmt: skip


def outcome(episodes: list[Episode]) -> list[Episode]:
    """Return the episodes by number, without the times."""
    return [
        e._replace(started=0, seconds=0, faults=tuple(f._replace(traceback="") for f in e.faults))
        for e in sorted(episodes, key=lambda e: e.match.number)
    ]


GAMES = [Nim, Pennies, Dice, lambda: Dice("own")]


@pytest.mark.parametrize("make", GAMES)
@pytest.mark.parametrize("agents", [[Uniform(), Uniform()], [Diary(), Uniform()]])
def test_a_match_does_not_depend_on_how_many_are_in_flight(make, agents) -> None:
    seats = len(make().spec.seats)
    matches = duels(60, seats=seats)
    once = outcome(list(play(make, agents, matches, slots=1)))
    for slots in (7, 256):
        assert outcome(list(play(make, agents, matches, slots=slots))) == once


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(12)), st.integers(1, 20))
def test_a_match_does_not_depend_on_order(order, slots) -> None:
    matches = duels(12)
    agents = [Diary(), Uniform()]
    once = outcome(list(play(Nim, agents, matches)))
    assert outcome(list(play(Nim, agents, [matches[i] for i in order], slots=slots))) == once


def test_one_at_a_time_and_in_batches_are_the_same_policy() -> None:
    single = [UniformSingly(), UniformSingly()]
    batch = outcome(list(play(Nim, [Uniform(), Uniform()], duels(40))))
    assert outcome(list(play(Nim, single, duels(40)))) == batch


def test_two_equal_policies_do_not_play_the_same_game_twice() -> None:
    """The games of a pair share the deal, not the seats' luck."""
    episodes = outcome(list(play(lambda: Nim(40), [Uniform(), Uniform()], duels(40))))
    assert all(a.log != b.log for a, b in zip(episodes[::2], episodes[1::2]))


def test_the_deal_is_shared_by_a_pair_that_swaps_seats() -> None:
    class Stay(Agent):
        def act(self, observation):
            return 0

    episodes = outcome(list(play(Dice, [Stay(), Stay()], duels(40, seats=1))))
    faces = [e.log[1] for e in episodes]
    assert faces[::2] == faces[1::2] and len(set(faces)) == 6


def test_episodes_hold_moves_returns_and_turns() -> None:
    (episode,) = play(lambda: Nim(4), [Says(3), Says(1)], [Match(0, (0, 1), 1, 2)])
    assert episode.log == [0, 3, 1, 1] and episode.moves == [[0, 3], [1, 1]]
    assert episode.returns == (-1.0, 1.0) and episode.ending == "terminal" and episode.turns == 2


def test_seats_that_move_at_once_make_one_turn() -> None:
    (episode,) = play(lambda: Pennies(2), [Says(1), Says(0)], [Match(0, (0, 1), 1, 2)])
    assert episode.log == [0, 1, 1, 0, 0, 1, 1, 0] and episode.turns == 2
    assert episode.returns == (-2.0, 2.0)


def test_chance_is_logged_and_not_counted_as_a_turn() -> None:
    (episode,) = play(Dice, [Says(0)], [Match(0, (0,), 1, 2)])
    assert episode.log[0] == -1 and episode.turns == 1


def test_what_agents_hand_back_is_kept_by_move() -> None:
    (episode,) = play(lambda: Nim(2), [Noted(), Noted()], [Match(0, (0, 1), 1, 2)])
    assert episode.columns == {"saw": [(0, 2), (1, 1)], "turn": [(0, 0), (1, 1)]}


def test_what_seats_that_move_at_once_hand_back_stands_beside_their_moves() -> None:
    class Tells(Says):
        def act_batch(self, batch):
            told = None if self.answer else [seat + 10 * turn for seat, turn in pairs(batch)]
            return Moves.of([self.answer] * len(batch), told=told or [None] * len(batch))

    def pairs(batch):
        return zip(batch.seats, batch.turns)

    swapped = [Match(0, (1, 0), 1, 2)]  # agent 0 is asked first, and is logged second
    (episode,) = play(lambda: Pennies(2), [Tells(0), Tells(0)], swapped)
    assert episode.columns == {"told": [(0, 0), (1, 1), (2, 10), (3, 11)]}
    (episode,) = play(lambda: Pennies(2), [Tells(0), Tells(1)], swapped)
    assert episode.columns == {"told": [(1, 1), (3, 11)]}  # None is nothing


def test_pages_are_recalled_as_columns() -> None:
    seen = []

    class Remembers(Agent):
        def act_batch(self, batch):
            past = batch.recall("past", np.zeros((1, 2), np.int32))
            seen.append(past)
            new = np.array([[seat + 1, 1] for seat in batch.seats], np.int32)
            batch.keep("past", past + new)
            return [legal[0] for legal in batch.legal]

    list(play(lambda: Nim(6), [Remembers()], [Match(n, (0, 0), n, 2) for n in range(3)]))
    assert [past.tolist()[0] for past in seen] == [[0, 0], [0, 0], [1, 1], [2, 1], [2, 2], [4, 2]]
    assert all(past.shape == (3, 2) and past.dtype == np.int32 for past in seen)


def test_a_game_without_end_is_truncated() -> None:
    (episode,) = play(Walk, [Says(np.array([0.5, 0.25]))], [Match(0, (0,), 1, 2)])
    assert (episode.ending, episode.turns, episode.returns) == ("truncated", 5, (3.75,))
    endless = lambda: Walk(None)  # noqa: E731
    (episode,) = play(endless, [Says(np.zeros(2))], [Match(0, (0,), 1, 2)])
    assert (episode.ending, episode.turns) == ("truncated", 10_000)


def test_only_actions_that_are_numbers_are_counted() -> None:
    """A MultiBinary space has an n, and its actions are arrays all the same."""
    seat = Seat(Discrete(1), MultiBinary(3))
    assert whole(Spec("bits", (seat,)), 0) is None
    assert whole(Spec("faces", (Seat(Discrete(1), Discrete(3, start=2)),)), 0) == range(2, 5)


def test_reward_is_all_that_was_paid_since_the_seat_last_acted() -> None:
    seen = []

    class Watch(Agent):
        def act(self, observation):
            seen.append(observation.reward)
            return np.array([0.5, 0.0])

    list(play(lambda: Walk(3), [Watch()], [Match(0, (0,), 1, 2)]))
    assert seen == [0.0, 0.5, 0.5]


WRONG = [
    (7, "illegal"), (2.5, "type"), ("x", "type"), (None, "type"), (True, "illegal"),
    (math.nan, "nan"), (ValueError("no idea"), "exception"),
]  # fmt: skip


@pytest.mark.parametrize("player", [Says, SaysBatch])
@pytest.mark.parametrize(("answer", "kind"), WRONG)
def test_a_wrong_answer_forfeits_and_the_others_play_on(player, answer, kind) -> None:
    answer = 0 if answer is True else answer
    episodes = list(play(Nim, [player(answer), Uniform()], duels(10)))
    assert len(episodes) == 10
    for episode in episodes:
        (fault,) = episode.faults
        offender = episode.match.seats.index(0)
        assert (fault.seat, fault.kind, fault.cost) == (offender, kind, "forfeit")
        assert episode.ending == "forfeit" and episode.returns[offender] == -1.0
        assert episode.returns[1 - offender] == 0.0 and episode.offenders == (offender,)
        assert ("ValueError" in fault.traceback) == (kind == "exception")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (np.array([np.nan, 0]), "nan"), (np.array([2.0, 0]), "illegal"), ("up", "type"),
        (np.zeros(3), "illegal"), (np.array(["a", "b"]), "type"), (None, "type"),
    ],
)  # fmt: skip
def test_a_wrong_array_forfeits(answer, kind) -> None:
    (episode,) = play(Walk, [Says(answer)], [Match(0, (0,), 1, 2)])
    assert [f.kind for f in episode.faults] == [kind] and episode.ending == "forfeit"


@pytest.mark.parametrize("where", ["step", "legal", "observe"])
@pytest.mark.parametrize("agent", [Uniform(), UniformSingly()])
def test_a_game_that_breaks_voids_its_match_alone(where, agent) -> None:
    broken = iter([True] + [False] * 99)

    def make() -> Nim:
        return Fails(where) if next(broken) else Nim()

    class Looks(Agent):
        def act_batch(self, batch):
            batch.data
            return agent.act_batch(batch)

    episodes = outcome(list(play(make, [Looks(), Looks()], duels(8), slots=4)))
    void = [e for e in episodes if e.ending == "void"]
    assert len(episodes) == 8 and len(void) == 1
    (fault,) = void[0].faults
    assert fault.seat is None and fault.kind == "infrastructure"
    assert "the game broke" in fault.message + fault.traceback
    assert all(not e.faults for e in episodes if e.ending != "void")


def test_a_failing_server_voids_and_is_nobodys_loss() -> None:
    episodes = list(play(Nim, [ServerDown(), Uniform()], duels(4)))
    assert {e.ending for e in episodes} == {"void"}
    assert all(e.faults[0].seat is None and not e.offenders for e in episodes)


def test_a_batch_that_raises_is_asked_row_by_row() -> None:
    """Only matches that come to a heap of 3 on the tripping agent's turn are lost to it."""
    matches = duels(60)
    episodes = outcome(list(play(Nim, [Trips(3), Uniform()], matches, slots=60)))
    alone = outcome(list(play(Nim, [Trips(3), Uniform()], matches, slots=1)))
    assert episodes == alone  # memory too is as if the batch had never been asked
    forfeits = [e for e in episodes if e.ending == "forfeit"]
    assert 0 < len(forfeits) < 60
    assert all(f.message == "ValueError: heap 3" for e in forfeits for f in e.faults)


def test_both_who_fail_in_one_turn_forfeit() -> None:
    for agents in ([Says(9), Says(9)], [SaysBatch(9), Says(9)]):
        (episode,) = play(Pennies, agents, [Match(0, (0, 1), 1, 2)])
        assert episode.offenders == (0, 1) and episode.returns == (-3.0, -3.0)


def test_rules_may_replace_a_wrong_move_by_a_random_one() -> None:
    rules = Rules(illegal="random", error="random")
    for answer in (7, ValueError("no")):
        for episode in play(Nim, [Says(answer), Uniform()], duels(10), rules):
            assert episode.ending == "terminal"
            assert {f.cost for f in episode.faults} == {"random"}


def test_rules_may_ask_again() -> None:
    told = []

    class Learns(Agent):
        def act(self, observation):
            told.append(observation.fault)
            return 9 if observation.fault is None else observation.legal[0]

    rules = Rules(illegal="retry:2")
    (episode,) = play(lambda: Nim(1), [Learns(), Uniform()], [Match(0, (0, 1), 1, 2)], rules)
    assert episode.ending == "terminal" and [f.cost for f in episode.faults] == ["retry"]
    assert told == [None, "action 9 is not among the 1 legal ones"]
    (episode,) = play(Nim, [Says(9), Uniform()], [Match(0, (0, 1), 1, 2)], rules)
    assert [f.cost for f in episode.faults] == ["retry", "retry", "forfeit"]


@pytest.mark.parametrize("player", [Says, SaysBatch])
def test_a_clock_overrun_is_a_fault(player) -> None:
    import time

    class Slow(player):
        def act(self, observation):
            time.sleep(0.02)
            return 1

    rules = Rules(move_seconds=0.01)
    (episode,) = play(Nim, [Slow(1), Uniform()], [Match(0, (0, 1), 1, 2)], rules)
    assert [(f.kind, f.cost) for f in episode.faults] == [("clock", "forfeit")]
    rules = replace(rules, overtime="random")
    (episode,) = play(lambda: Nim(3), [Slow(1), Uniform()], [Match(0, (0, 1), 1, 2)], rules)
    assert episode.ending == "terminal" and episode.faults[0].cost == "random"


def test_an_agent_is_asked_once_a_tick_for_all_its_games() -> None:
    sizes = []

    class Counts(Uniform):
        def act_batch(self, batch):
            sizes.append(len(batch))
            return super().act_batch(batch)

    list(
        play(lambda: Pennies(4), [Counts()], [Match(i, (0, 0), i, i) for i in range(16)], slots=16)
    )
    assert sizes == [32] * 4


def test_environments_are_used_again_and_closed() -> None:
    made, closed = [], []

    class Counted(Nim):
        def __init__(self) -> None:
            super().__init__()
            made.append(self)

        def close(self) -> None:
            closed.append(self)

    runner = Runner(Counted, [Uniform(), Uniform()], slots=4)
    assert sum(len(block) for block in runner.blocks(duels(40))) == 40
    runner.close()
    assert len(made) <= 5 and set(map(id, closed)) == set(map(id, made))


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=6), st.floats(0, 1, exclude_max=True))
def test_draw_falls_on_an_outcome_that_can_happen(weights, u) -> None:
    odds = [("never", 0.0), *((i, w / sum(weights)) for i, w in enumerate(weights)), ("no", 0.0)]
    assert isinstance(draw(odds, u), int)
