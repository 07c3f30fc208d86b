"""The bracket of a knockout is drawn from its conclusion, and nothing else is."""

from __future__ import annotations

import itertools
import re

import pytest
from starlette.testclient import TestClient

from arena.web.app import make_app
from arena.web.brackets import bracket_svg
from arena.workspace import Workspace
from tests.web.conftest import BASE


def tie(stage, one, other, winner):
    scores = [2.0, 0.0] if winner == one else [0.5, 1.5]
    return {"stage": stage, "entrants": [one, other], "scores": scores, "winner": winner}


FIVE = {
    "champion": "a",
    "ties": [
        tie("final", "a", "b<i>", "a"), tie("quarter-final", "d", "e", "e"),
        tie("semi-final", "a", "e", "a"), tie("semi-final", "b<i>", "c", "b<i>"),
    ],
    "byes": [{"stage": "quarter-final", "entrant": name} for name in ("a", "b<i>", "c")],
}  # fmt: skip


def test_every_tie_stands_between_those_it_follows_from():
    drawn = str(bracket_svg(FIVE))
    boxes = [tuple(map(float, box)) for box in re.findall(
        r'class="tie" x="([\d.]+)" y="([\d.]+)" width="190" height="([\d.]+)"', drawn
    )]  # fmt: skip
    stages = sorted({x for x, _, _ in boxes})
    middles = [[y + h / 2 for x, y, h in boxes if x == stage] for stage in stages]
    assert [len(column) for column in middles] == [4, 2, 1]
    for before, after in itertools.pairwise(middles):
        pairs = zip(before[::2], before[1::2])
        assert after == [(one + other) / 2 for one, other in pairs]
    names = re.findall(r'class="(won|lost)" x="8" y="[\d.]+">([^<]*)', drawn)
    assert names == [
        ("won", "a"), ("lost", "d"), ("won", "e"), ("won", "b&lt;i&gt;"), ("won", "c"),
    ]  # fmt: skip


@pytest.mark.parametrize("other", [
    {}, {"ties": [], "byes": [], "champion": None},
    {**FIVE, "ties": [tie("winners 1", "a", "b", "a")]}, {**FIVE, "champion": "nobody"},
])  # fmt: skip
def test_what_is_no_finished_knockout_is_not_drawn(other):
    assert bracket_svg(other) is None


def test_a_knockout_shows_its_bracket(tmp_path):
    from arena.cli import main

    home = str(tmp_path / "home")
    agents = [part for name in ("random", "first_legal", "minimax") for part in ("--agent", name)]
    command = ["--home", home, "tournament", "tic_tac_toe", "--format", "knockout", *agents]
    with pytest.raises(SystemExit) as ended:
        main(command)
    assert not ended.value.code
    with TestClient(make_app(Workspace.open(home)), BASE) as client:
        assert 'class="chart bracket"' in client.get("/tournaments/1").text
