"""Random play against random play has the shares that are known.

tic_tac_toe by enumeration of all games; connect_four as measured with OpenSpiel's own loop over
60,000 games. Shares are within 4 standard errors: one false alarm in 16,000, were seeds not fixed.
"""

from __future__ import annotations

from collections import Counter

import pytest

from arena import play

TIC_TAC_TOE = {1.0: 737 / 1260, 0.0: 8 / 63, -1.0: 121 / 420}
CONNECT_FOUR = {1.0: 0.558, 0.0: 0.003, -1.0: 0.439}
CONNECT_FOUR_ERROR = 0.002
CONNECT_FOUR_PLIES = 21.35


def _play(make, agent, matches, name, games):
    return list(play(lambda: make(name), [agent, agent], matches(games)))


def _check_tic_tac_toe(episodes):
    shares = Counter(episode.returns[0] for episode in episodes)
    for value, share in TIC_TAC_TOE.items():
        error = (share * (1 - share) / len(episodes)) ** 0.5
        assert abs(shares[value] / len(episodes) - share) < 4 * error


def test_tic_tac_toe(make, quick_random_agent, matches):
    _check_tic_tac_toe(_play(make, quick_random_agent, matches, "tic_tac_toe", 40_000))


@pytest.mark.slow
def test_tic_tac_toe_over_200_000_games(make, quick_random_agent, matches):
    _check_tic_tac_toe(_play(make, quick_random_agent, matches, "tic_tac_toe", 200_000))


def test_connect_four(make, quick_random_agent, matches):
    games = 10_000
    episodes = _play(make, quick_random_agent, matches, "connect_four", games)
    shares = Counter(episode.returns[0] for episode in episodes)
    for value, share in CONNECT_FOUR.items():
        error = (share * (1 - share) / games + CONNECT_FOUR_ERROR**2) ** 0.5
        assert abs(shares[value] / games - share) < 4 * error
    plies = [episode.turns for episode in episodes]
    assert abs(sum(plies) / games - CONNECT_FOUR_PLIES) < 4 * 8 / games**0.5  # s.d. below 8
