"""Models that Stable-Baselines3 saved elsewhere play, with --trust, as they would there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from arena_sb3.algorithms import ALGORITHMS
from arena_sb3.archive import Borrowed, Sb3
from stable_baselines3.common.vec_env import DummyVecEnv, VecFrameStack, VecNormalize

import arena
from arena.lookup import environment_maker
from arena.plugins import registry_of
from arena.specs import parse
from tests.sb3.models import ARMS, GOAL, Blank, model_of


class Watches(arena.Agent):
    """Plays an agent, and keeps what it was shown and what it did."""

    def __init__(self, agent: arena.Agent) -> None:
        self.agent, self.seen, self.done = agent, [], []  # type: ignore[var-annotated]

    def act_batch(self, batch: arena.Batch) -> Any:
        """Keep, and play."""
        actions = self.agent.act_batch(batch)
        self.seen.append(batch.data)
        self.done.append(actions)
        return actions


def played(game: str, agent: arena.Agent, matches: int = 1) -> Watches:
    make, spec = environment_maker(registry_of(()), parse(game))
    agent.check(spec)
    watches = Watches(agent)
    seats = (0,) * len(spec.seats)
    deals = [arena.Match(n, seats, n, n) for n in range(matches)]
    assert all(not e.faults for e in arena.play(make, [watches], deals, slots=1))
    return watches


def saved(tmp_path: Path, name: str, game: str, **given: Any) -> tuple[Any, Path]:
    """Save a model for the spaces of a game; return it and the file."""
    _, spec = environment_maker(registry_of(()), parse(game))
    seat = spec.seats[0]
    model, _ = model_of(name, seat.observation_space, seat.action_space, **given)
    model.save(tmp_path / "model.zip")
    return model, tmp_path / "model.zip"


ELSEWHERE = [
    *[(name, "gymnasium/Acrobot-v1:max_turns=20") for name in ("dqn", "qrdqn", "ppo", "ars")],
    *[
        (name, "gymnasium/Pendulum-v1:max_turns=20")
        for name in ("a2c", "sac", "td3", "ddpg", "tqc", "trpo")
    ],
    ("her", "gymnasium/FetchReach-v4:max_turns=5"),
]
APART = {"maskable_ppo", "recurrent_ppo"}


def test_every_algorithm_is_played() -> None:
    assert {name for name, _ in ELSEWHERE} | APART == set(ALGORITHMS)


@pytest.mark.parametrize(("name", "game"), ELSEWHERE)
def test_it_plays_what_the_library_predicts(name: str, game: str, tmp_path: Path) -> None:
    model, file = saved(tmp_path, name, game)
    watched = played(game, Sb3(str(file), name))
    for seen, done in zip(watched.seen, watched.done):
        expected, _ = model.predict(seen, deterministic=True)
        np.testing.assert_allclose(np.array(done), expected, rtol=1e-4, atol=1e-5)


def test_masks_are_heeded(tmp_path: Path) -> None:
    model, file = saved(tmp_path, "maskable_ppo", "tic_tac_toe")
    watched = played("tic_tac_toe", Sb3(str(file), "maskable_ppo"), matches=1)
    first, _ = model.predict(watched.seen[0], deterministic=True, action_masks=np.ones((1, 9)))
    assert watched.done[0] == first.tolist() and len(watched.done) >= 5


def test_a_recurrent_model_remembers_within_a_match_and_forgets_after(tmp_path: Path) -> None:
    game = "gymnasium/Pendulum-v1:max_turns=6"
    model, file = saved(tmp_path, "recurrent_ppo", game, lstm_hidden_size=16)
    watched = played(game, Sb3(str(file), "recurrent_ppo"), matches=2)
    state = None
    for turn, (seen, done) in enumerate(zip(watched.seen, watched.done)):
        expected, state = model.predict(seen, state if turn % 6 else None, deterministic=True)
        np.testing.assert_allclose(np.array(done), expected, rtol=1e-4, atol=1e-5)


def test_running_means_are_read_from_their_own_file(tmp_path: Path) -> None:
    game = "gymnasium/Pendulum-v1:max_turns=10"
    model, file = saved(tmp_path, "sac", game)
    normal = VecNormalize(DummyVecEnv([lambda: Blank(model.observation_space, model.action_space)]))
    normal.obs_rms.mean, normal.obs_rms.var = np.array([0.3, -0.2, 1.0]), np.array([0.5, 2.0, 9.0])
    normal.save(str(tmp_path / "normal.pkl"))
    agent = Sb3(str(file), "sac", normalise=str(tmp_path / "normal.pkl"))
    watched = played(game, agent)
    for seen, done in zip(watched.seen, watched.done):
        expected, _ = model.predict(normal.normalize_obs(seen), deterministic=True)
        np.testing.assert_allclose(np.array(done), expected, rtol=1e-4, atol=1e-5)


def test_stacked_frames_are_those_of_the_library(tmp_path: Path) -> None:
    game = "gymnasium/Acrobot-v1:max_turns=8"
    model, file = saved(tmp_path, "dqn", game, frames=3)
    watched = played(game, Sb3(str(file), "dqn", frames=3))
    shown = watched.seen[0]
    inner = DummyVecEnv([lambda: Blank(_space(game), model.action_space)])
    stack = VecFrameStack(inner, 3)
    shown = stack.stacked_obs.reset(watched.seen[0])
    for turn, done in enumerate(watched.done):
        if turn:
            shown, _ = stack.stacked_obs.update(watched.seen[turn], np.array([False]), [{}])
        assert done == model.predict(shown, deterministic=True)[0].tolist()


def _space(game: str) -> Any:
    return environment_maker(registry_of(()), parse(game))[1].seats[0].observation_space


class Odd(torch.nn.Module):
    """A layer that no description knows."""

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        """Return them bent."""
        return numbers + 0.1 * torch.sin(numbers)


@pytest.mark.parametrize("name", ["ppo", "maskable_ppo", "recurrent_ppo"])
def test_a_network_of_unknown_parts_is_run_by_the_library(name: str, tmp_path: Path) -> None:
    game = "gymnasium/Acrobot-v1:max_turns=6"
    model, file = saved(tmp_path, name, game)
    agent = Sb3(str(file), name)
    for each in (model, agent.model):
        each.policy.mlp_extractor.policy_net.append(Odd())
    watched = played(game, agent)
    assert isinstance(agent._for(agent._spec).brain, Borrowed)
    state = None
    for seen, done in zip(watched.seen, watched.done):
        expected, state = model.predict(seen, state, deterministic=True)
        assert done == expected.tolist()
    agent = Sb3(str(file), name, greedy=False)
    agent.model.policy.mlp_extractor.policy_net.append(Odd())
    with pytest.raises(arena.Unsuitable, match="plays greedily only: Odd is no layer"):
        played(game, agent)


def test_a_model_trained_on_goals_needs_no_environment(tmp_path: Path) -> None:
    """Its replay buffer does, and is left out."""
    model, _ = model_of("her", GOAL, ARMS)
    model.save(tmp_path / "model.zip")
    agent = Sb3(str(tmp_path / "model.zip"), "her")
    assert type(agent.model.replay_buffer).__name__ == "DictReplayBuffer"


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"algorithm": "pppo"}, "algorithm='pppo'; there are dqn, a2c, ppo"),
        ({"path": "nowhere.zip"}, "there is no file 'nowhere.zip'"),
        ({"algorithm": "sac"}, "cannot be read as sac"),
        ({"normalise": "{path}"}, "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_one_line(tmp_path: Path, given: dict[str, str], text: str) -> None:
    _, file = saved(tmp_path, "ppo", "gymnasium/CartPole-v1")
    given = {key: value.replace("{path}", str(file)) for key, value in given.items()}
    with pytest.raises(arena.BadParameter, match=text) as raised:
        Sb3(**{"path": str(file), "algorithm": "ppo", **given})
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("game", "text"),
    [
        ("gymnasium/Pendulum-v1", "sees Box"),
        ("gymnasium/MountainCar-v0", "sees Box"),
        ("tic_tac_toe", "sees Box"),
    ],
)
def test_other_games_are_unsuitable(tmp_path: Path, game: str, text: str) -> None:
    _, file = saved(tmp_path, "ppo", "gymnasium/CartPole-v1")
    with pytest.raises(arena.Unsuitable, match=text):
        played(game, Sb3(str(file), "ppo"))


def test_the_command_line_refuses_it_without_trust(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    from arena.cli import main

    monkeypatch.setenv("ARENA_HOME", str(tmp_path / "home"))
    _, file = saved(tmp_path, "ppo", "gymnasium/CartPole-v1")
    match = ["match", "gymnasium/CartPole-v1", f"sb3:path={file},algorithm=ppo", "--games", "3"]
    said = run(main, match, 2, capfd)
    assert said.startswith("arena: agent 'sb3' reads files that can run code") and "--trust" in said
    assert said.count("\n") == 1
    run(main, ["--trust", *match], 0, capfd)


def run(main: Callable[..., Any], arguments: list[str], code: int, capfd: Any) -> str:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    out, err = capfd.readouterr()
    assert int(ended.value.code or 0) == code, out + err
    return str(err)
