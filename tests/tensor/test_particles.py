"""The worlds of particles against mpe2's: from the same state, the same actions do the same."""

import importlib

import numpy as np
import pytest
import torch
from arena_tensor.family import Tensor

WORLDS = {
    "simple_spread": ("simple_spread_v3", {}),
    "simple_tag": ("simple_tag_v3", {}),
    "simple_adversary": ("simple_adversary_v3", {}),
    "simple_speaker_listener": ("simple_speaker_listener_v4", {}),
}
OTHERS = [
    ("simple_spread", {"N": 5, "local_ratio": 0.2}),
    ("simple_tag", {"num_good": 2, "num_adversaries": 2, "num_obstacles": 1}),
    ("simple_adversary", {"N": 3}),
]
EPISODES, CLOSE = 40, 1e-5


class Pair:
    """A row of a table for each of mpe2's worlds, put into the same state before every step."""

    def __init__(self, name, continuous, crowd, **parameters):
        module = importlib.import_module(f"mpe2.{WORLDS[name][0]}")
        made = [
            module.parallel_env(continuous_actions=continuous, **parameters)
            for _ in range(EPISODES)
        ]
        self.worlds = made
        for seed, world in enumerate(made):
            world.reset(seed=seed)
            for body in inside(world).entities:
                body.state.p_pos *= crowd
        game = Tensor().make(name, continuous_actions=continuous, **parameters)
        self.table = game.table(EPISODES, "cpu")
        self.table.reset(self.table.over(), torch.arange(EPISODES))

    def put(self):
        """Give the table the states of mpe2's worlds."""
        table, worlds = self.table, [inside(world) for world in self.worlds]
        places = [[body.state.p_pos for body in world.entities] for world in worlds]
        speeds = [[agent.state.p_vel for agent in world.agents] for world in worlds]
        table.place = torch.tensor(np.array(places)).permute(1, 2, 0).to(table.place.dtype)
        table.speed = torch.tensor(np.array(speeds)).permute(1, 2, 0).to(table.speed.dtype)
        if hasattr(table, "goal"):
            goals = [world.landmarks.index(goal(world)) for world in worlds]
            table.goal = torch.tensor(goals)
        if hasattr(table, "said"):
            said = np.array([world.agents[0].state.c for world in worlds])
            table.said = torch.tensor(said).t().to(table.said.dtype)

    def same_sight(self, seen):
        """Compare what every seat sees."""
        for seat, agent in enumerate(self.worlds[0].possible_agents):
            theirs = np.array([row[agent] for row in seen])
            mine = self.table.observe(seat)
            assert mine.dtype == torch.float32 and mine.shape == theirs.shape
            np.testing.assert_allclose(mine.numpy(), theirs, atol=CLOSE, rtol=0)

    def step(self, rng):
        """Step both, with a fourth of the walks towards the middle, where bodies meet."""
        names = self.worlds[0].possible_agents
        spaces = [seat.action_space for seat in self.table.spec.seats]
        actions = [self.choose(space, rng) for space in spaces]
        pay = self.table.step([torch.from_numpy(column.copy()) for column in actions])
        told = [
            world.step({name: column[row] for name, column in zip(names, actions)})
            for row, world in enumerate(self.worlds)
        ]
        theirs = np.array([[rewards[name] for name in names] for _, rewards, *_ in told])
        np.testing.assert_allclose(pay.numpy(), theirs, atol=CLOSE, rtol=1e-6)
        self.same_sight([seen for seen, *_ in told])
        return all(cut[names[0]] for *_, cut, _ in told)

    def choose(self, space, rng):
        if hasattr(space, "n"):
            return rng.integers(0, space.n, EPISODES)
        return rng.random((EPISODES, *space.shape)).astype(np.float32)


def inside(world):
    return world.aec_env.unwrapped.world


def goal(world):
    speaker = world.agents[0]
    return speaker.goal_b if hasattr(speaker, "goal_b") else speaker.goal_a


