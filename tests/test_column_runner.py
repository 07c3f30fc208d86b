"""Columns and single games come to the same: moves, returns, faults, what is handed back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from arena_tensor.family import Tensor

from arena.agent import Agent
from arena.batch import Moves
from arena.errors import Infrastructure
from arena.records import Match
from tests.drivers import (
    Chooses,
    Jungle,
    Make,
    Notes,
    agree,
    by_columns,
    by_objects,
    differ,
    field,
    tabled,
)
from tests.toys import Dice, Nim, Pennies, Walk

NIM, DICE = tabled(Nim, alternating=True), tabled(Dice)
GAMES: dict[str, Make] = {
    "turns": NIM,
    "turns, seats asked apart": tabled(Nim),
    "at once": tabled(Pennies),
    "nature": DICE,
    "real numbers": tabled(Walk),
    "mixed": tabled(Jungle),
    "mixed, alone": tabled(partial(Jungle, 1)),
    "mixed, seats differ": tabled(partial(Jungle, 4, alike=False)),
    "tensors": partial(Tensor().make, "connect_four"),
}


@pytest.mark.parametrize("slots", [1, 7, 64])
@pytest.mark.parametrize("name", GAMES)
def test_both_drivers_play_the_same_matches(name: str, slots: int) -> None:
    make = GAMES[name]
    agents = [Chooses(), Chooses(0.37), Chooses(0.71)]
    found = agree(make, agents, field(make().spec, 3, 60), slots)
    assert len(found) == 60


@pytest.mark.parametrize("name", GAMES)
def test_both_keep_what_is_handed_back_and_remembered(name: str) -> None:
    make = GAMES[name]
    found = agree(make, [Notes(), Notes(0.4)], field(make().spec, 2, 40), 16)
    assert any(episode.columns for episode in found.values())


class Errs(Chooses):
    """Gives an answer that is none in some of its moves: of another luck, so that rows differ."""

    def __init__(self, rate: float, answer: float) -> None:
        super().__init__(0.2)
        self.rate, self.answer = rate, answer

    def act_batch(self, batch: Any) -> Any:
        actions, errs = super().act_batch(batch), batch.u * 977 % 1 < self.rate
        if batch.device is None:
            rows = zip(actions, errs.tolist())
            return [self._wrong(action) if err else action for action, err in rows]
        wrong = torch.full_like(actions, self.answer)
        return actions.where(~errs.view(-1, *[1] * (actions.ndim - 1)), wrong)

    def _wrong(self, action: Any) -> Any:
        if isinstance(action, int):
            return self.answer
        return np.full_like(action, self.answer)


@pytest.mark.parametrize("answer", [-9, 99, 2])
@pytest.mark.parametrize("name", GAMES)
def test_an_illegal_action_forfeits_that_row_alone(name: str, answer: int) -> None:
    make = GAMES[name]
    found = agree(make, [Errs(0.1, answer), Chooses()], field(make().spec, 2, 80), 16)
    endings = {episode.ending for episode in found.values()}
    assert answer == 2 or ("forfeit" in endings and len(endings) > 1)
    for episode in found.values():
        assert (episode.ending == "forfeit") == any(f.cost == "forfeit" for f in episode.faults)


def test_a_number_that_is_none_forfeits() -> None:
    walk = tabled(Walk)
    found = agree(walk, [Errs(0.2, float("nan"))], field(walk().spec, 1, 30), 8)
    assert {episode.ending for episode in found.values()} == {"forfeit", "truncated"}


class Raises(Chooses):
    """Raises for batches that hold a row of small luck; `error` is what."""

    def __init__(self, error: Exception, rate: float = 0.05) -> None:
        super().__init__(0.6)
        self.error, self.rate = error, rate

    def act_batch(self, batch: Any) -> Any:
        if bool((batch.u < self.rate).any()):
            raise self.error
        return super().act_batch(batch)


@pytest.mark.parametrize("name", ["turns", "at once", "mixed", "mixed, seats differ"])
def test_who_raises_pays_for_the_row_that_made_it(name: str) -> None:
    make = GAMES[name]
    agents = [Raises(RuntimeError("not this one")), Notes()]
    found = agree(make, agents, field(make().spec, 2, 40), 16)
    faults = [fault for episode in found.values() for fault in episode.faults]
    assert faults and {fault.kind for fault in faults} == {"exception"}
    assert {fault.message for fault in faults} == {"RuntimeError: not this one"}


@pytest.mark.parametrize("name", ["turns", "at once", "mixed"])
def test_a_server_that_fails_voids_the_match(name: str) -> None:
    make = GAMES[name]
    found = agree(make, [Raises(Infrastructure("no answer")), Chooses()], field(make().spec, 2, 40))
    void = [episode for episode in found.values() if episode.ending == "void"]
    assert void and all(fault.cost == "void" for episode in void for fault in episode.faults)


class Answers(Agent):
    """Gives the first legal actions in a form of its own."""

    columns = True

    def __init__(self, form: Any) -> None:
        self.form = form

    def act_batch(self, batch: Any) -> Any:
        return self.form([legal[0] for legal in batch.legal])


FORMS = {
    "list": list,
    "tuple": tuple,
    "array": np.array,
    "small": lambda actions: np.array(actions, np.int8),
    "unsigned": lambda actions: np.array(actions, np.uint16),
    "float": lambda actions: [float(action) for action in actions],
    "fraction": lambda actions: [action + 0.5 for action in actions],
    "truth": lambda actions: [True] * len(actions),
    "words": lambda actions: ["one"] * len(actions),
    "nothing": lambda actions: None,
    "too few": lambda actions: actions[1:],
    "nested": lambda actions: [[action] for action in actions],
    "moves": lambda actions: Moves.of(actions, why=["so"] * len(actions)),
    "some": lambda actions: Moves.of(actions, why=[a if a % 2 else None for a in actions]),
    "short column": lambda actions: Moves.of(actions, why=[1]),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["turns", "at once"])
def test_answers_of_any_form_are_judged_alike(name: str, form: str) -> None:
    make = GAMES[name]
    agree(make, [Answers(FORMS[form]), Chooses()], field(make().spec, 2, 24), 8)


def test_a_table_that_fails_voids_what_was_in_flight_and_no_more() -> None:
    class Cracks(Nim):
        def step(self, actions: Any) -> Any:
            if self.deal % 10 == 3 and self.left == 7:
                raise RuntimeError("the table broke")
            return super().step(actions)

        def reset(self, rng: Any) -> None:
            super().reset(rng)
            self.deal = rng.seed

    make = tabled(Cracks, alternating=True)
    matches = [Match(n, (n % 2, 1 - n % 2), n, n) for n in range(400)]
    found = by_columns(make, [Chooses(), Chooses(0.4)], matches, 8)
    well = by_objects(NIM, [Chooses(), Chooses(0.4)], matches)
    void = [number for number, episode in found.items() if episode.ending == "void"]
    assert len(found) == 400 and 0 < len(void) < 400
    for number in void:
        (fault,) = found.pop(number).faults
        assert (fault.kind, fault.cost) == ("infrastructure", "void")
        assert "the table broke" in fault.message
        del well[number]
    assert not list(differ(well, found))


def test_matches_of_many_lineups_are_all_played() -> None:
    agents: Sequence[Agent] = [Chooses(n / 12) for n in range(12)]
    found = agree(NIM, agents, field(Nim().spec, 12, 300), 64)
    assert len({episode.match.seats for episode in found.values()}) > 100


def test_a_player_meets_itself() -> None:
    matches = [Match(n, (0, 0), n, n) for n in range(41)]
    for make in (NIM, GAMES["at once"], GAMES["tensors"]):
        agree(make, [Notes()], matches, 16)


def test_matches_with_openings_are_played_among_the_others() -> None:
    matches = [Match(n, (n % 2, 1 - n % 2), n, n, ("1", "2") * (n % 3 == 0)) for n in range(30)]
    found = agree(NIM, [Chooses(), Chooses(0.4)], matches, 8)
    assert [found[n].log[:4] for n in (0, 3)] == [[0, 1, 1, 2]] * 2
