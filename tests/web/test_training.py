"""A training run is seen while it runs and afterwards, and so is what it was worth on the way."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from starlette.testclient import TestClient

from arena.training_log import file_of, read
from arena.web.app import make_app
from arena.workspace import Workspace
from tests.web.conftest import BASE, arena


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return a browser at a history with one trained agent, and the data folder."""
    home = tmp_path_factory.mktemp("training") / "home"
    arena(home, "train", "q_learning", "tic_tac_toe", "--steps", "500", "--name", "learnt",
          "--against", "random", "--games", "2")  # fmt: skip
    workspace = Workspace.open(str(home))
    yield TestClient(make_app(workspace), BASE), home
    workspace.store.close()


def test_a_run_is_told_with_its_curves(trained):
    client, _ = trained
    [run] = client.get("/api/training").json()["runs"]
    assert (run["name"], run["state"], run["steps"]) == ("learnt", "ended", 500)
    assert 500 <= run["step"] < 600  # a match is played to its end
    told = client.get("/api/training/learnt").json()
    curves = {curve["metric"]: curve["points"] for curve in told["curves"]}
    assert "score/random" in curves or len(curves) > 0
    for points in curves.values():
        steps = [step for step, _ in points]
        assert steps == sorted(set(steps)) and steps[-1] <= run["step"]
    assert "<svg" in client.get("/training/learnt").text
    assert client.get("/training/nope").status_code == 404


def test_an_agent_shows_what_it_was_made_from_and_was_worth_on_the_way(trained):
    client, _ = trained
    told = client.get("/api/agents/learnt").json()
    assert [each["name"] for each in told["lineage"]] == ["learnt"]
    [curve] = told["training"]
    assert curve["environment"] == "tic_tac_toe" and curve["points"]
    assert 400 < curve["points"][-1][0] < 600
    assert "Over training" in client.get("/agents/learnt").text


def test_an_agent_whose_checkpoints_played_nobody_says_so(trained):
    client, home = trained
    arena(home, "train", "q_learning", "tic_tac_toe", "--steps", "50", "--name", "alone")
    page = client.get("/agents/alone").text
    assert "No rating over training" in page and "--against" in page
    assert "No rating over training" not in client.get("/agents/learnt").text
    file_of(home, "alone").unlink()


def test_a_run_that_goes_on_is_running_and_a_line_half_written_is_no_trouble(trained):
    client, home = trained
    file = file_of(home, "live")
    begun = json.loads(file_of(home, "learnt").read_text().splitlines()[0])
    line = json.dumps({"step": 10, "seconds": 1.0, "metrics": {"loss": 0.5, "bad": None}})
    file.write_text(f"{json.dumps({**begun, 'name': 'live'})}\n{line}\n{line[:20]}")
    told = client.get("/api/training/live").json()
    assert told["state"] == "running" and told["step"] == 10
    assert [curve["metric"] for curve in told["curves"]] == ["bad", "loss"]
    assert 'src="/static/refresh.js"' in client.get("/training/live").text
    file.unlink()


def test_what_is_reported_twice_of_a_step_has_curves_for_all_of_it(trained):
    client, home = trained
    file = file_of(home, "twice")
    begun = json.loads(file_of(home, "learnt").read_text().splitlines()[0])
    report = {"step": 10, "seconds": 1.0, "metrics": {"loss": 0.5}}
    offer = {"step": 10, "seconds": 2.0, "metrics": {"worth": 0.25}}
    lines = ({**begun, "name": "twice"}, report, offer)
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    told = client.get("/api/training/twice").json()
    curves = {curve["metric"]: curve["points"] for curve in told["curves"]}
    assert curves == {"loss": [[10, 0.5]], "worth": [[10, 0.25]]}
    file.unlink()


def test_the_time_of_a_report_is_when_it_was_made(trained):
    _, home = trained
    lines = map(json.loads, file_of(home, "learnt").read_text().splitlines())
    seconds = [line["seconds"] for line in lines if "metrics" in line]
    assert len(seconds) > 5
    assert all(one < next_ for one, next_ in pairwise(seconds))


def test_a_run_that_is_begun_anew_replaces_what_it_said(trained):
    _, home = trained
    before = len(file_of(home, "learnt").read_text().splitlines())
    arena(home, "train", "q_learning", "tic_tac_toe", "--steps", "50", "--name", "learnt")
    [run] = read(home)
    assert 50 <= run["step"] < 100 and run["points"][-1][0] < 100 and before > 3
