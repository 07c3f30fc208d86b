"""Compiled tables play the same matches, to the last bit."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
import torch
from arena_search.simple import Random
from arena_tensor.compiled import check_compiler

from arena.column_runner import ColumnRunner
from arena.errors import BadParameter, Unsuitable
from arena.plugins import make_registry
from arena.specs import parse
from tests.drivers import by_columns, differ, field
from tests.tensor.test_every_game import FAMILY, deals_of, tick

APART = {"simple_spread", "simple_adversary"}
"""Whose sums are rounded otherwise when compiled."""


@pytest.fixture(scope="module")
def compiler() -> None:
    """Skip where torch finds none."""
    try:
        check_compiler()
    except Unsuitable as error:
        pytest.skip(str(error))


@pytest.mark.usefixtures("compiler")
def test_a_tournament_goes_the_same_way() -> None:
    plain, fused = (lambda: FAMILY.make("tic_tac_toe", compile=c) for c in (False, True))
    agents = [Random(), Random()]
    matches = field(plain().spec, 2, 300)
    assert not [*differ(by_columns(plain, agents, matches), by_columns(fused, agents, matches))]
    runner = ColumnRunner(fused, agents, 64)
    assert type(runner._table(64)).__name__ == "CompiledTicTacToe"
    assert type(runner._table(1)).__name__ == "TicTacToe"


@pytest.mark.usefixtures("compiler")
def test_copies_and_branches_are_compiled_for_themselves() -> None:
    table: Any = FAMILY.make("tic_tac_toe", compile=True).table(3, "cpu")
    table.reset(table.over(), torch.arange(3))
    branch = table.take(torch.tensor([2, 2]))
    branch.step([torch.tensor([4, 5])] * 2)
    assert table.render(2) == "...\n...\n..." and branch.render(1) == "...\n..x\n..."


@pytest.mark.slow
@pytest.mark.usefixtures("compiler")
@pytest.mark.parametrize("name", sorted(set(FAMILY.names()) - APART - {"matrix"}))
def test_every_game_is_the_same(name: str) -> None:
    plain, fused = (FAMILY.make(name, compile=c).table(100, "cpu") for c in (False, True))
    for turn in range(30):
        one, other = (tick(table, deals_of(table, 5), turn) for table in (plain, fused))
        for mine, theirs in zip(one, other):
            assert (mine is None) == (theirs is None)
            assert mine is None or torch.equal(mine, theirs)


@pytest.mark.parametrize("name", sorted(APART))
def test_what_would_not_be_the_same_is_refused(name: str) -> None:
    with pytest.raises(BadParameter, match="has no parameter 'compile'"):
        make_registry().make("environments", parse(f"tensor/{name}:compile=true"))


def test_where_there_is_no_compiler_it_says_so(tmp_path: Any) -> None:
    code = (
        "import sys; from arena.cli import main; "
        "sys.argv[1:] = ['match', 'tensor/tic_tac_toe:compile=true', 'random', 'random']; main()"
    )
    bare = {"CXX": "no-such-compiler", "TORCHINDUCTOR_CACHE_DIR": str(tmp_path / "cache")}
    home = {"ARENA_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, **bare, **home},
    )
    assert done.returncode == 2
    assert "compile=true: torch cannot compile here" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
