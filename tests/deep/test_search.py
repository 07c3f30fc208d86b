"""What a search must find whatever its network thinks, on tables and in lists of games alike."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from arena_deep.positions import ListedPositions, Positions, TablePositions
from arena_deep.search import Found, Search, halving
from torch import Tensor

from arena.environment import Environment
from arena.lookup import environment_maker
from arena.seeds import Luck
from arena.specs import parse
from arena.workspace import Workspace

LINES: dict[str, tuple[list[int], int]] = {
    "win a row": ([0, 3, 1, 4], 2),
    "block a row": ([0, 4, 8, 2], 6),
    "block as the second": ([0, 4, 1], 2),
    "fork or lose": ([4, 1, 0], 8),
}
"""Moves of tic_tac_toe, and the only move that does not throw the game away or win it at once."""


def positions(workspace: Workspace, name: str, lines: list[list[int]]) -> Positions:
    """Return positions of a game after these moves."""
    make, _ = environment_maker(workspace.registry, parse(name))
    games: list[Environment] = []
    for moves in lines:
        game = make()
        game.reset(Luck(0))
        for move in moves:
            game.step({game.acting()[0]: move})
        games.append(game)
    table = type(games[0]).tabled(games)
    return ListedPositions.of(games) if table is None else TablePositions(table)


def ignorant(seen: Any, seats: Tensor, legal: Tensor) -> tuple[Tensor, Tensor]:
    """Think the same of everything."""
    return torch.zeros(legal.shape), torch.zeros(len(legal))


def fancy(seen: Any, seats: Tensor, legal: Tensor) -> tuple[Tensor, Tensor]:
    """Think something of everything that depends on what is seen alone, without rounding."""
    weights = (torch.arange(seen[0].numel()) * 37 % 64 - 32) / 32
    flat = seen.reshape(len(seen), -1).float()
    odds = torch.stack([(flat * weights.roll(n)).sum(1) for n in range(legal.shape[1])], 1)
    return odds, (flat * weights).sum(1) / 8


@pytest.mark.parametrize("game", ["tensor/tic_tac_toe", "openspiel/tic_tac_toe"])
def test_it_finds_the_only_move(workspace: Workspace, game: str) -> None:
    """All at once, in trees of their own."""
    roots = positions(workspace, game, [line for line, _ in LINES.values()])
    found = Search(ignorant, 200)(roots)
    assert found.actions.tolist() == [move for _, move in LINES.values()]
    _, legal = roots.look()
    assert found.policy.sum(dim=1).tolist() == pytest.approx([1.0] * len(LINES))
    assert not found.policy[~legal].any()


@pytest.mark.parametrize("game", ["tensor/connect_four", "openspiel/connect_four"])
def test_three_are_made_four_or_stopped(workspace: Workspace, game: str) -> None:
    """By X, whose row it is, and by O: enough simulations to try every reply to every move."""
    roots = positions(workspace, game, [[0, 6, 1, 6, 2, 5], [0, 6, 1, 6, 2]])
    assert Search(ignorant, 400)(roots).actions.tolist() == [3, 3]


def test_values_are_those_of_the_seat_to_move(workspace: Workspace) -> None:
    """X wins at once; so does O, after X has thrown it away."""
    roots = positions(workspace, "tensor/tic_tac_toe", [[0, 3, 1, 4], [0, 3, 8, 4, 1], [0, 3, 1]])
    found = Search(ignorant, 400)(roots)
    assert found.actions[:2].tolist() == [2, 5]
    assert float(found.values[0]) > 0.6
    assert float(found.values[1]) > 0.6


def test_tables_and_lists_grow_the_same_trees(workspace: Workspace) -> None:
    """One game in two libraries; and what a row becomes does not hang on the others."""
    lines = [[], [4], [0, 4], [0, 4, 8], [1, 2, 3, 4, 5]]
    found = [
        Search(fancy, 64, considered=5)(positions(workspace, f"{library}/tic_tac_toe", lines))
        for library in ("tensor", "openspiel")
    ]
    for one, two in zip(*found):
        assert torch.equal(one, two)
    alone = [
        Search(fancy, 64, considered=5)(positions(workspace, "tensor/tic_tac_toe", [line]))
        for line in lines
    ]
    for whole, parts in zip(found[0], zip(*alone)):
        assert torch.allclose(whole, torch.cat(parts), atol=1e-6)


def test_noise_decides_among_equals(workspace: Workspace) -> None:
    """Nothing is known after one simulation, so the drawn action is played."""
    roots = positions(workspace, "tensor/tic_tac_toe", [[]] * 9)
    found: Found = Search(ignorant, 1)(roots, 5.0 * torch.eye(9))
    assert found.actions.tolist() == list(range(9))


def test_halving_by_hand() -> None:
    """Sixteen simulations of four actions: twice each of four, then four times each of two."""
    assert halving(4, 16) == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert halving(1, 3) == [0, 1, 2]
    assert halving(2, 5) == [0, 0, 1, 1, 2]
    assert halving(9, 4) == [0, 0, 0, 0]
