"""Checkpoints of networks play by their names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from arena_deep.agents import Network

from arena.batch import Batch
from arena.errors import Unsuitable
from arena.lookup import environment_maker, find_player, make_agent
from arena.playing import play
from arena.records import Match, Ref
from arena.seeds import Luck
from arena.slot import Slot
from arena.specs import parse
from arena.testing import check_agent
from tests.toys import Uniform


def batch_of(workspace: Any, game: str, rows: int) -> Batch:
    make, _ = environment_maker(workspace.registry, parse(game))
    slots = []
    for row in range(rows):
        environment = make()
        environment.reset(Luck(row))
        slots.append(Slot(environment, Match(row, (0, 0), row, row), 0.0))
    return Batch(slots, [0] * rows)


def test_a_checkpoint_plays_by_its_name(workspace: Any, learn: Any) -> None:
    made = learn("ppo:slots=8,rollout=8", "tic_tac_toe", 500)
    assert made.meta["agent_parameters"] == {"game": "openspiel/tic_tac_toe"}
    player = find_player(workspace.registry, workspace.home, Ref("mine"))
    agent: Any = make_agent(workspace.registry, workspace.home, player.ref, "cpu")
    assert isinstance(agent, Network) and agent.epsilon is None
    batch = batch_of(workspace, "tic_tac_toe", 1)
    (odds,) = agent.policy(batch)
    assert sorted(odds) == [0.0] * 8 + [1.0]
    assert agent.act_batch(batch) == [int(np.argmax(odds))]
    check_agent(lambda: make_agent(workspace.registry, workspace.home, player.ref), "tic_tac_toe")


def test_it_may_play_as_it_learnt(workspace: Any, learn: Any) -> None:
    """400 answers to the same question are spread as the policy says (s.d. of a share: .016)."""
    learn("ppo:slots=8,rollout=8", "tic_tac_toe", 500)
    player = find_player(workspace.registry, workspace.home, parse("mine:greedy=false"))
    agent: Any = make_agent(workspace.registry, workspace.home, player.ref, "cpu")
    batch = batch_of(workspace, "tic_tac_toe", 400)
    odds = agent.policy(batch)[0]
    assert odds.sum() == pytest.approx(1.0) and odds.min() > 0
    shares = np.bincount(agent.act_batch(batch), minlength=9) / 400
    assert shares == pytest.approx(odds, abs=0.08)


@pytest.mark.parametrize("trainer", ["ppo:slots=8,rollout=8", "dqn:hidden=8"])
def test_aloud_it_plays_the_same_and_says_why(workspace: Any, learn: Any, trainer: str) -> None:
    learn(trainer, "tic_tac_toe", 300)
    silent, aloud = (
        make_agent(
            workspace.registry, workspace.home,
            find_player(workspace.registry, workspace.home, parse(spec)).ref, "cpu",
        )
        for spec in ("mine", "mine:aloud=true")
    )  # fmt: skip
    batch = batch_of(workspace, "tic_tac_toe", 3)
    found: Any = aloud.act_batch(batch)
    assert found.actions == silent.act_batch(batch)
    for move, odds, value in zip(found.actions, found.columns["policy"], found.columns["value"]):
        assert len(odds) == 9 and sum(odds) == pytest.approx(1.0, abs=0.001)
        assert odds.index(max(odds)) == move
        assert isinstance(value, float)


@pytest.mark.parametrize("switches", ["multi", "binary", "real"])
def test_actions_of_every_kind_are_played(workspace: Any, learn: Any, switches: str) -> None:
    made = learn("ppo:slots=4,rollout=8", f"test/lights:switches={switches}", 100)
    make, _ = environment_maker(workspace.registry, parse(f"test/lights:switches={switches}"))
    for greedy in (True, False):
        agent = Network(made.folder, greedy=greedy, device="cpu")
        assert agent.policy(batch_of(workspace, f"test/lights:switches={switches}", 2)) is None
        episodes = play(make, [agent], [Match(n, (0,), n, n) for n in range(10)])
        assert {episode.ending for episode in episodes} == {"terminal"}


def test_a_network_knows_one_game_only(workspace: Any, learn: Any) -> None:
    made = learn("ppo:slots=4,rollout=4", "connect_four", 200)
    _, spec = environment_maker(workspace.registry, parse("tic_tac_toe"))
    with pytest.raises(Unsuitable, match="it learnt openspiel/connect_four"):
        Network(made.folder, **made.meta["agent_parameters"]).check(spec)
    with pytest.raises(Unsuitable, match="it learnt a game that looks, or is played, differently"):
        Network(made.folder).check(spec)
    _, spec = environment_maker(workspace.registry, parse("connect_four"))
    agent = Network(made.folder)
    agent.check(spec)
    make, _ = environment_maker(workspace.registry, parse("connect_four"))
    matches = [Match(n, (n % 2, 1 - n % 2), n, n) for n in range(6)]
    assert {e.ending for e in play(make, [agent, Uniform()], matches)} == {"terminal"}
