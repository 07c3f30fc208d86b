"""Rounds are shown as rounds."""

from __future__ import annotations

from starlette.testclient import TestClient

from arena.web.app import make_app
from arena.web.rounds import rounds_of
from arena.workspace import Workspace
from tests.web.conftest import BASE, arena


def test_a_swiss_shows_its_rounds_and_double_elimination_its_stages(tmp_path):
    home = tmp_path / "home"
    some = ["--agent", "a=first_legal", "--agent", "b=random", "--agent", "<i>=random"]
    arena(home, "tournament", "tic_tac_toe", "--format", "swiss:rounds=2,games=2", "--seed", "1",
          *some)  # fmt: skip
    arena(home, "tournament", "tic_tac_toe", "--format", "double_elimination", "--seed", "1", *some)
    with TestClient(make_app(Workspace.open(str(home))), BASE) as client:
        told = client.get("/api/tournaments/1").json()
        assert [len(each["ties"]) for each in told["rounds"]] == [1, 1]
        page = client.get("/tournaments/1").text
        assert "Round 2" in page and "&lt;i&gt;" in page and "<i>" not in page
        stages = client.get("/api/tournaments/2").json()["rounds"]
        assert stages[0]["round"] == "winners 1"
        assert stages[-1]["round"] in ("final", "decider")
        assert all(tie["winner"] in tie["entrants"] for each in stages for tie in each["ties"])
        assert ">Ties<" not in client.get("/tournaments/2").text


def test_what_concludes_with_something_else_has_no_rounds():
    assert rounds_of([], {}) == rounds_of([], {"ties": 3, "byes": []}) == []
