"""Every algorithm trains, resumes to the same weights, and says in one line what it cannot do."""

from __future__ import annotations

import inspect
import math
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from arena_sb3 import course, settings
from arena_sb3.algorithms import ALGORITHMS
from arena_sb3.policy import read_policy

from arena.checkpoints import read_state
from arena.errors import BadParameter, PluginError, Unsuitable
from arena.hookspecs import hookimpl
from arena.lookup import environment_maker, find_player, make_agent
from arena.playing import play
from arena.records import Checkpoint, Match, Ref
from arena.specs import parse
from arena.testing import check_trainer
from arena.training import Order, train
from arena.training_run import LiveRun
from arena.workspace import Workspace

PENDULUM = "gymnasium/Pendulum-v1:max_episode_steps=30"
ROLLOUTS = "n_steps=32,batch_size=32"
REPLAY = "learning_starts=55,batch_size=16,buffer_size=200,net=16;16"
RUNS = [
    (f"sb3_ppo:{ROLLOUTS},n_epochs=2,n_envs=2,learning_rate=lin_0.001", "gymnasium/CartPole-v1"),
    ("sb3_a2c:n_envs=2,normalise=true,normalise_reward=true", "gymnasium/CartPole-v1"),
    (f"sb3_dqn:{REPLAY}", "tic_tac_toe"),
    (f"sb3_qrdqn:{REPLAY},n_envs=2", "gymnasium/FrozenLake-v1"),
    (f"sb3_maskable_ppo:{ROLLOUTS},n_epochs=2,opponents=random;first_legal", "tic_tac_toe"),
    (f"sb3_recurrent_ppo:{ROLLOUTS},n_epochs=2,lstm_hidden_size=8", "kuhn_poker"),
    (f"sb3_trpo:{ROLLOUTS},use_sde=true", PENDULUM),
    (f"sb3_sac:{REPLAY},use_sde=true", PENDULUM),
    (f"sb3_td3:{REPLAY},noise=0.1,normalise=true", PENDULUM),
    (f"sb3_ddpg:{REPLAY},frames=3,rescale=true", PENDULUM),
    (f"sb3_tqc:{REPLAY},n_envs=2", PENDULUM),
    ("sb3_ars:n_delta=1,normalise=true", PENDULUM),
    (f"sb3_her:{REPLAY},normalise=true", "gymnasium/FetchReach-v4"),
]
ALIKE = {"sb3_td3", "sb3_ddpg", "sb3_tqc", "sb3_qrdqn"}
"""These keep what sb3_sac and sb3_dqn keep."""
STEPS = 200


class Stopped(Exception):
    """Stands for whatever ends a process."""


def learn(workspace: Workspace, trainer: str, game: str, **given: Any) -> Checkpoint:
    name, steps = given.pop("name", "mine"), given.pop("steps", STEPS)
    order = Order(parse(trainer), parse(game), name, steps, given.pop("seed", 0))
    return train(workspace, order, "cpu", **given)


def test_there_is_a_run_of_every_algorithm() -> None:
    assert sorted(run.partition(":")[0] for run, _ in RUNS) == sorted(
        f"sb3_{n}" for n in ALGORITHMS
    )


OFTEN = [
    pytest.param(run, game, id=name, marks=[pytest.mark.slow] if name in ALIKE else [])
    for run, game in RUNS
    for name in [run.partition(":")[0]]
]


