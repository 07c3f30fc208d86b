"""What AlphaZero learns from, which images of it are games too, and who plays what it learnt."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from arena_deep.alphazero import AlphaZero, losses
from arena_deep.symmetry import symmetries

from arena.errors import BadParameter, Unsuitable
from arena.lookup import check_suits, environment_maker, find_player, make_agent
from arena.playing import play
from arena.records import Match, Rules
from arena.seeds import Luck, derive
from arena.specs import parse
from arena.workspace import Workspace


@pytest.mark.parametrize(
    ("game", "count"),
    [
        ("tensor/tic_tac_toe", 8),
        ("openspiel/tic_tac_toe", 8),
        ("openspiel/connect_four", 2),
        ("openspiel/othello", 4),
        ("openspiel/breakthrough", 1),
        ("openspiel/nim", 1),
    ],
)
def test_symmetries_are_found(workspace: Workspace, game: str, count: int) -> None:
    """All eight of a square, a mirror, and those that leave the four first stones as they are."""
    make, spec = environment_maker(workspace.registry, parse(game))
    found = symmetries(make, spec)
    assert len(found) == count
    first = found[0]
    assert np.array_equal(first.sees, np.arange(len(first.sees)))
    assert np.array_equal(first.does, np.arange(len(first.does)))


def test_a_mirrored_position_is_the_position_of_mirrored_moves(workspace: Workspace) -> None:
    make, spec = environment_maker(workspace.registry, parse("openspiel/connect_four"))
    _, mirror = symmetries(make, spec)
    assert mirror.does.tolist() == [6, 5, 4, 3, 2, 1, 0]
    one, two = make(), make()
    for game, moves in ((one, [0, 1, 1, 5]), (two, [6, 5, 5, 1])):
        game.reset(Luck(0))
        for move in moves:
            game.step({game.acting()[0]: move})
    assert np.array_equal(np.ravel(one.observe(0))[mirror.sees], np.ravel(two.observe(0)))


def test_the_loss_by_hand() -> None:
    """Log-odds of 0 and log 3 (the third is illegal), a policy of one half each, a value of 1."""
    batch = {
        "mask": torch.tensor([[True, True, False]]),
        "policy": torch.tensor([[0.5, 0.5, 0.0]]),
        "target": torch.tensor([-0.5]),
    }
    outputs = torch.tensor([[0.0, math.log(3), 9.0]])
    policy, value, divergence = losses(outputs, torch.tensor([1.0]), batch)
    wanted = -0.5 * (math.log(0.25) + math.log(0.75))
    assert float(policy) == pytest.approx(wanted)
    assert float(value) == pytest.approx(2.25)
    assert float(divergence) == pytest.approx(wanted - math.log(2))


def test_what_is_no_setting() -> None:
    for given in ({"simulations": 0}, {"found": 2.0}, {"trust": -1.0}, {"net": "deep"}):
        with pytest.raises(BadParameter):
            AlphaZero(**given)  # type: ignore[arg-type]


@pytest.fixture
def learnt(learn: Any) -> Any:
    """Return a checkpoint that has learnt next to nothing."""
    return learn(
        "alphazero:slots=8,simulations=4,minibatch=16,channels=4,hidden=8", "tensor/connect_four", 1
    )


def test_a_game_of_the_same_name_in_another_library_is_played(
    workspace: Workspace, learnt: Any
) -> None:
    """Learnt from tables, it plays OpenSpiel's connect_four, and no other game."""
    player = find_player(workspace.registry, Path(workspace.home), parse("mine:simulations=8"))
    for game in ("openspiel/connect_four", "tensor/connect_four"):
        make, spec = environment_maker(workspace.registry, parse(game))
        agent = make_agent(workspace.registry, Path(workspace.home), player.ref, "cpu")
        check_suits(agent, player.name, spec, Rules())
        matches = [Match(n, (0, 0), derive(3, n), n) for n in range(2)]
        for episode in play(make, [agent], matches):
            assert not episode.faults
            assert episode.ending == "terminal"
    for game, why in (("tic_tac_toe", "it learnt tensor/connect_four"), ("kuhn_poker", "hidden")):
        _, spec = environment_maker(workspace.registry, parse(game))
        with pytest.raises(Unsuitable, match=why):
            check_suits(agent, player.name, spec, Rules())
