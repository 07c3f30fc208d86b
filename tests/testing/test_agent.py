"""Every rule of `check_agent` holds for good agents and is broken by a bad one."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from arena.agent import Agent
from arena.batch import Batch, Moves
from arena.environment import Environment
from arena.errors import Unsuitable, UsageError
from arena.tensor_luck import tensor_pick
from arena.testing import Broken, check_agent
from arena.testing.agent import RULES
from arena.testing.probe import RandomPlayer
from arena.testing.questions import Tally
from arena.testing.report import Report
from tests.testing.games import GAMES, Drift, Duel, HighCard, Nim


class Uniform(Agent):
    """Random by the batch's own luck: the good example."""

    def act_batch(self, batch: Batch) -> Sequence[Any]:
        return [legal[int(u * len(legal))] for legal, u in zip(batch.legal, batch.u.tolist())]


class Remembers(Agent):
    """Plays what it played before, kept where it belongs."""

    def act(self, observation: Any) -> Any:
        moves = (*observation.memory.get("moves", ()), observation.turn)
        observation.memory["moves"] = moves
        return observation.legal[len(moves) % len(observation.legal)]


class Network(Agent):
    """A small network: its sums depend on the size of the batch in the last bit only."""

    def __init__(self) -> None:
        self.weights = np.random.default_rng(1).normal(size=(2, 5)).astype(np.float32)

    def act_batch(self, batch: Batch) -> Moves:
        logits = batch.data.astype(np.float32) @ self.weights
        mask = np.zeros(logits.shape, np.bool_)
        for row, legal in enumerate(batch.legal):
            mask[row, list(legal)] = True
        logits[~mask] = -np.inf
        return Moves.of(logits.argmax(axis=1), value=logits.max(axis=1))


class Searches(Agent):
    """Looks one move ahead in worlds that it imagines."""

    needs = frozenset({"model"})

    def act(self, observation: Any) -> Any:
        best = {}
        for action in observation.legal:
            world = observation.imagine(observation.rng)
            best[action] = (world.step({observation.seat: action}) or [0, 0])[observation.seat]
        return max(best, key=lambda action: best[action])


class Unwell(Agent):
    def __init__(self) -> None:
        raise RuntimeError("no weights")


class Needy(Uniform):
    needs = frozenset({"state"})


class Picky(Uniform):
    def check(self, spec: Any) -> None:
        raise Unsuitable("it is for chess")


class Fussy(Uniform):
    def check(self, spec: Any) -> None:
        raise KeyError(spec.name)


class Trips(Uniform):
    def act_batch(self, batch: Batch) -> Sequence[Any]:
        if 3 in batch.turns:
            raise ZeroDivisionError("float division by zero")
        return super().act_batch(batch)


class Cheats(Uniform):
    def act_batch(self, batch: Batch) -> Sequence[Any]:
        return [7] * len(batch)


class Short(Uniform):
    def act_batch(self, batch: Batch) -> Sequence[Any]:
        return super().act_batch(batch)[:1]


class Answers(Uniform):
    def act_batch(self, batch: Batch) -> Sequence[Any]:
        return [str(action) for action in super().act_batch(batch)]


class Counter(Agent):
    """Keeps the state of its games on itself."""

    def __init__(self) -> None:
        self.asked = 0

    def act(self, observation: Any) -> Any:
        self.asked += 1
        return observation.legal[self.asked % len(observation.legal)]


class Appends(Agent):
    """Changes what is on its page in place."""

    def act(self, observation: Any) -> Any:
        observation.memory.setdefault("moves", []).append(observation.turn)
        return observation.legal[len(observation.memory["moves"]) % len(observation.legal)]


class Crowd(Agent):
    """Answers each row by how many rows there are."""

    def act_batch(self, batch: Batch) -> Sequence[Any]:
        return [legal[len(batch) % len(legal)] for legal in batch.legal]


class Queue(Agent):
    """Answers each row by its place among the rows."""

    def act_batch(self, batch: Batch) -> Sequence[Any]:
        return [legal[row % len(legal)] for row, legal in enumerate(batch.legal)]


class OneRng(Agent):
    """One draw a row from a generator of the batch: what a row draws depends on its neighbours."""

    def act_batch(self, batch: Batch) -> Sequence[Any]:
        rng = np.random.default_rng(7)
        return [legal[int(rng.integers(len(legal)))] for legal in batch.legal]


class Neighbour(Agent):
    """Answers a row from the row beside it, and its own where there is none."""

    def act_batch(self, batch: Batch) -> Sequence[Any]:
        turns = [batch[0].turn + int(batch[0].u * 3)] * len(batch)
        return [legal[turn % len(legal)] for legal, turn in zip(batch.legal, turns)]


class Scribbles(Uniform):
    def act_batch(self, batch: Batch) -> Sequence[Any]:
        for row in batch:
            row.data[:] = 0
        return super().act_batch(batch)


class Crosses(Uniform):
    def act_batch(self, batch: Batch) -> Sequence[Any]:
        answers = super().act_batch(batch)
        for legal in batch.legal:
            legal.clear()
        return answers


class Rolls(Agent):
    def act(self, observation: Any) -> Any:
        return random.choice(observation.legal)


class RollsNumpy(Agent):
    def act(self, observation: Any) -> Any:
        return int(np.random.choice(observation.legal))


