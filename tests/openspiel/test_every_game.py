"""Every game that OpenSpiel can load with its defaults is played and played again."""

from __future__ import annotations

import math
import random

import numpy as np
import pyspiel
import pytest
from arena_openspiel.family import OpenSpiel

from arena import CHANCE, Luck, UsageError, play
from arena.seeds import draw

_FAMILY = OpenSpiel()
_NAMES = _FAMILY.names()
_PLAYABLE = [name for name in _NAMES if _FAMILY.describe(name).unsuitable is None]
_LABELS = 20
_SLOWEST = "bridge_uncontested_bidding"
"""Scores ten redeals of each hand by double dummy: three seconds a match."""


def test_the_count_of_games():
    plain = [game.short_name for game in pyspiel.registered_games() if _is_of_cpp(game)]
    assert len(plain) == 126
    assert len([name for name in plain if name in _PLAYABLE]) == 109
    loadable = [game for game in pyspiel.registered_games() if game.default_loadable]
    mean_field = [g for g in loadable if g.dynamics == pyspiel.GameType.Dynamics.MEAN_FIELD]
    assert len([game for game in loadable if _is_of_cpp(game)]) == 109 + len(mean_field)


def _is_of_cpp(game):
    return not game.short_name.startswith("python_") and game.short_name != "chat_game"


@pytest.mark.parametrize("name", [name for name in _PLAYABLE if name != _SLOWEST])
def test_three_random_matches_replay(name, make, random_agent, matches, replay):
    _check_matches(name, 3, make, random_agent, matches, replay)


def test_the_slowest_game_replays(make, random_agent, matches, replay):
    """One match, to save time; three in the test after this one."""
    _check_matches(_SLOWEST, 1, make, random_agent, matches, replay)


@pytest.mark.slow
def test_three_random_matches_of_the_slowest_game_replay(make, random_agent, matches, replay):
    _check_matches(_SLOWEST, 3, make, random_agent, matches, replay)


_AROUND_OTHERS = {
    "add_noise": {"game": "kuhn_poker()", "epsilon": 1.0, "seed": 3},
    "cached_tree": {"game": "leduc_poker()"},
    "coop_to_1p": {"game": "tiny_hanabi()"},
    "misere": {"game": "negotiation()"},
    "normal_form_extensive_game": {"game": "kuhn_poker()"},
    "repeated_game": {"stage_game": "matrix_rps()", "num_repetitions": 20},
    "repeated_poker": {
        "max_num_hands": 3,
        "reset_stacks": True,
        "universal_poker_game_string": "universal_poker()",
    },
    "restricted_nash_response": {"game": "kuhn_poker()"},
    "start_at": {"game": "kuhn_poker()", "history": "0;1"},
    "turn_based_simultaneous_game": {"game": "goofspiel(num_cards=4)"},
    "zerosum": {"game": "bargaining()"},
}


@pytest.mark.parametrize("name", _AROUND_OTHERS)
def test_games_around_other_games_replay(name, make, random_agent, matches, replay):
    def around(_):
        return make(name, **_AROUND_OTHERS[name])

    _check_matches(name, 3, around, random_agent, matches, replay)


def _check_matches(name, count, make, random_agent, matches, replay):
    environment = make(name)
    seats = len(environment.spec.seats)
    agents = [random_agent] * seats
    episodes = list(play(lambda: make(name), agents, matches(count, seats), slots=3))
    assert sorted(episode.match.number for episode in episodes) == list(range(count))
    low, high = environment.spec.returns
    for episode in episodes:
        assert not episode.faults
        assert replay(make(name), episode) == episode.returns
        assert all(low is None or value >= low - 1e-9 for value in episode.returns)
        assert all(high is None or value <= high + 1e-9 for value in episode.returns)
        if environment.spec.kind == "cooperative":
            assert len(set(episode.returns)) == 1


@pytest.mark.parametrize("name", _PLAYABLE)
def test_what_seats_see(name, make):
    """Observations are elements of their space, and do not change when the game goes on."""
    environment = make(name)
    environment.reset(Luck(11))
    described = _FAMILY.describe(name)
    assert described.seats in (None, len(environment.spec.seats))
    if described.kind != environment.spec.kind:  # may turn out zero-sum with its defaults
        assert (described.kind, environment.spec.kind) == ("mixed", "competitive")
    kept = []
    decisions, luck = 0, random.Random(5)
    while decisions < 6 and (asked := environment.acting()):
        if asked == (CHANCE,):
            odds = environment.chance()
            assert math.isclose(sum(p for _, p in odds), 1.0, abs_tol=1e-6)
            environment.step({CHANCE: draw(odds, luck.random())})
            environment.render()
            continue
        decisions += 1
        for seat in asked:
            space = environment.spec.seats[seat]
            seen = environment.observe(seat)
            assert seen in space.observation_space
            assert environment.text(seat).strip()
            kept.append((seen, seen if isinstance(seen, str) else seen.copy()))
            _check_labels(environment, seat)
        environment.step({seat: _first(environment, seat) for seat in asked})
    assert all(np.array_equal(seen, copy) for seen, copy in kept)
    assert environment.render().strip()


def _first(environment, seat):
    legal = environment.legal(seat)
    return legal[0] if legal is not None else environment.spec.seats[seat].action_space.example


def _check_labels(environment, seat):
    action = _first(environment, seat)
    assert action in environment.spec.seats[seat].action_space
    label = environment.label(seat, action)
    legal = environment.legal(seat)
    if legal is not None and len(legal) <= _LABELS:
        assert environment.label(seat, environment.parse(seat, label)) == label
    assert environment.parse(seat, "no such move") is None


@pytest.mark.parametrize("name", sorted(set(_NAMES) - set(_PLAYABLE)))
def test_what_cannot_be_played_says_why(name, make, capfd):
    reason = _FAMILY.describe(name).unsuitable
    needed = [p.name for p in _FAMILY.parameters(name) if p.required]
    assert all(parameter in reason for parameter in needed)
    assert needed or "mean-field" in reason or name == "chat_game"  # breaks its own declaration
    with pytest.raises(UsageError) as caught:
        make(name)
    assert not needed or "needs" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""
