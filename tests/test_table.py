"""A `LoopTable` plays what the runner plays, and its arrays are what `Table` says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from gymnasium.spaces import Box, Dict, Discrete, Text, Tuple

from arena.agent import Agent
from arena.environment import Environment
from arena.loop_table import LoopTable
from arena.observation import Observation
from arena.playing import play
from arena.records import CHANCE, Episode, Match, Seat, Spec
from arena.seeds import Luck, derive
from arena.testing.probe import matches_of, random_action, same
from tests.testing.games import GAMES, HighCard, Nim


class ByTurn(Agent):
    """Random moves that a table can be fed too: by (deal, seat, turn)."""

    def act(self, observation: Observation) -> Any:
        deal = observation._slot.match.deal
        return move(observation.spec, deal, observation.seat, observation.turn, observation.legal)


def move(spec: Spec, deal: int, seat: int, turn: int, legal: Sequence[int] | None) -> Any:
    return random_action(spec.seats[seat].action_space, legal, derive(deal, seat, turn))


class Play:
    """Plays matches on a table and writes them down as the runner does."""

    def __init__(self, table: LoopTable, matches: list[Match]) -> None:
        self.table, self.queue = table, list(matches)
        self.now: list[Match | None] = [None] * table.size
        self.logs: dict[int, list[Any]] = {match.number: [] for match in matches}
        self.returns = {match.number: np.zeros(len(table.spec.seats)) for match in matches}
        self.turns = dict.fromkeys(self.logs, 0)
        self.truncated: dict[int, bool] = {}

    def run(self) -> None:
        table = self.table
        while self.queue or not table.over().all():
            rows = np.zeros(table.size, np.bool_)
            deals = np.full(table.size, -1, np.int64)
            for row in np.flatnonzero(table.over()).tolist():
                self.now[row] = self.queue.pop(0) if self.queue else None
                if (match := self.now[row]) is not None:
                    rows[row], deals[row] = True, match.deal
            table.reset(rows, deals)
            self.note(table.drawn())
            self.step()

    def step(self) -> None:
        table, asked = self.table, self.table.acting()
        masks = [table.legal(seat) for seat in range(len(table.spec.seats))]
        columns = []
        for seat, mask in enumerate(masks):
            space = table.spec.seats[seat].action_space
            column = [space.sample() for _ in range(table.size)]
            for row in np.flatnonzero(asked[:, seat]).tolist():
                match = self.now[row]
                assert match is not None
                start = int(getattr(space, "start", 0))
                legal = None if mask is None else (np.flatnonzero(mask[row]) + start).tolist()
                turn = self.turns[match.number]
                column[row] = move(table.spec, match.deal, seat, turn, legal)
                self.logs[match.number] += (seat, column[row])
            columns.append(np.array(column))
        pay = table.step(columns)
        for row in np.flatnonzero(asked.any(axis=1)).tolist():
            match = self.now[row]
            assert match is not None
            self.turns[match.number] += 1
            self.returns[match.number] += pay[row]
            self.truncated[match.number] = bool(table.truncated()[row])
        assert not pay[~asked.any(axis=1)].any()
        self.note(table.drawn())

    def note(self, drawn: Any) -> None:
        for row, actions in enumerate(drawn.tolist()):
            match = self.now[row]
            for action in actions:
                if match is not None and action >= 0:
                    self.logs[match.number] += (CHANCE, action)


@pytest.mark.parametrize("game", GAMES)
@pytest.mark.parametrize("size", [1, 5])
def test_a_table_plays_what_the_runner_plays(game: Callable[[], Environment], size: int) -> None:
    matches = matches_of(game().spec, 12, seed=4)
    episodes: dict[int, Episode] = {e.match.number: e for e in play(game, [ByTurn()], matches)}
    played = Play(LoopTable(game, size), matches)
    played.run()
    for number, episode in episodes.items():
        assert same(played.logs[number], episode.log)
        assert same(played.returns[number], episode.returns, 1e-12)
        assert played.turns[number] == episode.turns
        assert played.truncated[number] == (episode.ending == "truncated")


def test_a_new_table_is_over() -> None:
    table = LoopTable(Nim, 3)
    assert table.over().all() and not table.acting().any()
    assert not table.step([np.ones(3, np.int64)] * 2).any()
    assert table.drawn().shape == (3, 0)
    assert table.observe(0).shape == (3, 2) and not table.observe(0).any()


def test_rows_that_are_not_named_go_on() -> None:
    table = LoopTable(Nim, 2)
    table.reset(np.array([True, True]), np.array([1, 2]))
    table.step([np.array([2, 3])] * 2)
    table.reset(np.array([False, True]), np.array([3, 4]))
    assert table.observe(np.array([1, 0])).tolist() == [[8, 1], [10, 0]]
    assert table.acting().tolist() == [[False, True], [True, False]]


def test_rows_taken_out_go_their_own_way_and_are_put_back() -> None:
    table = LoopTable(Nim, 3)
    table.reset(np.array([True, True, False]), np.array([1, 2, 3]))
    table.step([np.array([2, 3, 1])] * 2)
    some = table.take(np.array([1, 1, 2]))
    some.step([np.array([1, 2, 1])] * 2)
    left = [row.tolist() for row in (table.observe(1)[:, 0], some.observe(0)[:, 0])]
    assert left == [[8, 7, 0], [6, 5, 0]]
    assert table.acting().tolist() == [[False, True], [False, True], [False, False]]
    table.put(np.array([2, 0]), some.take(np.array([0, 2])))
    assert table.acting().tolist() == [[False, False], [False, True], [True, False]]
    assert table.observe(0)[:, 0].tolist() == [0, 0, 6]


def test_legal_is_a_mask_over_the_action_space_from_its_start() -> None:
    table = LoopTable(lambda: Nim(2), 2)
    table.reset(np.array([True, False]), np.array([1, 2]))
    legal = table.legal(0)
    assert legal is not None and legal.tolist() == [[True, True, False], [False] * 3]


def test_deals_decide_the_luck() -> None:
    table = LoopTable(HighCard, 40)
    deals = np.array([derive(1, n % 20) for n in range(40)], np.int64)
    table.reset(np.ones(40, np.bool_), deals)
    drawn = table.drawn()
    assert drawn.shape == (40, 2)
    assert np.array_equal(drawn[:20], drawn[20:]) and len(np.unique(drawn[:20], axis=0)) == 6


class Trees(Environment):
    """One step, in which observations and actions are trees."""

    def __init__(self) -> None:
        seen = Dict({"at": Box(-1, 1, (2,)), "pair": Tuple((Discrete(3), Text(4)))})
        done = Dict({"push": Box(-1, 1, (2,)), "button": Discrete(2)})
        self.spec = Spec("trees", (Seat(seen, done), Seat(Discrete(2), Discrete(5))))

    def reset(self, rng: Luck) -> None:
        self.done: Any = None

    def acting(self) -> Sequence[int]:
        return (0, 1) if self.done is None else ()

    def observe(self, seat: int) -> Any:
        if seat == 1:
            return 1
        return {"at": np.ones(2, np.float32), "pair": (2, "word")}

    def step(self, actions: Any) -> Any:
        self.done = actions
        return [float(actions[0]["push"].sum()) + actions[0]["button"], float(actions[1])]


def test_seats_may_differ_and_hold_trees() -> None:
    table = LoopTable(Trees, 2)
    table.reset(np.array([False, True]), np.array([0, 0]))
    seen = table.observe(0)
    assert seen["at"].tolist() == [[0, 0], [1, 1]]
    assert seen["pair"][0].tolist() == [0, 2] and seen["pair"][1] == ["", "word"]
    assert table.observe(1).tolist() == [0, 1]
    assert table.legal(0) is None
    legal = table.legal(1)
    assert legal is not None and legal.tolist() == [[False] * 5, [True] * 5]
    push = np.array([[9, 9], [0.5, 0.25]])
    pay = table.step([{"push": push, "button": np.array([0, 1])}, np.array([0, 4])])
    assert pay.tolist() == [[0, 0], [1.75, 4]]
    assert table.over().all()


def test_torch_is_not_imported() -> None:
    code = "import sys, arena.table_game, arena.testing; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
