"""Every environment that installs keeps its contract: it plays, replays, and stands apart."""

import pytest
from arena_gymnasium.family import Gymnasium

from arena.testing import check_environment

FAMILY = Gymnasium()
STEPS = {"CarRacing-v3": 6, "CliffWalking-v1": 150, "CliffWalkingSlippery-v1": 150}
PLAYABLE = [name for name in FAMILY.names() if FAMILY.describe(name).unsuitable is None]
SHIPPED = [
    "Acrobot-v1",
    "CartPole-v1",
    "MountainCar-v0",
    "MountainCarContinuous-v0",
    "Pendulum-v1",
    "Blackjack-v1",
    "CliffWalking-v1",
    "CliffWalkingSlippery-v1",
    "FrozenLake-v1",
    "FrozenLake8x8-v1",
    "Taxi-v4",
    "BipedalWalker-v3",
    "BipedalWalkerHardcore-v3",
    "CarRacing-v3",
    "LunarLander-v3",
    "LunarLanderContinuous-v3",
    "Ant-v5",
    "HalfCheetah-v5",
    "Hopper-v5",
    "Humanoid-v5",
    "HumanoidStandup-v5",
    "InvertedDoublePendulum-v5",
    "InvertedPendulum-v5",
    "Pusher-v5",
    "Reacher-v5",
    "Swimmer-v5",
    "Walker2d-v5",
]


def test_classic_control_toy_text_box2d_and_mujoco_can_be_played_with_the_test_extras():
    assert set(SHIPPED) <= set(PLAYABLE)


@pytest.mark.parametrize("name", SHIPPED)
def test_three_random_matches_play_and_replay(name):
    steps = STEPS.get(name, 60)
    check_environment(lambda: FAMILY.make(name, max_episode_steps=steps), games=3, turns=20)


def test_a_walker_does_not_remember_the_match_before():
    """BipedalWalker keeps its physical world over `reset`; half of the later matches differ."""
    check_environment(lambda: FAMILY.make("BipedalWalker-v3"), games=5, turns=60)
