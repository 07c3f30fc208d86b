"""What agents of language were asked and said can be read whole, beside the moves of any game."""

from __future__ import annotations

from html import unescape

import pytest
from starlette.testclient import TestClient

from arena.web.app import make_app
from arena.workspace import Workspace
from tests.web.conftest import BASE, arena

TALKER = """
import arena


class Talker(arena.Agent):
    def act_batch(self, batch):
        rows = list(batch)
        asked = [f"Turn {row.turn} <b> " + "which move? " * 45 + "End." for row in rows]
        said = ["It is <i>mine</i>: " + "a good square, " * 41 + "so I take it." for _ in rows]
        return arena.Moves.of([row.legal[0] for row in rows], prompt=asked, reply=said)


@arena.hookimpl
def arena_agents():
    return {"talker": Talker}
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """Return a browser at a history with one game of two that talk at length over a board."""
    folder = tmp_path_factory.mktemp("talk")
    home, plugin = folder / "home", folder / "talking_plugin.py"
    plugin.write_text(TALKER)
    arena(home, "--plugin", str(plugin), "match", "tic_tac_toe", "one=talker",
          "two=talker")  # fmt: skip
    workspace = Workspace.open(str(home), plugins=(str(plugin),))
    yield TestClient(make_app(workspace), BASE)
    workspace.store.close()


def test_agents_that_talk_over_a_board_have_a_transcript(client):
    told = client.get("/api/matches/1000000000").json()
    assert told["language"] is True
    page = client.get("/matches/1000000000").text
    transcript = unescape(page.partition("<h2>Transcript</h2>")[2].partition("</section>")[0])
    replies = [step["columns"][0]["reply"] for step in told["steps"] if step["moves"]]
    assert len(replies) >= 5 and all(len(reply) > 600 for reply in replies)
    assert transcript.count(replies[0]) == len(replies)


def test_what_was_asked_is_there_to_the_last_word(client):
    step = client.get("/api/matches/1000000000").json()["steps"][1]
    prompt = step["columns"][0]["prompt"]
    page = client.get("/matches/1000000000").text
    assert len(prompt) > 530 and prompt in unescape(page)
    assert "<b>" not in page and "<i>" not in page
