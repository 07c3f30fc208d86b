"""A seat as a gymnasium environment: it is one, it plays by the rules, and it can be taken up."""

from __future__ import annotations

import warnings
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from hypothesis import given, settings
from hypothesis import strategies as st

import arena
from arena import SeatEnv, gymnasium_env
from tests.toys import Dice, Nim, Pennies, Says, ServerDown, Uniform, Walk


def play(env: SeatEnv, actions: Any, **reset: Any) -> tuple[float, bool, bool]:
    """Play a match by a function of the environment; return what was paid, and how it ended."""
    env.reset(**reset)
    total = 0.0
    while True:
        _, reward, over, cut, _ = env.step(actions(env))
        total += reward
        if over or cut:
            return total, over, cut


def anything(seed: int) -> Any:
    rng = np.random.default_rng(seed)

    def act(env: SeatEnv) -> int:
        return int(rng.choice(np.flatnonzero(env.action_masks())))

    return act


@pytest.mark.parametrize(
    ("name", "opponents", "seat"),
    [
        ("tic_tac_toe", ["random"], None),
        ("leduc_poker", ["mcts:simulations=5"], 1),
        ("matching_pennies_3p", ["random", "first_legal"], 2),
        ("pettingzoo/tictactoe_v3", ["minimax"], None),
        ("mpe2/simple_spread_v3", ["random"], 0),
        ("gymnasium/CartPole-v1", [], 0),
        ("gymnasium/Blackjack-v1", [], 0),
        ("gymnasium/Pendulum-v1", [], 0),
    ],
)
def test_gymnasiums_own_checker_accepts_it(
    name: str, opponents: list[str], seat: int | None
) -> None:
    env = gymnasium_env(name, opponents, seat)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check_env(env, skip_render_check=True)


def test_a_gymnasium_environment_comes_out_as_it_went_in() -> None:
    """The same actions on the same seed: the same observations, rewards and end."""
    env, bare = gymnasium_env("gymnasium/CartPole-v1"), gymnasium.make("CartPole-v1")
    seen, _ = env.reset(seed=3)
    deal = arena.derive(3, "deal", 0)
    expected, _ = bare.reset(seed=deal % 2**31)
    for turn in range(500):
        assert (seen == expected).all()
        seen, *ours = env.step(turn % 2)
        expected, *theirs = bare.step(turn % 2)
        assert ours[:3] == theirs[:3]
        if ours[1] or ours[2]:
            return
    raise AssertionError("it did not end")


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([None, 0, 1]))
def test_what_is_paid_sums_to_the_return_of_the_same_match(seed: int, seat: int | None) -> None:
    """The runner, given the learner's moves, plays the same match to the same returns."""
    env = SeatEnv(lambda: Nim(9), [Uniform()], seat, seed)
    for number in range(3):
        total, over, _ = play(env, anything(seed + number))
        moves, held = iter(env.actions), env.seat

        class Follows(arena.Agent):
            def act(self, observation: Any) -> Any:
                return next(moves)

        players = [0, 0]
        players[held] = 1
        match = arena.Match(
            number, tuple(players), arena.derive(seed, "seat", number),
            arena.derive(seed, "deal", number),
        )  # fmt: skip
        (episode,) = arena.play(lambda: Nim(9), [Uniform(), Follows()], [match])
        assert over and total == episode.returns[held] and next(moves, None) is None
        assert held == (number % 2 if seat is None else seat)


def test_chance_moves_between_turns_and_seats_move_at_once() -> None:
    env = SeatEnv(Dice, seed=4)
    faces = {env.reset()[0] for _ in range(40)}
    assert faces == set(range(1, 7))
    face, _ = env.reset(seed=1)
    assert env.step(0)[1:4] == (float(face), True, False)
    pennies = SeatEnv(Pennies, [Says(1)], seat=1)
    assert play(pennies, lambda _: 0) == (3.0, True, False)
    assert play(pennies, lambda _: 1) == (-3.0, True, False)


def test_a_limit_cuts_a_match_off() -> None:
    env = SeatEnv(Walk)
    total, over, cut = play(env, lambda _: np.ones(2, np.float32))
    assert (total, over, cut) == (10.0, False, True)


