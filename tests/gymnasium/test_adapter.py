"""One seat: totals, endings, masks, words, and the luck of foreign environments."""

import random

import gymnasium
import numpy as np
import pytest
from arena_gymnasium.family import Gymnasium

import arena
from arena.testing import check_environment

FAMILY = Gymnasium()


def play(environment, seed, actions):
    """Play until it is over with `actions(environment)`; return the moves and what was paid."""
    environment.reset(arena.Luck(seed))
    moves, total = [], 0.0
    while environment.acting():
        moves.append(actions(environment))
        total += environment.step({0: moves[-1]})[0]
    return moves, total


def sampled(seed):
    luck = random.Random(seed)

    def act(environment):
        space, legal = environment.spec.seats[0].action_space, environment.legal(0)
        space.seed(luck.randrange(2**31))
        return luck.choice(legal) if legal is not None else space.sample()

    return act


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "name",
    ["Acrobot-v1", "BipedalWalker-v3", "FrozenLake-v1", "Hopper-v5", "Pendulum-v1", "Taxi-v4"],
)
def test_totals_and_endings_are_those_of_a_hand_written_loop(name):
    environment = FAMILY.make(name)
    for seed in (1, 2, 3):
        moves, total = play(environment, seed, sampled(seed))
        library = gymnasium.make(name)
        library.reset(seed=seed)
        reached = 0.0
        for move in moves:
            _, reward, over, cut, _ = library.step(move)
            reached += reward
        assert total == pytest.approx(reached)
        assert over or cut
        assert environment.truncated == (cut and not over)


def test_a_limit_truncates_and_an_end_at_the_limit_does_not():
    pole = FAMILY.make("CartPole-v1", max_episode_steps=5)
    moves, total = play(pole, 1, lambda _: 0)
    assert (len(moves), total, pole.truncated) == (5, 5.0, True)
    fall = len(play(FAMILY.make("CartPole-v1"), 1, lambda _: 0)[0])
    pole = FAMILY.make("CartPole-v1", max_episode_steps=fall)
    play(pole, 1, lambda _: 0)
    assert not pole.truncated


def test_what_has_no_limit_is_cut_by_the_runner():
    class Up(arena.Agent):
        def act(self, observation):
            return 0

    cliff = FAMILY.make("CliffWalking-v1")
    assert cliff.spec.max_turns == 10_000 and FAMILY.make("CartPole-v1").spec.max_turns is None
    episode = next(arena.play(lambda: cliff, [Up()], [arena.Match(0, (0,), 1, 1)]))
    assert (episode.ending, episode.turns, episode.returns) == ("truncated", 10_000, (-10_000.0,))


def test_taxi_says_what_is_legal():
    taxi = FAMILY.make("Taxi-v4")
    taxi.reset(arena.Luck(1))
    row, _, _, _ = taxi.env.unwrapped.decode(taxi.observe(0))
    legal = {taxi.label(0, action) for action in taxi.legal(0)}
    assert ("north" in legal) == (row > 0) and ("south" in legal) == (row < 4)
    assert "drop off" not in legal


def test_what_was_seen_is_never_changed():
    pole = FAMILY.make("CartPole-v1")
    pole.reset(arena.Luck(1))
    seen = pole.observe(0)
    seen += 100.0
    assert abs(pole.observe(0)).max() < 1.0


def test_words_and_drawings():
    lake = FAMILY.make("FrozenLake-v1", is_slippery=False)
    lake.reset(arena.Luck(0))
    assert lake.render().startswith("@FFF\nFHFH\nFFFH\nHFFG")
    lake.step({0: lake.parse(0, "right") or 2})
    assert "S@FF" in lake.text(0) and lake.render().endswith("@ is on F")
    taxi = FAMILY.make("Taxi-v4")
    taxi.reset(arena.Luck(3))
    drawn = taxi.render()
    assert "passenger: " in drawn and "destination: " in drawn and "\x1b" not in drawn
    cards = FAMILY.make("Blackjack-v1")
    cards.reset(arena.Luck(0))
    assert cards.text(0).startswith("your sum is ")
    assert [cards.label(0, action) for action in (0, 1)] == ["stick", "hit"]
    road = FAMILY.make("CarRacing-v3")
    road.reset(arena.Luck(0))
    assert road.text(0) == "uint8 array of shape (96, 96, 3)"


class Drunkard(gymnasium.Env):
    """A foreign environment, that draws from the process-wide generators."""

    action_space = gymnasium.spaces.MultiDiscrete([2, 3])
    observation_space = gymnasium.spaces.Dict(
        {
            "at": gymnasium.spaces.Box(-np.inf, np.inf, (2,), np.float64),
            "lit": gymnasium.spaces.MultiBinary(3),
            "turn": gymnasium.spaces.Tuple([gymnasium.spaces.Discrete(11)]),
        }
    )

    def __init__(self, stride: float = 1.0) -> None:
        self.stride, self.at, self.lit = stride, np.zeros(2), np.zeros(3, np.int8)

    def _seen(self):
        return {"at": self.at, "lit": self.lit, "turn": (self.turn,)}

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.turn = 0
        self.at[:] = self.stride * np.random.normal(size=2)
        return self._seen(), {}

    def step(self, action):
        self.turn += 1
        self.lit[action[1]] ^= 1  # seen is this very array: whoever keeps it must copy it
        self.at += random.random() * self.stride * (action[0] - 0.5)
        return self._seen(), float(self.at.sum()), self.turn == 10, False, {}


def test_foreign_environments_with_luck_of_the_process_are_contained():
    gymnasium.register("arena_test/Drunkard-v0", Drunkard)
    try:
        assert "arena_test/Drunkard-v0" in FAMILY.names()
        assert FAMILY.parameters("arena_test/Drunkard-v0")[0] == arena.Parameter(
            "stride", float, 1.0
        )
        environment = FAMILY.make("arena_test/Drunkard-v0", stride=2.0)
        totals = [play(environment, seed, sampled(0))[1] for seed in (1, 2)]
        random.seed(5)
        np.random.seed(5)
        assert [play(environment, seed, sampled(0))[1] for seed in (1, 2)] == totals
        assert totals[0] != totals[1]
        with pytest.raises(AssertionError, match="replay"):  # it forgets to put out its lights
            check_environment(lambda: FAMILY.make("arena_test/Drunkard-v0"), games=2)
    finally:
        del gymnasium.registry["arena_test/Drunkard-v0"]