@pytest.mark.parametrize("crowd", [1.0, 0.2])
@pytest.mark.parametrize("continuous", [False, True])
@pytest.mark.parametrize("name, parameters", [*((n, {}) for n in WORLDS), *OTHERS], ids=str)
def test_every_step_is_mpe2s(name, parameters, continuous, crowd):
    pair, rng, cut = Pair(name, continuous, crowd, **parameters), np.random.default_rng(3), []
    for _ in range(25):
        pair.put()
        cut.append(pair.step(rng))
    assert cut == [False] * 24 + [True]
    assert pair.table.spec.max_turns == 25


@pytest.mark.parametrize("name", ["simple_tag", "simple_spread"])
def test_a_free_run_stays_with_mpe2(name):
    """25 steps from one start, never put right: in float64 for tag, whose contacts amplify."""
    pair, rng = Pair(name, True, 0.5), np.random.default_rng(5)
    pair.table.place = pair.table.place.double()
    pair.table.speed = pair.table.speed.double()
    pair.put()
    for _ in range(25):
        pair.step(rng)


def test_spaces_and_roles_are_mpe2s():
    from arena_pettingzoo.families import Mpe2

    for name, (theirs, _) in WORLDS.items():
        for continuous in (False, True):
            mine = Tensor().make(name, continuous_actions=continuous).spec
            other = Mpe2().make(theirs, continuous_actions=continuous).spec
            assert mine.seats == other.seats
            assert mine.kind == other.kind


def test_the_deal_is_uniform_and_its_own():
    table = Tensor().make("simple_spread").table(4000, "cpu")
    table.reset(table.over(), torch.arange(4000))
    flat = table.place.flatten(0, 1)
    assert flat.min() >= -1 and flat.max() <= 1
    # the mean of 4,000 uniform numbers has a standard error of 0.0091: 4.5 of them, 12 times
    assert flat.mean(1).abs().max() < 0.041
    before = table.place.clone()
    half = torch.arange(4000) < 2000
    table.reset(half, torch.arange(4000) + 9000)
    assert torch.equal(table.place[..., 2000:], before[..., 2000:])
    assert not torch.equal(table.place[..., :2000], before[..., :2000])
    goals = Tensor().make("simple_adversary").table(4000, "cpu")
    goals.reset(goals.over(), torch.arange(4000))
    assert abs(goals.goal.double().mean() - 0.5) < 0.036  # 4.5 standard errors


def older_pay(place):
    """Return what each agent is paid in the worlds of Lowe et al.'s time, and how many touch.

    All are paid the sum of what each is: minus the distances of landmarks to their nearest agents,
    and minus one for each agent that it touches, itself among them. `place` is (6, 2, size).
    """
    agents, marks = place[:3].double(), place[3:].double()
    far = (marks[:, None] - agents).square().sum(2).sqrt().amin(1).sum(0)
    apart = (agents[:, None] - agents).square().sum(2).sqrt()
    touching = (apart < 0.3).sum((0, 1))
    return -3.0 * far - touching, touching - 3


def test_returns_of_older_worlds_convert_where_trajectories_are_equal():
    """The sum of returns is (theirs + 75) / 2: arXiv 2006.07869 tells theirs."""
    table = Tensor().make("simple_spread").table(200, "cpu")
    table.reset(table.over(), torch.arange(200))
    table.place[:3] *= 0.3  # so that they meet
    rng, ours, theirs = torch.Generator().manual_seed(0), torch.zeros(200), torch.zeros(200)
    met = 0
    for _ in range(25):
        actions = torch.randint(5, (3, 200), generator=rng)
        ours = ours + table.step(list(actions)).double().sum(1)
        pay, touching = older_pay(table.place)
        theirs, met = theirs + pay, met + int(touching.sum())
    assert met > 100
    torch.testing.assert_close(ours, (theirs + 75.0) / 2.0, atol=1e-4, rtol=0)