def test_masks_say_what_is_legal() -> None:
    env = SeatEnv(lambda: Nim(2), [Uniform()])
    _, info = env.reset()
    assert info["action_mask"].tolist() == [0, 1, 1, 0] and info["action_mask"].dtype == np.int8
    assert env.action_masks().tolist() == [False, True, True, False]


@pytest.mark.parametrize("number", [0, 3, None, "1", 1.5, np.int64(7)])
def test_an_illegal_action_costs_what_was_said(number: Any) -> None:
    env = SeatEnv(lambda: Nim(1), [Uniform()])
    env.reset()
    _, reward, over, cut, info = env.step(number)
    assert (reward, over, cut) == (-1.0, True, False) and info["fault"]
    env = SeatEnv(lambda: Nim(1), [Uniform()], illegal="random")
    env.reset()
    assert env.step(0)[1:4] == (1.0, True, False)  # 1 is all that can be taken, and wins
    env = SeatEnv(lambda: Nim(1), [Uniform()], illegal="raise")
    env.reset()
    with pytest.raises(arena.ArenaError, match="nim: action 0 is not among the 1 legal ones"):
        env.step(0)


@pytest.mark.parametrize("name", ["tic_tac_toe", "leduc_poker", "gymnasium/LunarLander-v3"])
def test_a_match_can_be_taken_up_where_it_was(name: str) -> None:
    opponents = [] if name.startswith("gymnasium") else ["mcts:simulations=10", "random"]
    seat = 0 if name.startswith("gymnasium") else None
    first = gymnasium_env(name, opponents, seat, seed=7)
    again = gymnasium_env(name, opponents, seat, seed=1)
    act = anything(0)
    for _ in range(4):
        first.reset()
    for _ in range(2):
        step = first.step(act(first))
    seen, _ = again.reset(seed=7, options={"match": first.match})
    for action in list(first.actions):
        seen, *rest = again.step(action)
    assert (seen == step[0]).all() and rest[:3] == list(step[1:4])
    assert again.seat == first.seat and (again.action_masks() == first.action_masks()).all()


def test_opponents_are_drawn_anew_for_each_match_and_seat() -> None:
    pennies = SeatEnv(lambda: Pennies(1), [Says(0), Says(1)], seat=0, seed=5)
    paid = [play(pennies, lambda _: 0)[0] for _ in range(200)]
    assert 70 < paid.count(1.0) < 130  # 100, with a standard deviation of 7
    assert [play(pennies, lambda _: 0, seed=5)[0] for _ in range(3)] == [paid[0]] * 3


@pytest.mark.parametrize(
    ("opponent", "error", "text"),
    [
        (Says(9), arena.ArenaError, "opponent Says in nim: action 9 is not among"),
        (Says(ValueError("lost")), arena.ArenaError, "ValueError: lost"),
        (ServerDown(), arena.Infrastructure, "no answer from the server"),
    ],
)
def test_an_opponent_that_fails_is_named(opponent: Any, error: Any, text: str) -> None:
    env = SeatEnv(Nim, [opponent], seat=1)
    with pytest.raises(error, match=text):
        env.reset()


def test_a_seat_that_is_never_asked_is_no_environment() -> None:
    with pytest.raises(arena.ArenaError, match="seat 1 was asked nothing in 1000 matches"):
        SeatEnv(lambda: Nim(3), [Says(3)], seat=1).reset()


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"seat": 2}, "seat=2: nim has seats 0 to 1"),
        ({"opponents": []}, "nim has 2 seats: name opponents"),
        ({"illegal": "ignore"}, "illegal='ignore' is not forfeit, random, raise"),
    ],
)
def test_what_cannot_be_is_told(given: dict[str, Any], text: str) -> None:
    with pytest.raises(arena.BadParameter, match=text):
        SeatEnv(Nim, **{"opponents": [Uniform()], **given})


def test_seats_that_differ_are_not_held_in_turn() -> None:
    with pytest.raises(arena.Unsuitable, match="differ in their spaces: name one of them"):
        gymnasium_env("mpe2/simple_tag_v3", ["random"], seat=None)


def test_names_are_looked_up_as_on_the_command_line() -> None:
    with pytest.raises(arena.UnknownName, match="no agent 'randon'; did you mean 'random'"):
        gymnasium_env("tic_tac_toe", ["randon"])
    with pytest.raises(arena.Unsuitable, match="agent 'minimax' does not suit"):
        gymnasium_env("kuhn_poker", ["minimax"])
