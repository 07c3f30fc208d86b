"""A tournament is started, watched, stopped and resumed from a page."""

from __future__ import annotations

import json
import re
import time
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from arena.web.app import make_app
from arena.web.forms import spec_of
from arena.web.runs import Runs
from arena.workspace import Workspace
from tests.web.conftest import BASE

OURS = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def fresh(tmp_path):
    """Return a browser at an empty history; what it started is stopped at the end."""
    workspace = Workspace.open(str(tmp_path / "home"))
    with TestClient(make_app(workspace), BASE, headers=OURS) as client:
        yield client
    workspace.store.close()


def wait(condition, seconds=60.0):
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.1)


@pytest.mark.slow
def test_a_tournament_is_started_watched_stopped_and_resumed(fresh):
    asked = {
        "environment": "tic_tac_toe", "agents": ["random", "mcts:simulations=300"],
        "format": "round_robin:games=200000", "seed": 7,
    }  # fmt: skip
    answer = fresh.post("/api/tournaments", json=asked)
    assert answer.status_code == 201
    number = answer.json()["tournament"]
    told = lambda: fresh.get(f"/api/tournaments/{number}").json()  # noqa: E731
    wait(lambda: told()["matches"] > 0)
    assert told()["here"] and told()["state"] == "running" and told()["seed"] == 7
    assert 'action="/tournaments/1/stop"' in fresh.get("/tournaments/1").text
    assert fresh.post("/tournaments/1/stop", follow_redirects=False).status_code == 303
    wait(lambda: not told()["here"])
    kept = told()
    assert kept["state"] == "interrupted"
    assert fresh.post(f"/api/tournaments/{number}/stop").status_code == 400
    assert fresh.post(f"/api/tournaments/{number}/resume").status_code == 200
    wait(lambda: told()["matches"] > kept["matches"])
    assert fresh.post(f"/api/tournaments/{number}/stop").status_code == 200


def test_a_form_made_of_signatures_starts_what_it_says(fresh):
    ask = [("environment", "tic_tac_toe"), ("format", "round_robin"), ("agent", "random"),
           ("agent", "mcts"), ("agent", "")]  # fmt: skip
    page = fresh.get(f"/tournaments/new?{urlencode(ask)}").text
    names = set(re.findall(r'name="([^"]+)"', page))
    assert {"format.games", "agent1.simulations", "environment.max_turns", "seed"} <= names
    assert "format.openings" not in names
    filled = [*ask, ("format.games", "4"), ("agent1.simulations", "3"), ("seed", "5"),
              ("agent1.c", "")]  # fmt: skip
    body = urlencode(filled)
    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = fresh.post("/tournaments", content=body, headers=kind, follow_redirects=False)
    assert answer.headers["location"] == "/tournaments/1"
    wait(lambda: fresh.get("/api/tournaments/1").json()["state"] == "finished")
    told = fresh.get("/api/tournaments/1").json()
    assert told["entrants"] == ["random", "mcts:simulations=3"] and told["matches"] == 4
    events = fresh.get("/api/tournaments/1/events")
    assert events.headers["content-type"].startswith("text/event-stream")
    [line] = [line for line in events.text.splitlines() if line]
    said = json.loads(line.removeprefix("data: "))
    assert said["state"] == "finished" and sum(s["played"] for s in said["standings"]) == 8


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 422), ({"environment": ""}, 422), ({"environment": "nope"}, 404),
        ({"environment": "/etc/passwd.toml"}, 400), ({"environment": "x.toml"}, 400),
        ({"environment": "tic_tac_toe", "agents": ["/tmp/x.py:Agent"]}, 400),
        ({"environment": "tic_tac_toe", "agents": ["a=x.py:Agent"]}, 400),
        ({"environment": "tic_tac_toe", "agents": ["../x"]}, 400),
        ({"environment": "tic_tac_toe", "format": "round_robin:openings=/etc/passwd"}, 400),
        ({"environment": "tic_tac_toe", "format": "round_robin:openings=book.pgn"}, 400),
        ({"environment": "gymnasium/HalfCheetah-v5:xml_file=a.xml"}, 400),
        ({"environment": "tic_tac_toe", "agents": ["nobody"]}, 404),
        ({"environment": "tic_tac_toe", "agents": ["random"], "games": 0}, 422),
        ({"environment": "tic_tac_toe", "more": 1}, 422),
        ({"environment": "tic_tac_toe", "agents": ["random", "random"]}, 400),
    ],
)  # fmt: skip
def test_what_cannot_be_started_is_told_and_nothing_written(fresh, tmp_path, asked, status):
    answer = fresh.post("/api/tournaments", json=asked)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]
    assert fresh.get("/api/tournaments").json()["tournaments"] == []


@pytest.mark.parametrize("path", ["stop", "resume"])
def test_only_what_runs_is_stopped_and_what_stopped_resumed(client, path):
    assert client.post(f"/api/tournaments/1/{path}", headers=OURS).status_code == 400
    assert client.post(f"/api/tournaments/99/{path}", headers=OURS).status_code in (400, 404)


def test_a_process_that_fails_says_why(tmp_path):
    runs = Runs(Workspace.open(str(tmp_path)))
    runs._play(7)
    wait(lambda: not runs.runs(7))
    assert "no tournament 7" in str(runs.failure(7))
    runs.close()


def test_fields_left_empty_say_nothing():
    filled = {"agent0.simulations": "9", "agent0.c": " ", "agent1.c": "1"}
    assert spec_of("agent0", "me=mcts", filled) == "me=mcts:simulations=9"


@pytest.mark.parametrize("name", ["human", "human:name=Ada"])
def test_a_person_is_no_entrant_of_a_tournament(fresh, name):
    asked = {"environment": "tic_tac_toe", "agents": ["random", name]}
    answer = fresh.post("/api/tournaments", json=asked)
    assert answer.status_code == 400
    assert answer.json()["error"].endswith("a person plays at /play")
    assert fresh.get("/api/tournaments").json()["tournaments"] == []
