"""Small physical worlds are Gymnasium's, step for step, from the same states."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
import torch
from arena_tensor.family import Tensor

from arena.seeds import derive_many
from arena.tensor_luck import tensor_uniforms
from tests.tensor.test_every_game import actions_of

WORLDS: list[tuple[str, str, dict[str, Any], int]] = [
    ("cart_pole", "CartPole-v1", {}, 10_000),
    ("cart_pole", "CartPole-v1", {"sutton_barto_reward": True}, 500),
    ("mountain_car", "MountainCar-v0", {}, 500),
    ("mountain_car", "MountainCar-v0", {"goal_velocity": 0.03}, 200),
    ("pendulum", "Pendulum-v1", {}, 500),
    ("pendulum", "Pendulum-v1", {"g": 9.81}, 200),
]
NEVER = 1 << 30  # a policy's bias, in steps


def theirs(name: str, parameters: dict[str, Any], states: Any) -> list[Any]:
    """Return Gymnasium's environments in these states."""
    entry = gymnasium.spec(name).entry_point
    made = [gymnasium.envs.registration.load_env_creator(str(entry))(**parameters) for _ in states]
    for env, state in zip(made, states):
        env.reset(seed=0)
        env.state = np.array(state)
    return made


def agree(name: str, theirs_name: str, parameters: dict[str, Any], matches: int) -> int:
    """Play random matches side by side; return how many ended before the last turn."""
    table: Any = Tensor().make(name, **parameters).table(matches, "cpu")
    limit = gymnasium.spec(theirs_name).max_episode_steps
    assert table.spec.max_turns == limit
    deals = torch.from_numpy(derive_many(7, 1, np.arange(matches)).astype(np.int64))
    table.reset(table.over(), deals)
    envs = theirs(theirs_name, parameters, table.state.t().numpy())
    places = table.spec.seats[0]
    assert (envs[0].observation_space, envs[0].action_space) == (
        places.observation_space, places.action_space,
    )  # fmt: skip
    live = range(matches)
    for turn in range(limit):
        (actions,) = pushes(table, deals, turn)
        pay, chosen = table.step([actions.clone()]), actions.numpy()
        steps = [envs[row].step(chosen[row]) for row in live]
        seen, paid, over = table.observe(0).numpy(), pay.numpy()[:, 0], table.over().numpy()
        rows = np.array(live)
        np.testing.assert_allclose(seen[rows], [step[0] for step in steps], atol=1e-6, rtol=0)
        np.testing.assert_allclose(paid[rows], [step[1] for step in steps], atol=1e-6, rtol=1e-6)
        assert over[rows].tolist() == [step[2] for step in steps]
        assert not paid[np.isin(np.arange(matches), rows, invert=True)].any()
        live = rows[~over[rows]].tolist()
        if not live:
            break
    return matches - len(live)


def pushes(table: Any, deals: torch.Tensor, turn: int) -> list[torch.Tensor]:
    """Return random actions; in every other match of the car, such as climb the hill."""
    actions = actions_of(table, deals, turn)
    if table.spec.name == "tensor/mountain_car":
        climbing = torch.where(table.state[1] < 0, 0, 2)
        lazy = tensor_uniforms(deals, 0, NEVER) < 0.5
        actions[0] = torch.where(lazy, actions[0], climbing)
    return actions


@pytest.mark.parametrize(("name", "other", "parameters", "matches"), WORLDS)
def test_they_agree(name: str, other: str, parameters: dict[str, Any], matches: int) -> None:
    ended = agree(name, other, parameters, matches)
    assert (ended > 0) == (name != "pendulum")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "other"), [world[:2] for world in WORLDS[2::2]])
def test_they_agree_over_ten_thousand_matches(name: str, other: str) -> None:
    agree(name, other, {}, 10_000)


def test_worlds_begin_uniformly() -> None:
    """Each number has the mean and the spread of a uniform one (to 5 standard errors)."""
    for name, low, high in (("cart_pole", -0.05, 0.05), ("mountain_car", -0.6, -0.4)):
        table: Any = Tensor().make(name).table(10_000, "cpu")
        table.reset(table.over(), torch.arange(10_000))
        first, wide = table.state[0], high - low
        assert low <= float(first.min()) and float(first.max()) < high
        assert abs(float(first.mean()) - (low + high) / 2) < 5 * wide / 12**0.5 / 100
        assert abs(float(first.std()) / (wide / 12**0.5) - 1) < 0.05