@pytest.mark.parametrize(("trainer", "game"), OFTEN)
def test_a_run_that_is_interrupted_ends_in_the_same_weights(
    trainer: str, game: str, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between rollouts everything is kept: weights, replay, luck, running means, games in flight.

    The last checkpoint is kept, so that all that was learnt after the interruption is compared.
    """
    monkeypatch.setattr(course, "_SAVING", math.inf)  # save after every rollout
    trainer = f"{trainer},evaluations=0"
    unbroken = learn(workspace, trainer, game)

    def stop(run: LiveRun) -> None:
        if run.step >= 0.6 * STEPS:
            raise Stopped

    with pytest.raises(Stopped):
        learn(workspace, trainer, game, name="broken", on_progress=stop, save_seconds=0.0)
    state = read_state(workspace.home / "training" / "broken" / "state")
    assert state is not None and 0.2 * STEPS <= state["progress"]["step"] < STEPS
    resumed = learn(workspace, trainer, game, name="broken", resume=True)
    assert resumed.digest == unbroken.digest


@pytest.mark.parametrize(
    ("trainer", "game"),
    [
        (f"sb3_ppo:{ROLLOUTS},n_epochs=2,evaluations=2", "gymnasium/CartPole-v1"),
        (f"sb3_maskable_ppo:{ROLLOUTS},n_epochs=2,evaluations=2", "connect_four"),
        ("sb3_a2c:evaluations=1,frames=2", "mpe2/simple_spread_v3:max_cycles=5"),
    ],
    ids=["ppo", "maskable_ppo", "a2c"],
)
def test_trainers_keep_their_contract(trainer: str, game: str) -> None:
    check_trainer(trainer, game, 200)


@pytest.mark.slow
@pytest.mark.parametrize(("trainer", "game"), RUNS, ids=[run.partition(":")[0] for run, _ in RUNS])
def test_every_trainer_keeps_its_contract(trainer: str, game: str) -> None:
    check_trainer(f"{trainer},evaluations=2", game, STEPS)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_hyperparameters_are_the_librarys_with_its_defaults(name: str) -> None:
    """What is not offered is ours to set, or makes no sense here."""
    algorithm = ALGORITHMS[name]
    ours = {
        "self", "policy", "env", "tensorboard_log", "policy_kwargs", "verbose", "seed", "device",
        "_init_setup_model", "stats_window_size", "replay_buffer_class", "replay_buffer_kwargs",
        "rollout_buffer_class", "rollout_buffer_kwargs", "optimize_memory_usage", "action_noise",
    }  # fmt: skip
    theirs = {
        key: parameter.default
        for key, parameter in inspect.signature(settings.library(algorithm).__init__)
        .parameters.items()
        if key not in ours
    }  # fmt: skip
    if name == "her":  # n-step returns are not for a buffer of goals
        del theirs["n_steps"]
    assert dict(algorithm.own) == theirs


def test_parameters_of_networks_have_the_librarys_defaults() -> None:
    for algorithm in ALGORITHMS.values():
        kind = settings.library(algorithm)
        policy = kind.policy_aliases[f"Mlp{algorithm.policy}"]
        known = {
            key: parameter.default
            for base in reversed(policy.__mro__[:-1])
            for key, parameter in inspect.signature(base.__init__).parameters.items()
        }
        assert {name: known[name] for name in algorithm.net} == dict(algorithm.net)


def test_listing_loads_no_library() -> None:
    code = """
import sys
from arena.cli import main
try:
    main(["trainers", "--json"])
finally:
    assert not {"stable_baselines3", "sb3_contrib"} & set(sys.modules), "loaded"
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count('"plugin": "sb3"') == len(ALGORITHMS)
    assert '"learning_rate: value = 0.0003", "n_steps: int = 2048"' in ran.stdout


def test_a_checkpoint_plays_by_its_name_without_the_library(workspace: Workspace) -> None:
    learn(workspace, f"sb3_maskable_ppo:{ROLLOUTS},n_epochs=1,evaluations=1", "tic_tac_toe")
    code = f"""
import sys
from arena.lookup import environment_maker, find_player, make_agent
from arena.playing import play
from arena.plugins import registry_of
from arena.records import Match, Ref
from pathlib import Path
registry = registry_of(())
player = find_player(registry, Path({str(workspace.home)!r}), Ref("mine"))
agent = make_agent(registry, Path("."), player.ref)
make, _ = environment_maker(registry, Ref("tic_tac_toe"))
print({{episode.ending for episode in play(make, [agent], [Match(0, (0, 0), 1, 1)])}})
assert not {{"stable_baselines3", "sb3_contrib"}} & set(sys.modules)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ran.stdout == "{'terminal'}\n", ran.stderr


def player_of(workspace: Workspace, spec: str) -> Any:
    player = find_player(workspace.registry, workspace.home, parse(spec))
    return make_agent(workspace.registry, workspace.home, player.ref)


def test_it_plays_legal_moves_only_greedily_or_not(workspace: Workspace) -> None:
    """DQN knows nothing of masks, and yet no move of what it made is illegal."""
    learn(workspace, f"sb3_dqn:{REPLAY},evaluations=1", "tic_tac_toe")
    make, _ = environment_maker(workspace.registry, Ref("tic_tac_toe"))
    for spec in ("mine", "mine:greedy=false"):
        agents = [player_of(workspace, spec), player_of(workspace, "random")]
        matches = [Match(n, (n % 2, 1 - n % 2), n, n) for n in range(60)]
        assert {episode.ending for episode in play(make, agents, matches)} == {"terminal"}


def test_running_means_go_with_the_checkpoint_and_the_environment_stays_plain(
    workspace: Workspace,
) -> None:
    made = learn(workspace, f"sb3_ppo:{ROLLOUTS},n_epochs=1,normalise=true,frames=2", PENDULUM)
    policy = read_policy(made.folder)
    assert policy.about["normalise"]["parts"] == [""] and policy.sight.frames == 2
    assert policy.arrays["mean."].shape == (6,) and (policy.arrays["variance."] > 0).all()
    make, spec = environment_maker(workspace.registry, parse(PENDULUM))
    assert spec.seats[0].observation_space.shape == (3,)
    (episode,) = play(make, [player_of(workspace, "mine")], [Match(0, (0,), 1, 1)])
    assert episode.ending == "truncated" and not episode.faults


def test_what_learnt_in_another_world_plays_the_plain_one(workspace: Workspace) -> None:
    game = "gymnasium/InvertedPendulum-v5:mass=0.5;1.5,reward_scale=0.1"
    made = learn(workspace, f"sb3_ppo:{ROLLOUTS},n_epochs=1,evaluations=1", game, steps=64)
    assert made.meta["environment"] == "gymnasium/InvertedPendulum-v5:mass=0.5;1.5,reward_scale=0.1"
    make, spec = environment_maker(workspace.registry, parse("gymnasium/InvertedPendulum-v5"))
    agent = player_of(workspace, "mine")
    agent.check(spec)
    (episode,) = play(make, [agent], [Match(0, (0,), 1, 1)])
    assert episode.returns[0] >= 1.0


def test_the_better_checkpoint_is_kept(workspace: Workspace) -> None:
    """A rate of learning that ruins the policy late leaves an early checkpoint in place."""
    offered: list[float] = []

    class Hears:
        @hookimpl
        def arena_learned(self, run: Any, step: int, metrics: Mapping[str, float]) -> None:
            if "mean_return" in metrics:
                offered.append(metrics["mean_return"])

    workspace.registry.manager.register(hears := Hears())
    try:
        made = learn(
            workspace, f"sb3_ppo:{ROLLOUTS},learning_rate=0.02,evaluations=5",
            "gymnasium/CartPole-v1", steps=1280,
        )  # fmt: skip
    finally:
        workspace.registry.manager.unregister(hears)
    assert len(offered) >= 10 and min(offered) < max(offered)
    assert made.meta["metrics"]["mean_return"] == max(offered)


def test_metrics(workspace: Workspace) -> None:
    heard: list[Mapping[str, float]] = []
    made = learn(
        workspace, f"sb3_dqn:{REPLAY},evaluations=1", "gymnasium/CartPole-v1", steps=600,
        on_progress=lambda run: heard.append(dict(run.metrics)),
    )  # fmt: skip
    assert {"return", "length", "loss"} <= set(heard[-1]) and heard[-1]["return"] > 0
    assert made.meta["steps"] == 600 and sum(made.meta["shares"].values()) == pytest.approx(1.0)
    assert made.meta["shares"]["learning"] > 0.05


@pytest.mark.parametrize("game", ["tic_tac_toe", "leduc_poker", "matching_pennies_3p"])
def test_seats_are_held_in_turn_or_as_named(workspace: Workspace, game: str) -> None:
    for seat in ("", ",seat=1"):
        made = learn(workspace, f"sb3_a2c:evaluations=2{seat}", game, steps=40)
        assert made.meta["metrics"]["mean_return"] == made.meta["metrics"]["mean_return"]


def test_another_seats_player_is_unsuitable_where_seats_differ(workspace: Workspace) -> None:
    game = "mpe2/simple_adversary_v3:max_cycles=5"
    learn(workspace, "sb3_a2c:evaluations=1,seat=1", game, steps=40)
    make, spec = environment_maker(workspace.registry, parse(game))
    agents = [player_of(workspace, "mine"), player_of(workspace, "random")]
    agents[0].check(spec)
    (episode,) = play(make, agents, [Match(0, (1, 0, 0), 1, 1)])
    assert not episode.faults
    (episode,) = play(make, agents, [Match(0, (0, 1, 1), 1, 1)])
    assert "it did not learn to hold seat 0" in episode.faults[0].message


@pytest.mark.parametrize(
    ("trainer", "game", "text"),
    [
        ("sb3_dqn", "gymnasium/Pendulum-v1", "it learns Discrete actions, not Box"),
        ("sb3_sac", "gymnasium/CartPole-v1", "it learns Box actions, not Discrete"),
        ("sb3_maskable_ppo", "gymnasium/Pendulum-v1", "it learns Discrete actions"),
        ("sb3_her", "gymnasium/Pendulum-v1", "it learns goal environments"),
        ("sb3_ars", "gymnasium/Blackjack-v1", "it reads one array of numbers"),
        ("sb3_ppo:normalise=true", "gymnasium/FrozenLake-v1", "normalise is for real numbers"),
        ("sb3_ppo:frames=2", "gymnasium/FrozenLake-v1", "frames and rescale are for boxes"),
        ("sb3_ppo:seat=2", "tic_tac_toe", "it has no seat 2"),
        ("sb3_ppo:opponents=", "tic_tac_toe", "it needs opponents"),
        ("sb3_ppo", "mpe2/simple_adversary_v3", "its seats differ in their spaces"),
        ("sb3_ppo:opponents=minimax", "kuhn_poker", "agent 'minimax' does not suit"),
    ],
)
def test_games_that_do_not_suit_are_told(
    workspace: Workspace, trainer: str, game: str, text: str
) -> None:
    with pytest.raises(Unsuitable, match=text) as raised:
        learn(workspace, trainer, game)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("trainer", "text"),
    [
        ("sb3_ppo:learning_rate=quick", "learning_rate='quick' is neither a number nor like lin_"),
        ("sb3_ppo:clip_range=exp_0.1", "clip_range='exp_0.1' is neither"),
        ("sb3_ppo:activation=sine", "activation='sine'; there are tanh, relu"),
        ("sb3_ppo:illegal=retry", "illegal='retry'; there are random, forfeit"),
        ("sb3_ppo:n_envs=0", "n_envs=0 is below 1"),
        ("sb3_ppo:n_steps=many", "n_steps='many' is not an int"),
        ("sb3_ppo:buffer_size=5", "has no parameter 'buffer_size'"),
        ("sb3_ppo:batch_size=1", "PPO refuses it: `batch_size` must be greater than 1"),
        ("sb3_her:base=dqn", "base='dqn'; there are sac, tqc"),
        ("sb3_her:frames=2", "leave out frames and rescale"),
    ],
)
def test_wrong_parameters_are_one_line(workspace: Workspace, trainer: str, text: str) -> None:
    game = "gymnasium/FetchReach-v4" if "her" in trainer else "gymnasium/CartPole-v1"
    with pytest.raises(BadParameter, match=text) as raised:
        learn(workspace, trainer, game)
    assert "\n" not in str(raised.value)


def test_a_missing_library_is_one_line_that_says_what_to_install(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sb3_contrib", None)  # as if it were not installed
    with pytest.raises(PluginError, match=r"needs sb3-contrib: pip install 'arena-games\[sb3\]'"):
        learn(workspace, "sb3_tqc", PENDULUM)


def test_goals_are_reached_by_count(workspace: Workspace) -> None:
    """The share of episodes that end at their goal is told, and is that of the library."""
    heard: list[Mapping[str, float]] = []
    learn(
        workspace, f"sb3_her:{REPLAY},evaluations=0", "gymnasium/FetchReach-v4", steps=250,
        on_progress=lambda run: heard.append(dict(run.metrics)),
    )  # fmt: skip
    assert 0.0 <= heard[-1]["success"] <= 1.0 and heard[-1]["length"] == 50.0


def test_a_picture_is_read_by_convolutions(workspace: Workspace) -> None:
    made = learn(
        workspace, "sb3_a2c:evaluations=0,frames=2", "gymnasium/CarRacing-v3:continuous=false",
        steps=10,
    )  # fmt: skip
    policy = read_policy(made.folder)
    (name, layers), *_ = policy.network.shape.parts
    assert name == "" and layers[0]["kind"] == "Conv2d" and layers[0]["in_channels"] == 6
    data = np.zeros((1, 96, 96, 3), np.uint8)
    assert policy.answer(data, [{}]).shape == (1,)


def test_the_folder_holds_nothing_that_runs(workspace: Workspace) -> None:
    made = learn(workspace, f"sb3_ppo:{ROLLOUTS},n_epochs=1,evaluations=0", PENDULUM, steps=32)
    files = {file.name for file in Path(made.folder).iterdir()}
    assert files == {"checkpoint.json", "policy.json", "model.safetensors"}
