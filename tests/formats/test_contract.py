"""Every format that comes with the core keeps the contract that plugins are held to."""

from __future__ import annotations

import pytest

from arena.plugins import make_registry
from arena.records import Ref
from arena.stock import arena_formats
from arena.testing import check_format

FEW = {
    "sprt": {"games": 200, "round_games": 20},
    "swiss": {"games": 1},
    "ladder": {"games": 2, "round_games": 6},
    "free_for_all": {"games": 4},
}


@pytest.mark.parametrize("name", sorted(arena_formats()))
def test_it_keeps_the_contract(name):
    made = make_registry().make("formats", Ref(name, FEW.get(name, {"games": 2})))
    report = check_format(made, entrants=5)
    assert report.notes
