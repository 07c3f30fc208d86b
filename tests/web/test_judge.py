"""Answers are judged blind and in random order; votes become preference pairs and ratings."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient

from arena.web.app import make_app
from arena.workspace import Workspace
from tests.web.conftest import BASE, arena

OURS = {"sec-fetch-site": "same-origin"}
EVIL = "<script>alert(1)</script>"
COUNTED = """
import arena
from pathlib import Path
from tests.toys import Pennies


class Counted(Pennies):
    def __init__(self):
        super().__init__()
        with Path(__file__).with_name("made").open("a") as out:
            out.write("x")


@arena.hookimpl
def arena_environments():
    return {"counted": Counted}
"""


@pytest.fixture
def duels(tmp_path):
    """Return a browser at a history of duels, and the data folder."""
    home = tmp_path / "home"
    arena(home, "tournament", "prompt_duel", "--games", "4", "--seed", "1",
          "--agent", f"evil=scripted:says={EVIL}", "--agent", "dull=scripted:says=No.")  # fmt: skip
    arena(home, "tournament", "tic_tac_toe", "--games", "2", "--agent", "random",
          "--agent", "first_legal")  # fmt: skip
    workspace = Workspace.open(str(home))
    yield TestClient(make_app(workspace), BASE, headers=OURS), home
    workspace.store.close()


def vote(client, pair, choice):
    left, right = pair["seats"]
    asked = {"match": pair["match"], "left": left, "right": right, "choice": choice}
    return client.post("/api/votes", json=asked)


def test_votes_become_pairs_and_ratings_and_nobody_votes_twice(duels):
    client, home = duels
    for _ in range(4):
        pair = client.get("/api/judge").json()["pair"]
        answer = vote(client, pair, "left" if pair["left"] == "No." else "right")
        assert answer.status_code == 201 and answer.json()["chosen"] == "No."
    told = client.get("/api/judge").json()
    assert told["pair"] is None and told["votes"] == 4
    assert [row["entrant"] for row in told["ratings"]] == ["dull", "evil"]
    rows = [json.loads(line) for line in (home / "votes.jsonl").read_text().splitlines()]
    assert all((row["chosen"], row["rejected"]) == ("No.", EVIL) for row in rows)
    assert all(row["prompt"] and row["entrants"] == ["dull", "evil"] for row in rows)


def test_votes_are_what_the_scorer_reads(duels):
    from arena.making import make_scorer

    client, home = duels
    pair = client.get("/api/judge").json()["pair"]
    kept = vote(client, pair, "right").json()
    tie = pair
    while tie["prompt"] == pair["prompt"]:  # votes on the same answers add up; pairs are drawn
        tie = client.get("/api/judge").json()["pair"]
    even = vote(client, tie, "bad").json()
    assert even["even"] and even["bad"]
    judge = make_scorer(f"votes:file={home / 'votes.jsonl'}")
    prompts = [kept["prompt"], even["prompt"]]
    firsts, seconds = [kept["chosen"], even["chosen"]], [kept["rejected"], even["rejected"]]
    assert list(judge.compare(prompts, firsts, seconds)) == [1.0, 0.0]


def test_the_page_is_blind_until_the_vote_is_cast(duels):
    client, _ = duels
    page = client.get("/judge").text
    assert "dull" not in page and "evil" not in page and "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    pair = client.get("/api/judge").json()["pair"]
    left, right = pair["seats"]
    form = {"match": pair["match"], "left": left, "right": right, "choice": "tie"}
    after = client.post("/judge", data=form)
    assert "are even" in after.text and "dull" in after.text


def test_a_second_vote_on_the_same_answers_is_a_conflict(duels):
    client, home = duels
    pair = client.get("/api/judge").json()["pair"]
    assert vote(client, pair, "left").status_code == 201
    for choice in ("left", "right"):
        again = vote(client, {**pair, "seats": pair["seats"][::-1]}, choice)
        assert again.status_code == 409 and "already" in again.json()["error"]
    assert len((home / "votes.jsonl").read_text().splitlines()) == 1
    assert client.get("/api/judge").json()["votes"] == 1


def test_what_a_crash_left_of_a_vote_is_told_and_no_trouble(duels):
    client, home = duels
    vote(client, client.get("/api/judge").json()["pair"], "left")
    with (home / "votes.jsonl").open("ab") as out:
        out.write(b'[1]\n{"seats": null}\n{"half \xff')
    told = client.get("/api/judge").json()
    assert told["unread"] == [2, 3, 4] and told["votes"] == 1
    assert "Lines 2, 3, 4 of" in client.get("/judge").text
    assert vote(client, told["pair"], "left").status_code == 201  # on a line of its own
    after = client.get("/api/judge").json()
    assert after["unread"] == [2, 3, 4] and after["votes"] == 2


def test_no_other_game_is_made_to_learn_what_can_be_voted_on(tmp_path):
    home, plugin = tmp_path / "home", tmp_path / "counting_plugin.py"
    plugin.write_text(COUNTED)
    arena(home, "--plugin", str(plugin), "tournament", "counted", "--games", "2",
          "--agent", "random", "--agent", "first_legal")  # fmt: skip
    made = (tmp_path / "made").read_text()
    workspace = Workspace.open(str(home), plugins=(str(plugin),))
    client = TestClient(make_app(workspace), BASE)
    assert client.get("/judge").status_code == 200
    assert (tmp_path / "made").read_text() == made
    workspace.store.close()


def test_the_order_is_random(duels):
    client, _ = duels
    seen = {tuple(client.get("/api/judge").json()["pair"]["seats"]) for _ in range(40)}
    assert seen == {(0, 1), (1, 0)}


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"match": 1_000_000_000, "left": 0, "right": 0, "choice": "left"}, 400),
        ({"match": 1_000_000_000, "left": 0, "right": 5, "choice": "left"}, 400),
        ({"match": 2_000_000_000, "left": 0, "right": 1, "choice": "left"}, 400),
        ({"match": 9, "left": 0, "right": 1, "choice": "left"}, 404),
        ({"match": 1_000_000_000, "left": 0, "right": 1, "choice": "both"}, 422),
    ],
)
def test_only_answers_to_one_prompt_are_voted_on(duels, asked, status):
    client, home = duels
    assert client.post("/api/votes", json=asked).status_code == status
    assert not (home / "votes.jsonl").exists()


def test_a_tournament_tells_what_its_duels_show(duels):
    client, _ = duels
    (told,) = client.get("/api/tournaments/1").json()["findings"]
    assert told["pairs"] == 4 and told["says"] in client.get("/tournaments/1").text
    assert client.get("/api/tournaments/2").json()["findings"] == []
