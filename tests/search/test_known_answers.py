"""Search against game theory: exact shares in tic_tac_toe, and cards that are never seen."""

from __future__ import annotations

import math

import pytest
from arena_search.mcts import Mcts
from arena_search.minimax import Minimax
from arena_search.simple import Random

from arena import Agent, Environment, Episode, Match, play
from arena.lookup import environment_maker
from arena.plugins import registry_of
from arena.records import Ref
from arena.seeds import derive


def maker(name: str):
    return environment_maker(registry_of(()), Ref(name))[0]


def matches(count: int, seats: tuple[int, ...], seed: int = 11) -> list[Match]:
    return [Match(n, seats, derive(seed, 1, n), derive(seed, 2, n)) for n in range(count)]


def shares(episodes: list[Episode]) -> tuple[float, float, float]:
    """Return the shares of wins of seat 0, draws, and wins of seat 1."""
    values = [episode.returns[0] for episode in episodes]
    return tuple(values.count(v) / len(values) for v in (1.0, 0.0, -1.0))


def played(name: str, agents: list[Agent], games: list[Match]) -> list[Episode]:
    episodes = list(play(maker(name), agents, games))
    assert not any(episode.faults for episode in episodes)
    return episodes


def assert_shares(found, exact, games: int) -> None:
    """Each within four standard errors: a right program fails 1 time in 5,000."""
    for share, probability in zip(found, exact):
        error = math.sqrt(probability * (1 - probability) / games)
        assert abs(share - probability) <= 4 * error, (found, exact)


GAMES = 10_000
OPTIMAL_X = (75257 / 77760, 2503 / 77760, 0.0)
OPTIMAL_O = (0.0, 757 / 3402, 2645 / 3402)


def test_minimax_against_random_is_exact_in_both_seats() -> None:
    """X and O uniform over their optimal moves, against uniform random (enumeration)."""
    agents = [Minimax(), Random()]
    x = shares(played("tic_tac_toe", agents, matches(GAMES, (0, 1))))
    assert_shares(x, OPTIMAL_X, GAMES)
    o = shares(played("tic_tac_toe", agents, matches(GAMES, (1, 0))))
    assert_shares(o, OPTIMAL_O, GAMES)
    assert x[2] == 0.0 and o[0] == 0.0  # it never loses


def test_minimax_draws_with_itself() -> None:
    assert shares(played("tic_tac_toe", [Minimax()], matches(200, (0, 0)))) == (0.0, 1.0, 0.0)


@pytest.mark.slow
def test_mcts_with_1000_simulations_hardly_ever_loses_to_minimax() -> None:
    agents = [Mcts(simulations=1000), Minimax()]
    first = played("tic_tac_toe", agents, matches(100, (0, 1)))
    second = played("tic_tac_toe", agents, matches(100, (1, 0)))
    lost = sum(e.returns[0] < 0 for e in first) + sum(e.returns[1] < 0 for e in second)
    assert lost <= 1


@pytest.mark.parametrize(("name", "games"), [("kuhn_poker", 600), ("leduc_poker", 300)])
def test_mcts_beats_random_in_imagined_worlds(name, games) -> None:
    """Mean return over both seats above nought by 2.3 standard errors (fixed seeds)."""
    agents = [Mcts(simulations=60), Random()]
    won = [e.returns[0] for e in played(name, agents, matches(games // 2, (0, 1)))]
    won += [e.returns[1] for e in played(name, agents, matches(games // 2, (1, 0)))]
    mean = sum(won) / games
    error = math.sqrt(sum((value - mean) ** 2 for value in won) / games / (games - 1))
    assert mean > 2.3 * error, (mean, error)


class Scripted(Environment):
    """Kuhn poker whose cards are dealt by hand: what nature does is given, not drawn."""

    def __init__(self, cards: tuple[int, int]) -> None:
        self.inner, self.cards = maker("kuhn_poker")(), cards
        self.spec = self.inner.spec

    def reset(self, rng) -> None:
        self.inner.reset(rng)
        for card in self.cards:
            self.inner.step({-1: card})

    def __getattr__(self, name: str):
        return getattr(self.inner, name)

    def acting(self):
        return self.inner.acting()

    def observe(self, seat):
        return self.inner.observe(seat)

    def legal(self, seat):
        return self.inner.legal(seat)

    def imagine(self, seat, rng):
        return self.inner.imagine(seat, rng)

    def step(self, actions):
        return self.inner.step(actions)


@pytest.mark.parametrize("held", [0, 1, 2])
def test_mcts_cannot_see_the_hidden_card(held) -> None:
    """With the same card in hand and the same luck, the other's card changes no first move."""
    one, other = (card for card in range(3) if card != held)
    moves = []
    for hidden in (one, other):
        episodes = play(lambda: Scripted((held, hidden)), [Mcts(simulations=50), Random()],
                        matches(60, (0, 1)))  # fmt: skip
        moves.append([e.log[1] for e in sorted(episodes, key=lambda e: e.match.number)])
    assert moves[0] == moves[1] and len(moves[0]) == 60


def test_mcts_tells_what_it_found() -> None:
    """The shares of its tries, the most of which went to what it played; a win that it saw is 1."""
    (episode,) = played("tic_tac_toe", [Mcts(simulations=60), Random()], matches(1, (0, 1)))
    assert episode.returns[0] == 1.0 and episode.columns is not None
    policies, values = episode.columns["policy"], episode.columns["value"]
    assert [index for index, _ in policies] == [index for index, _ in values]
    for left, (_, shares_) in zip((9, 7, 5, 3), policies):
        assert len(shares_) == left and sum(shares_) == pytest.approx(1.0, abs=0.001)
    assert all(-1.0 <= value <= 1.0 for _, value in values) and values[-1][1] == 1.0
