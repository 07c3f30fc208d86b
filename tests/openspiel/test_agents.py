"""OpenSpiel's own search, through the runner."""

from __future__ import annotations

from dataclasses import replace

import pytest
from arena_openspiel.agents import OpenSpielMcts

from arena import BadParameter, Match, Unsuitable, play


def _returns(make, name, agents, matches):
    """Return what the first agent gets from matches in which the seats alternate."""
    games = [Match(m.number, (m.number % 2, 1 - m.number % 2), m.seed, m.deal) for m in matches]
    episodes = list(play(lambda: make(name), agents, games))
    assert not any(episode.faults for episode in episodes)
    return [e.returns[e.match.seats.index(0)] for e in sorted(episodes, key=lambda e: e.match)]


def test_mcts_does_not_lose_to_random(make, random_agent, matches):
    """With 500 simulations it is as good as perfect: at most one of 60 games lost."""
    returns = _returns(make, "tic_tac_toe", [OpenSpielMcts(500), random_agent], matches(60))
    assert sum(value < 0 for value in returns) <= 1 and sum(returns) > 40


def test_matches_do_not_depend_on_how_many_are_in_flight(make, random_agent, matches):
    agents = [OpenSpielMcts(50), random_agent]

    def logs(slots):
        episodes = play(lambda: make("tic_tac_toe"), agents, matches(20), slots=slots)
        return {episode.match.number: episode.log for episode in episodes}

    assert logs(1) == logs(16)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("kuhn_poker", "hides something"),
        ("2048", "before the end"),
        ("matrix_rps", "in turn"),
        ("stones_and_gems", "generator of its own"),
    ],
)
def test_what_it_cannot_play_is_said_before(name, reason, make):
    with pytest.raises(Unsuitable, match=reason):
        OpenSpielMcts().check(make(name).spec)


def test_other_peoples_games_and_wrong_parameters(make):
    spec = replace(make("tic_tac_toe").spec, name="pettingzoo/tictactoe_v3")
    with pytest.raises(Unsuitable, match="not pettingzoo/tictactoe_v3"):
        OpenSpielMcts().check(spec)
    with pytest.raises(BadParameter, match="at least 1"):
        OpenSpielMcts(simulations=0)