class Born(Agent):
    """Every object plays in a style of its own."""

    born = 0

    def __init__(self) -> None:
        Born.born += 1
        self.style = Born.born

    def act(self, observation: Any) -> Any:
        return observation.legal[self.style % len(observation.legal)]


class Veteran(Agent):
    """Plays otherwise once it has seen the end of some match."""

    late = second = False

    def act(self, observation: Any) -> Any:
        self.second = self.second or (self.late and observation.turn == 0)
        self.late = self.late or observation.turn > 4
        return observation.legal[-1 if self.second else 0]


class ListNim(Nim):
    """Legal moves as a list of its own, so that they can be scribbled on."""

    moves = ([], [1], [1, 2], [1, 2, 3])

    def legal(self, seat: int) -> Any:
        return list(self.moves[min(self.left, 3)])


class Columns(Agent):
    """The last legal action, but a random one at first; `fault` is what is wrong on tables."""

    columns = True

    def __init__(self, fault: str = "") -> None:
        self.fault = fault

    def act_batch(self, batch: Any) -> Any:
        if batch.device is None:
            return [row.legal[int(row.u * len(row.legal)) if row.turn < 1 else -1] for row in batch]
        if self.fault == "rows":
            return [row.legal[-1] for row in batch]
        last = batch.mask.shape[1] - 1 - batch.mask.flip(1).char().argmax(1)
        if self.fault == "other":
            last = batch.mask.char().argmax(1)
        if self.fault == "illegal":
            last = last * 0 - 7
        first = tensor_pick(batch.mask, batch.u)
        return first.where(batch.turns < 1, last) + int(batch.action_space.start)


BROKEN: list[tuple[str, Callable[[], Any], Callable[[], Environment]]] = [
    ("made", Unwell, Nim),
    ("made", Needy, Nim),
    ("made", lambda: "random", Nim),
    ("suits", Picky, Nim),
    ("suits", Fussy, Nim),
    ("suits", Searches, Duel),
    ("raises", Trips, Nim),
    ("raises", Agent, Nim),
    ("legal", Cheats, Nim),
    ("legal", Short, Nim),
    ("legal", Answers, Nim),
    ("repeat", Counter, Nim),
    ("repeat", Appends, Nim),
    ("batch", Crowd, Nim),
    ("order", Queue, Nim),
    ("order", OneRng, HighCard),
    ("order", Neighbour, Nim),
    ("observation", Scribbles, Nim),
    ("observation", Crosses, ListNim),
    ("luck", Rolls, Nim),
    ("luck", RollsNumpy, HighCard),
    ("seeds", Born, Nim),
    ("seeds", lambda: VETERAN, Nim),
    ("columns", lambda: Columns("rows"), Nim),
    ("columns", lambda: Columns("illegal"), Nim),
    ("columns", lambda: Columns("other"), Nim),
]
VETERAN = Veteran()


@pytest.mark.parametrize("agent", [RandomPlayer, RandomPlayer()])
def test_good_agents_pass_in_games_of_every_shape(agent: Any) -> None:
    report = check_agent(agent, *GAMES)
    assert report.notes == [] and report.skipped == {"columns": "it answers rows"}


@pytest.mark.parametrize("agent", [Uniform, Remembers, Network, Searches])
def test_good_agents_pass(agent: Callable[[], Agent]) -> None:
    check_agent(agent, *((Nim,) if agent is Network else (Nim, HighCard)))


@pytest.mark.parametrize(("rule", "agent", "game"), BROKEN)
def test_a_bad_agent_breaks_its_rule(rule: str, agent: Any, game: Any) -> None:
    with pytest.raises(Broken) as caught:
        check_agent(agent, game)
    assert caught.value.rule == rule, caught.value
    assert "\n" not in str(caught.value) and "; " in str(caught.value)


def test_every_rule_has_an_agent_that_breaks_it() -> None:
    assert {rule for rule, _, _ in BROKEN} == set(RULES)


def test_a_tie_between_floats_is_noted_and_not_refused() -> None:
    report, tally = Report("agent Tied", RULES), Tally()
    for row in range(200):
        tally.add("batch", row, row if row else 1, "a row of 8 asked alone")
    tally.judge(report, Nim().spec)
    assert report.notes == [
        "batch: 1 of 200 rows changed in nim, as a tie between floats may: 0, then 1, a row of 8 "
        "asked alone"
    ]
    for row in range(2):
        tally.add("batch", row, row + 1, "a row of 8 asked alone")
    with pytest.raises(Broken, match="3 of 202 answers change"):
        tally.judge(report, Nim().spec)


def test_an_instance_is_played_twice() -> None:
    with pytest.raises(Broken, match="'seeds'"):
        check_agent(Veteran(), Nim)


def test_there_must_be_a_game() -> None:
    with pytest.raises(UsageError, match="tic_tac_toe"):
        check_agent(Uniform)


def test_a_game_that_fails_is_not_taken_for_the_agents_fault() -> None:
    class Fails(Drift):
        def step(self, actions: Any) -> Any:
            raise OSError("the disk is full")

    with pytest.raises(Broken, match="check the environment"):
        check_agent(RandomPlayer, Fails)


def test_what_answers_tables_answers_them_as_it_does_rows() -> None:
    assert "columns" not in check_agent(Columns, Nim, HighCard, games=6, asks=2).skipped
    assert "columns" in check_agent(Uniform, Nim, games=4, asks=2).skipped
