"""Rows taken out of a table and put back, and agents that search in what they are shown of one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from arena_tensor.family import Tensor

from arena.agent import Agent
from arena.environment import Environment
from arena.playing import play
from arena.records import Match
from arena.seeds import Luck, derive
from arena.table import BranchingTable, Table

FAMILY = Tensor()
BRANCHING = ["tic_tac_toe", "connect_four", "othello", "mnk", "hex", "breakthrough"]


def begun(name: str, size: int, moves: int) -> BranchingTable:
    """Return a table after some random moves."""
    table: BranchingTable = FAMILY.make(name).table(size, "cpu")
    table.reset(table.over(), torch.arange(size))
    for turn in range(moves):
        advance(table, turn)
    return table


def advance(table: Table, turn: int) -> Any:
    """Move at random in every row: by row and turn."""
    legal = table.legal(table.acting()[:, 1].long())
    assert legal is not None
    weights = torch.tensor([[derive(n, a, turn) % 997 + 1 for a in range(legal.shape[1])]
                            for n in range(table.size)])  # fmt: skip
    chosen = (legal * weights).argmax(dim=1)
    return table.step([chosen, chosen])


def shown(table: Table) -> list[Any]:
    """Return all that a table tells."""
    seats = table.acting()[:, 1].long()
    return [table.over(), table.acting(), table.legal(seats), table.observe(seats)]


@pytest.mark.parametrize("name", BRANCHING)
def test_rows_branch_and_come_back(name: str) -> None:
    """What is taken goes on like the rows it came from, which stay; what is put replaces those."""
    table, twin = begun(name, 5, 4), begun(name, 5, 4)
    rows = torch.tensor([3, 3, 0])
    branch = table.take(rows)
    for one, whole in zip(shown(branch), shown(table)):
        assert torch.equal(one, whole[rows])
    pay = branch.step([branch.legal(0).long().argmax(1)] * 2)  # type: ignore[union-attr]
    assert pay.shape == (3, 2)
    for one, two in zip(shown(table), shown(twin)):
        assert torch.equal(one, two)
    before = [column.clone() for column in shown(table)]
    table.put(torch.tensor([4, 1, 2]), branch)
    for now, was, put in zip(shown(table), before, shown(branch)):
        assert torch.equal(now[[0, 3]], was[[0, 3]])
        assert torch.equal(now[[4, 1, 2]], put)
    advance(table, 9)


@pytest.mark.parametrize("name", ["tic_tac_toe", "othello"])
def test_single_games_become_a_table(name: str) -> None:
    """Games in progress, copied out of themselves."""
    games: list[Environment] = []
    for number in range(3):
        game = FAMILY.make(name)
        game.reset(Luck(0))
        for _ in range(number):
            (seat,) = game.acting()
            game.step({seat: game.legal(seat)[0]})  # type: ignore[index]
        games.append(game)
    table = type(games[0]).tabled(games)
    for row, game in enumerate(games):
        (seat,) = game.acting()
        assert np.flatnonzero(table.legal(seat)[row]).tolist() == game.legal(seat)
        assert np.array_equal(table.observe(seat)[row], game.observe(seat))
    table.step([table.legal(0).long().argmax(1)] * 2)
    assert games[0].acting() == (0,)


class Greedy(Agent):
    """Wins at once if it can, else plays by its luck: looks one move ahead in every row."""

    needs = frozenset({"model"})

    def __init__(self, columns: bool) -> None:
        self.columns = columns

    def act_batch(self, batch: Any) -> Any:
        if batch.device is not None:
            return self.chosen(batch.imagine(), batch.mask, batch.u)
        worlds = [observation.imagine(observation.rng) for observation in batch]
        table = type(worlds[0]).tabled(worlds)
        found = self.chosen(table, torch.as_tensor(batch.mask), torch.as_tensor(batch.u))
        return found.tolist()

    @staticmethod
    def chosen(table: BranchingTable, mask: torch.Tensor, u: torch.Tensor) -> torch.Tensor:
        """Return the first action that wins, else the one at u among the legal ones."""
        places = mask.long().cumsum(1)
        wanted = (u * places[:, -1]).long() + 1
        chosen = ((places == wanted[:, None]) & mask).long().argmax(1)
        seats = table.acting()[:, 1].long()
        for action in reversed(range(mask.shape[1])):
            world = table.take(torch.arange(table.size))
            moves = torch.full_like(seats, action)
            pay = world.step([moves, moves]).gather(1, seats[:, None])[:, 0]
            chosen = torch.where((pay > 0) & mask[:, action], action, chosen)
        return chosen


def test_a_search_sees_the_same_in_tables_and_in_single_games() -> None:
    def make() -> Environment:
        return FAMILY.make("tic_tac_toe")

    matches = [Match(n, (n % 2, 1 - n % 2), derive(1, n), n) for n in range(40)]
    logs = []
    for columns in (True, False):
        agents = [Greedy(columns), Greedy(columns)]
        episodes = sorted(play(make, agents, matches), key=lambda episode: episode.match.number)
        assert not any(episode.faults for episode in episodes)
        logs.append([(list(e.moves), list(e.returns)) for e in episodes])
    assert logs[0] == logs[1]


def test_only_who_needs_a_model_gets_one() -> None:
    class Nosy(Greedy):
        needs = frozenset()

    episodes = list(
        play(lambda: FAMILY.make("tic_tac_toe"), [Nosy(True)], [Match(0, (0, 0), 1, 1)])
    )
    assert "for agents that need a model" in episodes[0].faults[0].message
