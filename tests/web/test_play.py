"""A person plays any seat of any game; what is played is an ordinary match."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from arena.errors import UsageError
from arena.replay import verify
from arena.web.app import make_app
from arena.web.asking import Question
from arena.workspace import Workspace
from tests.web.conftest import BASE

OURS = {"sec-fetch-site": "same-origin"}


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Return a browser at an empty history, and the history."""
    workspace = Workspace.open(str(tmp_path_factory.mktemp("play") / "home"))
    with TestClient(make_app(workspace), BASE, headers=OURS) as client:
        yield client, workspace
    workspace.store.close()


def begin(client, environment, *against, seat=0, **more):
    asked = {"environment": environment, "against": list(against), "seat": seat, **more}
    answer = client.post("/api/play", json=asked)
    assert answer.status_code == 201, answer.text
    return answer.json()


def move(client, told, action):
    answer = client.post(f"/api/play/{told['game']}/move", json={"action": str(action)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def play_on(client, told, pick=0):
    while not told["over"]:
        told = move(client, told, told["moves"][pick]["action"])
    return told


@pytest.mark.parametrize("seat", [0, 1])
@pytest.mark.parametrize("environment", ["tic_tac_toe", "connect_four", "kuhn_poker", "goofspiel"])
def test_any_seat_is_played_to_the_end_and_the_match_is_kept(table, environment, seat):
    client, workspace = table
    told = play_on(client, begin(client, environment, "random", seat=seat, seed=3))
    assert told["failure"] is None
    stored = workspace.store.match(told["match"])
    assert stored.row.seats[seat] == "human" and stored.row.ending == "terminal"
    assert workspace.store.tournament(stored.tournament).record.kind == "play"
    assert verify(workspace.registry, stored) == ("checked", "")
    assert tuple(told["result"]["returns"]) == stored.row.returns


def test_a_rated_match_counts_and_another_does_not(table):
    client, workspace = table
    for rated in (False, True):
        told = begin(client, "breakthrough:rows=4,columns=3", "random", rated=rated)
        play_on(client, told)
    assert len(workspace.store.results_of(told["environment"])) == 1


def test_a_move_taken_back_brings_back_the_same_position(table):
    client, _ = table
    first = begin(client, "tic_tac_toe", "mcts:simulations=5", seed=11)
    second = move(client, first, first["moves"][0]["action"])
    move(client, second, second["moves"][-1]["action"])
    again = client.post(f"/api/play/{first['game']}/undo").json()
    assert again == second
    start = client.post(f"/api/play/{first['game']}/undo").json()
    assert start["board"] == first["board"] and start["undo"] is False
    assert client.post(f"/api/play/{first['game']}/undo").status_code == 400


def test_with_hidden_cards_nothing_is_taken_back(table):
    client, _ = table
    told = begin(client, "goofspiel", "random")
    told = move(client, told, told["moves"][0]["action"])
    assert told["undo"] is False
    assert client.post(f"/api/play/{told['game']}/undo").status_code == 400


def test_giving_up_loses(table):
    client, workspace = table
    told = begin(client, "tic_tac_toe", "random")
    told = client.post(f"/api/play/{told['game']}/resign").json()
    assert told["over"] and told["result"]["words"] == "You lost."
    assert workspace.store.match(told["match"]).row.ending == "forfeit"


def test_every_cell_of_a_board_is_the_move_it_says(table):
    client, _ = table
    told = begin(client, "tic_tac_toe", "random", seed=1)
    cells = {(r, c): cell["label"] for r, row in enumerate(told["board"]["rows"])
             for c, cell in enumerate(row)}  # fmt: skip
    assert cells == {(r, c): f"x({r},{c})" for r in range(3) for c in range(3)}
    told = begin(client, "connect_four", "random", seed=1)
    bottom = told["board"]["rows"][-1]
    assert [cell["label"] for cell in bottom] == [f"x{c}" for c in range(7)]
    assert all(cell["action"] is None for row in told["board"]["rows"][:-1] for cell in row)


def test_a_game_without_a_list_of_moves_takes_an_element_of_its_space(table):
    client, _ = table
    told = begin(client, "gymnasium/Pendulum-v1")
    assert told["moves"] is None and told["words"]
    assert client.post(f"/api/play/{told['game']}/move", json={"action": "[9]"}).status_code == 400
    assert move(client, told, "[0.5]")["turn"] == 1


def test_it_works_without_a_script(table):
    client, _ = table
    asked = {"environment": "tic_tac_toe", "against": "random", "seat": "0"}
    answer = client.post("/play", data=asked, follow_redirects=False)
    assert answer.status_code == 303
    path = answer.headers["location"]
    page = client.get(path).text
    assert page.count('class="square"') == 9 and 'aria-label="x(1,1)"' in page
    page = client.post(f"{path}/move", data={"action": "4"}).text
    assert page.count('<button class="square"') == 7 and "Take back" in page
    page = client.post(f"{path}/undo").text
    assert page.count('<button class="square"') == 9


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"environment": "nope", "against": ["random"]}, 404),
        ({"environment": "tic_tac_toe"}, 400),
        ({"environment": "tic_tac_toe", "against": ["random"], "seat": 2}, 400),
        ({"environment": "tic_tac_toe", "against": ["x.py:Y"]}, 400),
        ({"environment": "tic_tac_toe", "against": ["random"] * 3}, 400),
        ({"environment": "tic_tac_toe", "against": ["nobody"]}, 404),
    ],
)
def test_what_cannot_be_played_is_told(table, asked, status):
    client, _ = table
    assert client.post("/api/play", json=asked).status_code == status


def test_no_other_move_is_taken(table):
    client, _ = table
    told = begin(client, "tic_tac_toe", "random")
    for wrong in ("9", "-1", "x(9,9)", "", "4.0"):
        answer = client.post(f"/api/play/{told['game']}/move", json={"action": wrong})
        assert answer.status_code == 400
    assert client.get("/api/play/nope").status_code == 404


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_legal_move_or_refused(text):
    from gymnasium.spaces import Box, Discrete

    moves = Question("", 0, {3: "a3", 5: "b5"}, None, {}, Discrete(9))
    box = Question("", 0, None, None, {}, Box(-1, 1, (1,)))
    for question, legal in ((moves, (3, 5)), (box, None)):
        try:
            action = question.read(text)
        except UsageError:
            continue
        assert action in legal if legal else box.space.contains(action)
