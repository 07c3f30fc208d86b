"""What every trainer of several seats owes: the rules of trainers, whatever seats see and do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from arena.checkpoints import read_arrays
from arena.errors import BadParameter, Unsuitable
from arena.testing import check_trainer

OFF = "worlds=4,batch=32,replay=900,actor=8,critic=8"
ON = "worlds=4,actor=8,critic=8"


QUICK = [
    (f"maddpg:{OFF}", "tensor/simple_spread:continuous_actions=true"),
    (f"iddpg:{OFF},shared=false,updates=2", "mpe2/simple_speaker_listener_v4"),
    (f"mappo:{ON},opponents=pool", "tensor/simple_adversary:continuous_actions=true"),
    (f"maa2c:{ON},recurrent=4", "kuhn_poker:players=3"),
    (f"qmix:{OFF}", "tensor/simple_speaker_listener"),
]
SLOW = [
    (f"maa2c:{ON}", "kuhn_poker:players=3"),
    (f"ippo:{ON},recurrent=4,opponents=pool", "tensor/simple_adversary:continuous_actions=true"),
    (f"maddpg:{OFF},shared=false", "mpe2/simple_adversary_v3:continuous_actions=true"),
    (f"matd3:{OFF},opponents=pool", "tensor/simple_tag:continuous_actions=true"),
    (f"ippo:{ON},shared=false", "tensor/simple_spread"),
    (f"vdn:{OFF}", "tensor/simple_spread"),
    ("maddpg:worlds=2,batch=32,actor=8,critic=8", "mpe2/simple_push_v3"),
]


@pytest.mark.parametrize(
    ("trainer", "game"), QUICK + [pytest.param(*row, marks=pytest.mark.slow) for row in SLOW]
)
def test_trainers_of_several_seats_keep_the_rules(trainer: str, game: str) -> None:
    check_trainer(trainer, game, 900)


@pytest.mark.parametrize(
    ("trainer", "game", "why"),
    [
        ("maddpg", "tic_tac_toe", "move by turns"),
        ("mappo", "tensor/cart_pole", "one seat"),
        ("qmix", "tensor/simple_spread:continuous_actions=true", "one choice a seat"),
        ("vdn", "tensor/simple_tag", "reward=team"),
        ("maddpg:opponents=pool", "tensor/simple_spread", "no rivals"),
    ],
)
def test_games_that_do_not_suit(learn: Any, trainer: str, game: str, why: str) -> None:
    with pytest.raises(Unsuitable, match=why):
        learn(trainer, game, 100)


@pytest.mark.parametrize(
    "given", ["worlds=0", "gamma=1.5", "noise=1;2;3", "noise=-1", "delay=0", "learning_rate=0"]
)
def test_parameters_that_mean_nothing(learn: Any, given: str) -> None:
    with pytest.raises(BadParameter, match=given.partition("=")[0]):
        learn(f"maddpg:{given}", "tensor/simple_spread", 100)


@pytest.mark.parametrize("given", ["recurrent=-1", "optimism=0.5;2", "rollout=0", "decay=1.5"])
def test_parameters_of_mappo_that_mean_nothing(learn: Any, given: str) -> None:
    with pytest.raises(BadParameter, match=given.partition("=")[0]):
        learn(f"mappo:{given}", "tensor/simple_spread", 100)


@pytest.mark.parametrize(
    ("given", "groups", "networks"),
    [("", [[0, 1, 2], [3]], 2), (",shared=false", [[0], [1], [2], [3]], 4)],
)
def test_seats_of_a_role_share_an_actor_or_do_not(
    learn: Any, given: str, groups: list[list[int]], networks: int
) -> None:
    made = learn(f"mappo:{ON}{given}", "tensor/simple_tag", 400)
    config = json.loads((Path(made.folder) / "network.json").read_text())
    assert config["groups"] == groups
    names = {name.split(".")[1] for name in read_arrays(made.folder)}
    assert len(names) == networks
