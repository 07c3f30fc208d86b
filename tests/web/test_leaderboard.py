"""A leaderboard's cells lead to the matches that they count, whatever is left out."""

from __future__ import annotations

import re
import shutil
from html import unescape

import pytest
from starlette.testclient import TestClient

from arena.web.app import make_app
from arena.workspace import Workspace
from tests.web.conftest import BASE, arena


@pytest.fixture(scope="module")
def again(home, tmp_path_factory):
    """Return a browser at the history with one more tournament of a game that has one."""
    copy = tmp_path_factory.mktemp("again") / "home"
    shutil.copytree(home, copy)
    arena(copy, "tournament", "tic_tac_toe", "--games", "6", "--seed", "9", "--agent", "minimax",
          "--agent", "random")  # fmt: skip
    workspace = Workspace.open(str(copy))
    yield TestClient(make_app(workspace), BASE)
    workspace.store.close()


def matches_led_to(page):
    """Return each cell's count of matches, and the address that it leads to."""
    link = r'<a href="(/matches\?[^"]*)" aria-label="[^"]*: (\d+) won, (\d+) drawn, (\d+) lost"'
    for address, *counts in re.findall(link, page):
        yield sum(map(int, counts)), unescape(address)


@pytest.mark.parametrize("asked", ["tournament=1", "tournament=5", "since=2020-01-01"])
def test_a_cell_of_the_heat_map_leads_to_the_matches_it_counts(again, asked):
    page = again.get(f"/leaderboard?environment=tic_tac_toe&{asked}").text
    cells = list(matches_led_to(page))
    assert len(cells) == (2 if asked == "tournament=5" else 6)
    for count, address in cells:
        led = []
        more = f"/api{address}"
        while more:
            told = again.get(more).json()
            led += told["matches"]
            more = f"/api{address}&before={told['older']}" if told["older"] else None
        assert len(led) == count, address


def test_days_of_a_leaderboard_are_asked_of_its_matches(client):
    page = client.get("/leaderboard?environment=tic_tac_toe&since=2020-01-01&until=2100-01-01").text
    cells = list(matches_led_to(page))
    assert cells and all("since=2020-01-01&until=2100-01-01" in address for _, address in cells)
