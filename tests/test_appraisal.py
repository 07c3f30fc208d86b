"""What can be told of a policy by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from arena.appraisal import Appraiser
from arena.lookup import environment_maker
from arena.specs import parse
from arena.workspace import Workspace
from tests.test_lines import Anything, Bouton, CopiedNim, First
from tests.toys import Uniform


def test_lost_lines_are_told_of_a_small_game() -> None:
    appraise = Appraiser(lambda: CopiedNim(10), CopiedNim(10).spec, 0)
    assert appraise(Anything()) == {"lost_lines": 274.0}
    assert appraise(Bouton())["lost_lines"] < 274


def test_nothing_is_told_of_a_large_game_and_it_is_not_looked_at_again(tmp_path: Path) -> None:
    registry = Workspace.open(home=str(tmp_path)).registry
    make, spec = environment_maker(registry, parse("connect_four"))
    appraise = Appraiser(make, spec, 0, positions=300)
    assert appraise.small and appraise(First()) == {} and not appraise.small
    appraise.make = lambda: pytest.fail("it was looked at again")
    assert appraise(First()) == {}


def test_a_single_seat_is_told_its_return(tmp_path: Path) -> None:
    """One episode where luck has no part in it; the same ones each time where it has."""
    registry = Workspace.open(home=str(tmp_path)).registry
    make, spec = environment_maker(registry, parse("gymnasium/CliffWalking-v1:max_turns=50"))
    appraise = Appraiser(make, spec, 3)
    assert appraise(First()) == {"mean_return": -50.0, "finished": 0.0}
    make, spec = environment_maker(registry, parse("gymnasium/CartPole-v1"))
    appraise = Appraiser(make, spec, 3, episodes=4)
    told = appraise(Uniform())
    assert told == appraise(Uniform()) and told["finished"] == 1.0
    assert told != Appraiser(make, spec, 4, episodes=4)(Uniform())
    assert 8 < told["mean_return"] < 120
