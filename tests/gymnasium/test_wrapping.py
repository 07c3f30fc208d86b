"""Wrappers by parameter do what they say, the same for every seed, and are refused where wrong."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import gymnasium
import numpy as np
import pytest
from arena_gymnasium.family import Gymnasium

import arena
from arena.lookup import environment_maker
from arena.plugins import registry_of
from arena.specs import parse
from arena.testing import check_environment

FAMILY = Gymnasium()


def made(spec: str) -> Any:
    return environment_maker(registry_of(()), parse(f"gymnasium/{spec}"))[0]()


def rewards(environment: Any, seed: int, actions: Any) -> list[float]:
    environment.reset(arena.Luck(seed))
    return [environment.step({0: action})[0] for action in actions]


def test_observations_are_rescaled_where_they_have_bounds() -> None:
    plain, scaled = made("CartPole-v1"), made("CartPole-v1:rescale=true")
    space = scaled.spec.seats[0].observation_space
    assert space.low.tolist() == [-1, -np.inf, -1, -np.inf]
    for environment in (plain, scaled):
        environment.reset(arena.Luck(5))
        environment.step({0: 1})
    bounds = plain.spec.seats[0].observation_space.high
    expected = plain.observe(0) / np.where(np.isfinite(bounds), bounds, 1.0)  # bounds are +-high
    np.testing.assert_allclose(scaled.observe(0), expected, rtol=1e-6)


def test_pictures_are_rescaled_to_floats() -> None:
    road = made("CarRacing-v3:rescale=true")
    road.reset(arena.Luck(0))
    seen = road.observe(0)
    assert seen.dtype == np.float32 and -1 <= seen.min() < -0.3 and 0.3 < seen.max() <= 1


def test_frames_are_stacked_the_newest_last() -> None:
    plain, stacked = made("Pendulum-v1"), made("Pendulum-v1:frames=3")
    past = []
    for environment in (plain, stacked):
        environment.reset(arena.Luck(5))
    past += [plain.observe(0)] * 3
    for turn in range(4):
        assert (stacked.observe(0) == past[-3:]).all()
        for environment in (plain, stacked):
            environment.step({0: np.float32([turn - 1])})
        past.append(plain.observe(0))


def test_rewards_are_scaled_and_then_clipped() -> None:
    actions = [np.float32([2.0])] * 20
    plain = np.array(rewards(made("Pendulum-v1"), 3, actions))
    scaled = rewards(made("Pendulum-v1:reward_scale=0.5"), 3, actions)
    clipped = rewards(made("Pendulum-v1:reward_scale=0.5,reward_clip=-1;0"), 3, actions)
    np.testing.assert_allclose(scaled, plain / 2)
    np.testing.assert_allclose(clipped, np.clip(plain / 2, -1, 0))
    assert (plain < -2).any()


CHEETAH = "HalfCheetah-v5:max_episode_steps=30"


def physics(environment: Any) -> dict[str, Any]:
    model = environment.env.unwrapped.model
    return {
        "mass": model.body_mass.copy(), "friction": model.geom_friction[:, 0].copy(),
        "gravity": model.opt.gravity.copy(), "whole": model.body_subtreemass[0],
        "inertia": model.body_inertia.copy(), "rolling": model.geom_friction[:, 2].copy(),
    }  # fmt: skip


def test_physics_are_drawn_anew_for_each_match_from_its_seed() -> None:
    plain = made(CHEETAH)
    plain.reset(arena.Luck(0))
    before = physics(plain)
    drawn = made(f"{CHEETAH},mass=0.5;1.5,friction=0.8;1.2,gravity=0.9;1.1")
    factors: dict[str, list[float]] = {"mass": [], "friction": [], "gravity": []}
    for seed in range(200):
        drawn.reset(arena.Luck(seed))
        now = physics(drawn)
        for name, kept in factors.items():
            ratio = now[name][before[name] != 0] / before[name][before[name] != 0]
            assert np.ptp(ratio) < 1e-9
            kept.append(float(ratio[0]))
        mass = factors["mass"][-1]
        assert now["whole"] == pytest.approx(mass * before["whole"])  # what follows from masses
        np.testing.assert_allclose(now["inertia"], mass * before["inertia"])
        assert (now["rolling"] == before["rolling"]).all()
    for name, (low, high) in {"mass": (0.5, 1.5), "friction": (0.8, 1.2)}.items():
        assert low <= min(factors[name]) and max(factors[name]) <= high
        middle, error = (low + high) / 2, (high - low) / np.sqrt(12 * 200)
        assert abs(np.mean(factors[name]) - middle) < 4 * error
    assert abs(np.corrcoef(factors["mass"], factors["friction"])[0, 1]) < 0.3
    drawn.reset(arena.Luck(3))
    assert physics(drawn)["whole"] == pytest.approx(factors["mass"][3] * before["whole"])


def test_a_single_number_is_fixed_and_one_is_the_plain_world() -> None:
    actions = [np.full(6, 0.3, np.float32)] * 30
    plain = rewards(made(CHEETAH), 1, actions)
    assert rewards(made(f"{CHEETAH},mass=1,gravity=1"), 1, actions) == pytest.approx(plain)
    heavy = made(f"{CHEETAH},mass=2")
    assert np.abs(np.array(rewards(heavy, 1, actions)) - plain).max() > 0.01
    library = gymnasium.make("HalfCheetah-v5").unwrapped
    assert physics(heavy)["whole"] == pytest.approx(2 * library.model.body_subtreemass[0])


@pytest.mark.parametrize(
    "spec",
    [
        "CartPole-v1:rescale=true,frames=2,reward_scale=0.1,reward_clip=0;1",
        f"{CHEETAH},mass=0.5;1.5,friction=0.5;1.5,gravity=0.5;1.5",
        "FetchReach-v4:mass=0.8;1.2",
        "FetchPush-v4",
    ],
)
def test_wrapped_environments_keep_their_contract(spec: str) -> None:
    check_environment(lambda: made(spec), games=2, turns=20)


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ("CartPole-v1:frames=0", "frames=0 is not above 0"),
        ("CartPole-v1:frames=two", "frames='two' is not an int"),
        ("CartPole-v1:mass=1", "has no parameter 'mass'"),
        ("CartPole-v1:reward_clip=1", "reward_clip=1 is not low;high"),
        ("CartPole-v1:reward_clip=1;0", "reward_clip=1;0 is not low;high"),
        ("Blackjack-v1:rescale=true", "rescale is for boxes of numbers"),
        ("HalfCheetah-v5:rescale=true", "nothing that is seen has bounds to rescale by"),
        ("HalfCheetah-v5:mass=1.2;0.8", r"mass=1.2;0.8 is not low;high, factors such as 0.8;1.2"),
        ("HalfCheetah-v5:mass=0", "mass=0 is not low;high"),
        ("HalfCheetah-v5:gravity=1;2;3", "gravity=1;2;3 is not low;high"),
        ("HalfCheetah-v5:friction=-1;1", "friction=-1;1 is not low;high"),
    ],
)
def test_wrong_values_are_one_line(spec: str, text: str) -> None:
    with pytest.raises(arena.BadParameter, match=text) as raised:
        made(spec)
    assert "\n" not in str(raised.value)


def test_an_environments_own_parameter_goes_before_ours() -> None:
    known = {p.name: p for p in FAMILY.parameters("LunarLander-v3")}
    assert known["gravity"].type is float and known["gravity"].default == -10.0
    assert "mass" not in known and "frames" in known


def test_robotics_are_found_by_name_and_load_mujoco_only_then() -> None:
    code = """
import sys
from arena_gymnasium.family import Gymnasium
family = Gymnasium()
listed = set(family.names())
assert "FetchReach-v4" not in listed and "mujoco" not in sys.modules
assert family.describe("FetchReach-v4").unsuitable is None
family.make("FetchReach-v4").reset(__import__("arena").Luck(1))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "" and ran.stderr == ""


def test_unknown_names_are_near_to_those_of_robotics_too() -> None:
    with pytest.raises(arena.UnknownName, match="did you mean 'gymnasium/FetchReach-v4'"):
        FAMILY.describe("FetchReach-v5")
