"""Games in which nature moves are OpenSpiel's, draw for draw."""

from __future__ import annotations

from typing import Any

import pyspiel
import pytest

from tests.tensor.agreement import agree, tensor_of


@pytest.mark.parametrize("name", ["kuhn_poker", "leduc_poker"])
def test_they_agree_over_ten_thousand_matches(name: str) -> None:
    assert agree(name, pyspiel.load_game(name), 10_000, observe=tensor_of).moves >= 2
