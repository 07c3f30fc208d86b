"""Ways to step that none of the environments that install shows: eliminations, native parallel."""

from typing import ClassVar

import numpy as np
import pytest
from arena_pettingzoo.adapters import Parallel, TurnBased, adapt
from arena_pettingzoo.catalogue import Facts
from arena_pettingzoo.game import Game
from gymnasium.spaces import Box, Dict, Discrete
from pettingzoo import AECEnv, ParallelEnv
from pettingzoo.utils import AgentSelector
from pettingzoo.utils.conversions import parallel_to_aec_wrapper

import arena
from arena.testing import check_environment

NAMES = ["ant_0", "bee_0", "cat_0"]


class Elimination(AECEnv):
    """In turn, each stays (0, pays 1) or leaves (1, pays 5 and costs the others 1); five rounds."""

    metadata: ClassVar = {"name": "elimination_v0"}

    def __init__(self):
        self.possible_agents = NAMES[:]

    def observation_space(self, agent):
        return Discrete(6)

    def action_space(self, agent):
        return Discrete(2)

    def observe(self, agent):
        return np.array(self.rounds)

    def reset(self, seed=None, options=None):
        self.agents, self.rounds = NAMES[:], 0
        self.rewards = dict.fromkeys(NAMES, 0)
        self._cumulative_rewards = dict.fromkeys(NAMES, 0)
        self.terminations = dict.fromkeys(NAMES, False)
        self.truncations = dict.fromkeys(NAMES, False)
        self.infos = {name: {} for name in NAMES}
        self.order = AgentSelector(NAMES[:])
        self.agent_selection = self.order.next()

    def step(self, action):
        agent = self.agent_selection
        if self.terminations[agent] or self.truncations[agent]:
            return self._was_dead_step(action)
        self._cumulative_rewards[agent] = 0
        self._clear_rewards()
        last = self.order.is_last()
        self.rewards[agent] = 1
        if action == 1:
            self.rewards = {a: 5 if a == agent else -1 for a in self.agents}
            self.terminations[agent] = True
            left = [a for a in self.order.agent_order if a != agent]
            current = self.order._current_agent - (0 if last else 1)
            self.order.reinit(left)
            self.order._current_agent = current if left and current < len(left) else 0
        self.rounds += last
        if self.rounds == 5:
            self.truncations = {a: not self.terminations[a] for a in self.agents}
        if self.order.agent_order:
            self.agent_selection = self.order.next()
        self._accumulate_rewards()
        self._deads_step_first()


class Rooms(ParallelEnv):
    """All at once: each walks on (0), rests (1) or, after its first step, may leave (2, pays 3)."""

    metadata: ClassVar = {"name": "rooms_v0", "is_parallelizable": True}
    render_mode = None

    def __init__(self):
        self.possible_agents = NAMES[:]

    def observation_space(self, agent):
        mask = Box(0, 1, (3,), np.int8)
        return Dict({"observation": Box(0, 9, (3,), np.int64), "action_mask": mask})

    def action_space(self, agent):
        return Discrete(3)

    def _seen(self):
        mask = np.array([1, 1, self.time > 0], np.int8)
        return {a: {"observation": self.steps, "action_mask": mask} for a in self.agents}

    def reset(self, seed=None, options=None):
        self.agents, self.time = NAMES[:], 0
        self.steps = np.random.default_rng(seed).integers(0, 3, 3)
        return self._seen(), {agent: {} for agent in self.agents}

    def step(self, actions):
        assert set(actions) == set(self.agents)
        self.time += 1
        for agent, action in actions.items():
            self.steps[NAMES.index(agent)] += action == 0  # seen is this very array
        pay = {agent: 3.0 if action == 2 else 1.0 for agent, action in actions.items()}
        over = {agent: action == 2 for agent, action in actions.items()}
        cut = dict.fromkeys(actions, self.time == 6)
        seen = self._seen()
        self.agents = [] if self.time == 6 else [a for a in self.agents if not over[a]]
        return seen, pay, over, cut, {agent: {} for agent in actions}


def elimination():
    return adapt("test/elimination_v0", Elimination(), Facts("competitive"), Game())


def rooms():
    return adapt("test/rooms_v0", parallel_to_aec_wrapper(Rooms()), Facts("mixed"), Game())


def test_both_keep_the_contract():
    check_environment(elimination, games=6)
    check_environment(rooms, games=6)


def test_who_is_out_is_not_asked_and_is_still_paid():
    game = elimination()
    assert isinstance(game, TurnBased)
    assert [seat.role for seat in game.spec.seats] == ["ant", "bee", "cat"]
    game.reset(arena.Luck(0))
    asked, paid = [], []
    for action in (0, 1, 0, 0, 0, 1, 0):
        asked.append(game.acting())
        paid.append(game.step({asked[-1][0]: action}))
    assert asked == [(0,), (1,), (2,), (0,), (2,), (0,), (2,)]
    assert paid[:2] == [[1.0, 0.0, 0.0], [-1.0, 5.0, -1.0]]
    assert paid[5] == [5.0, 0.0, -1.0]
    assert game.acting() == (2,) and not game.truncated


@pytest.mark.parametrize("leave, truncated", [(False, True), (True, False)])
def test_an_end_by_the_limit_is_a_truncation(leave, truncated):
    for game in (elimination(), rooms()):
        game.reset(arena.Luck(0))
        turn = 0
        while asked := game.acting():
            out = int(game.spec.seats[0].action_space.n) - 1
            game.step(dict.fromkeys(asked, out if leave and turn > 0 else 0))
            turn += 1
        assert game.truncated == truncated


def test_a_native_parallel_environment():
    game = rooms()
    assert isinstance(game, Parallel) and not game.spec.turn_based
    assert game.spec.seats[0].observation_space == Box(0, 9, (3,), np.int64)
    game.reset(arena.Luck(1))
    assert game.acting() == (0, 1, 2) and game.legal(0) == [0, 1]
    seen = game.observe(0)
    kept = seen.copy()
    assert game.step({0: 0, 1: 1, 2: 1}) == [1.0, 1.0, 1.0]
    assert np.array_equal(seen, kept) and game.observe(0)[0] == kept[0] + 1
    assert game.legal(1) == [0, 1, 2]
    assert game.step({0: 1, 1: 2, 2: 1}) == [1.0, 3.0, 1.0]
    assert game.acting() == (0, 2)
    assert game.step({0: 2, 2: 2}) == [3.0, 0.0, 3.0]
    assert game.acting() == () and not game.truncated
