"""The gains of stages: a round robin that concludes them."""

from __future__ import annotations

import numpy as np
import pytest

from arena.errors import BadParameter, Unsuitable
from arena.formats.gains import Gains
from arena.formats.round_robin import RoundRobin
from arena.records import Pairing
from tests.formats.simulated import Played, field


def by_number(luck: np.random.Generator, pairing: Pairing) -> list[float]:
    """The later entrant wins three games of four."""
    better = int(pairing.seats[1] > pairing.seats[0])
    winner = better if luck.random() < 0.75 else 1 - better
    return [1.0 if seat == winner else -1.0 for seat in range(2)]


def test_it_is_a_round_robin() -> None:
    entrants = field(3)
    one, other = (Played(made, entrants, by_number) for made in (Gains(20), RoundRobin(20)))
    assert one.pairings == other.pairings


def test_each_entrant_is_the_next_stage_if_nothing_is_said() -> None:
    played = Played(Gains(400), field(3), by_number, seed=1)
    gains = played.format.conclusion(played.entrants, played.results)["gains"]
    assert [(row["stage"], row["from"]) for row in gains] == [("e1", "e0"), ("e2", "e1")]
    for row in gains:
        assert row["elo"]["low"] < 400 * np.log10(3) < row["elo"]["high"]
        assert row["wins"] + row["losses"] == 400


def test_stages_may_branch() -> None:
    played = Played(Gains(40, ("e1>e0", "e2>e0")), field(3), by_number)
    gains = played.format.conclusion(played.entrants, played.results)["gains"]
    assert [(row["stage"], row["from"]) for row in gains] == [("e1", "e0"), ("e2", "e0")]


def test_nothing_is_concluded_of_what_was_not_played() -> None:
    played = Played(Gains(2), field(2), lambda luck, pairing: None)
    assert played.format.conclusion(played.entrants, played.results) == {}


@pytest.mark.parametrize("text", ["a", "a>", ">a", "a>a"])
def test_what_is_no_stage_is_told(text: str) -> None:
    with pytest.raises(BadParameter, match="stages=NEW>OLD"):
        Gains(2, (text,))


def test_stages_are_entrants() -> None:
    with pytest.raises(Unsuitable, match="no entrant is called 'x'"):
        Gains(2, ("x>e0",)).check(field(2))
