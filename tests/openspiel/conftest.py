"""What the tests of OpenSpiel's games share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from arena_openspiel.family import OpenSpiel

from arena import Agent, Environment, Episode, Luck, Match
from arena.seeds import derive_many


class RandomByLuck(Agent):
    """Plays uniformly at random, by the numbers that belong to the match, seat and turn."""

    def act_batch(self, batch: Any) -> list[Any]:
        return [self._choose(row, u) for row, u in zip(batch, batch.u.tolist())]

    def _choose(self, observation: Any, u: float) -> Any:
        legal = observation.legal
        if legal is not None:
            return legal[int(u * len(legal))]
        observation.action_space.seed(int(u * 2**31))
        return observation.action_space.sample()


class QuickRandom(Agent):
    """The same for games whose actions are all numbers, without a loop over observations."""

    def act_batch(self, batch: Any) -> list[int]:
        return [legal[int(u * len(legal))] for legal, u in zip(batch.legal, batch.u.tolist())]


def paired_matches(count: int, seats: int = 2, seed: int = 7) -> list[Match]:
    numbers = np.arange(count)
    own = derive_many(seed, 1, numbers).tolist()
    deals = derive_many(seed, 2, numbers // 2).tolist()
    return [Match(n, tuple(range(seats)), own[n], deals[n]) for n in range(count)]


def replayed(environment: Environment, episode: Episode) -> tuple[float, ...]:
    """Return what the moves of an episode's log pay when they are played again."""
    moves: Iterator[tuple[int, Any]] = zip(episode.log[::2], episode.log[1::2])
    returns = [0.0] * len(environment.spec.seats)
    environment.reset(Luck(episode.match.deal))
    left = len(episode.log) // 2
    while left:
        asked = environment.acting()
        actions = dict(next(moves) for _ in asked)
        assert tuple(actions) == tuple(asked)
        left -= len(asked)
        for seat, reward in enumerate(environment.step(actions) or ()):
            returns[seat] += reward
    assert bool(environment.acting()) == (episode.ending == "truncated")
    return tuple(returns)


@pytest.fixture(scope="session")
def family() -> OpenSpiel:
    return OpenSpiel()


@pytest.fixture(scope="session")
def make(family: OpenSpiel) -> Callable[..., Environment]:
    return family.make


@pytest.fixture(scope="session")
def random_agent() -> Agent:
    return RandomByLuck()


@pytest.fixture(scope="session")
def quick_random_agent() -> Agent:
    return QuickRandom()


@pytest.fixture(scope="session")
def matches() -> Callable[..., list[Match]]:
    return paired_matches


@pytest.fixture(scope="session")
def replay() -> Callable[[Environment, Episode], tuple[float, ...]]:
    return replayed
