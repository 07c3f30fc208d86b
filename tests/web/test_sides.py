"""Entrants that hold different sides have no standings, on the page as on the command line."""

from __future__ import annotations

from starlette.testclient import TestClient

from arena.web.app import make_app
from arena.workspace import Workspace
from tests.web.conftest import BASE, arena


def test_who_held_different_sides_is_not_ranked_together(tmp_path):
    home = tmp_path / "home"
    holds = "holds=random@0;first_legal@0;last@1"
    arena(home, "tournament", "tic_tac_toe", "--format", f"by_side:games=2,{holds}",
          "--agent", "random", "--agent", "first_legal", "--agent", "last=random")  # fmt: skip
    workspace = Workspace.open(str(home))
    client = TestClient(make_app(workspace), BASE)
    page = client.get("/tournaments/1").text
    assert "data-standings" not in page and "Cross table" not in page
    assert "No standings" in page and "first_legal" in page
    told = client.get("/api/tournaments/1").json()
    assert told["compares_sides"] is False and told["table"] is None
    assert told["conclusion"] and not told["counting"]
    workspace.store.close()
