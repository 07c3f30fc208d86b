"""OpenSpiel's games keep the rules that Arena holds every environment to."""

from __future__ import annotations

import pytest
from arena_openspiel.family import OpenSpiel

from arena.testing import check_environment

_FAMILY = OpenSpiel()
_EACH_SORT = [
    "tic_tac_toe",  # in turn
    "kuhn_poker",  # chance, hidden cards
    "goofspiel",  # at once
    "2048",  # alone, paid as it goes
    "tiny_hanabi",  # cooperative
    "liars_dice_ir",  # text only
    "negotiation",  # luck of its own
    "crossword",  # written actions
    "python_ant_foraging",  # sets Python's own generators
    "python_dynamic_routing",  # its observers remember
]
_REST = [n for n in _FAMILY.names() if n not in _EACH_SORT and not _FAMILY.describe(n).unsuitable]


@pytest.mark.parametrize("name", _EACH_SORT)
def test_each_sort(name):
    check_environment(lambda: _FAMILY.make(name), games=2)


@pytest.mark.slow
@pytest.mark.parametrize("name", _REST)
def test_all_others(name):
    check_environment(lambda: _FAMILY.make(name), games=2)
