"""Each page shows what the command line says, as HTML that works alone and as JSON."""

from __future__ import annotations

import json
import time
from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from arena.cli import main
from arena.web.site import Options
from tests.web.conftest import EVIL

PAGES = [
    "/", "/leaderboard", "/leaderboard?environment=tic_tac_toe",
    "/leaderboard?environment=tic_tac_toe&system=elo&games=10&tournament=1",
    "/leaderboard?environment=tic_tac_toe&since=2020-01-01&until=2100-01-01",
    "/leaderboard?environment=gymnasium/CartPole-v1", "/leaderboard?environment=connect_four",
    "/leaderboard?environment=gymnasium/CartPole-v1&system=bradley_terry",
    "/tournaments", "/tournaments?state=finished", "/tournaments/1", "/tournaments/3",
    "/tournaments/4", "/matches", "/matches?agent=minimax&opponent=random&result=win&seat=0",
    "/matches?environment=&agent=&seat=&since=&faults=", "/matches?faults=true",
    "/matches/1000000000", "/matches/2000000000", "/matches/3000000000", "/matches/4000000000",
    "/agents", "/agents/minimax", "/agents/mcts", f"/agents/{quote(EVIL, safe='')}", "/compare",
    "/compare?environment=tic_tac_toe", "/compare?environment=tic_tac_toe&a=minimax&b=random",
    "/compare?environment=gymnasium/CartPole-v1&a=random&b=first_legal",
    "/plugins/count", "/plugins/templated",
    "/judge", "/training", "/play", "/play?environment=hex&against=mcts",
    "/tournaments/new", "/tournaments/new?environment=hex&format=swiss&agent=mcts&agent=",
]  # fmt: skip
VOID = {"meta", "link", "input", "br", "img", "hr"}


class Read(HTMLParser):
    """Checks a page's shape: balanced tags, one h1, labelled fields, nothing inline."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.problems: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open and not self.problems, (self.open, self.problems)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("h1", "h2", "h3"):
            self.headings.append(int(tag[1]))
        self.problems += [
            f"{tag} {name}" for name in given if name.startswith("on") or name == "style"
        ]
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.problems.append(f"inline {tag}")
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            labelled = "label" in self.open or "aria-label" in given
            self.problems += [] if labelled else [f"{tag} without a label"]
        if tag == "svg" and not given.get("aria-label") and given.get("aria-hidden") != "true":
            self.problems.append("svg without words")
        self.ids.append(given.get("id") or "")
        self.links += [given[name] or "" for name in ("href", "src", "action") if name in given]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> does not fit")


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_whole_and_hold_nothing_inline(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    read = Read(answer.text)
    assert read.headings[0] == 1 and read.headings.count(1) == 1
    assert all(b <= a + 1 for a, b in zip(read.headings, read.headings[1:]))
    ids = [each for each in read.ids if each]
    assert len(ids) == len(set(ids))
    assert all(link.startswith(("/", "#")) and not link.startswith("//") for link in read.links)
    assert "<iframe" not in answer.text and "<script>" not in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_also_json(client, path):
    answer = client.get("/api" + ("/home" if path == "/" else path))
    assert answer.status_code == 200 and isinstance(answer.json(), dict)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nope", 404), ("/tournaments/99", 404), ("/matches/99", 404), ("/agents/nobody", 404),
        ("/leaderboard?environment=nope", 404),
        ("/leaderboard?environment=tic_tac_toe&system=x", 404),
        ("/matches?result=x", 400), ("/matches?ending=x", 400),
        ("/matches?seat=x", 422), ("/matches?since=yesterday", 422),
        ("/matches?before=x", 400), ("/compare?environment=tic_tac_toe&a=x&b=random", 404),
        ("/compare?environment=tic_tac_toe&a=random&b=random", 200), ("/plugins/nope", 404),
        ("/plugins/bad", 400), ("/tournaments/x", 422), ("/matches/" + "9" * 30, 404),
    ],
)  # fmt: skip
def test_errors_are_a_line_with_the_right_status(client, path, status):
    page, api = client.get(path), client.get(f"/api{path}")
    assert (page.status_code, api.status_code) == (status, status)
    Read(page.text)
    if status >= 400:
        assert api.json()["error"] and "\n" not in api.json()["error"]


def command_line(home, capsys, *arguments):
    """Return the JSON objects that a command prints."""
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main(["--home", str(home), *arguments, "--json"])
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_ratings_are_those_of_the_command_line(client, home, capsys):
    [said] = command_line(home, capsys, "ratings", "tic_tac_toe")
    board = client.get("/api/leaderboard?environment=tic_tac_toe").json()["board"]
    assert {key: board[key] for key in said} == said
    assert board["matches"] == 120
    assert len(board["heat"]) == 3 and board["heat"][0][0] == [0, 0, 0]


def test_ratings_can_be_asked_for_in_part(client):
    ask = "/api/leaderboard?environment=tic_tac_toe"
    assert client.get(f"{ask}&games=1000").json()["board"]["ratings"] == []
    assert client.get(f"{ask}&until=2020-01-01").json()["why"]
    everything, one = (client.get(f"{ask}{more}").json() for more in ("", "&tournament=1"))
    assert one["board"]["ratings"] == everything["board"]["ratings"]


def test_a_comparison_is_that_of_the_command_line(client, home, capsys):
    [said] = command_line(
        home, capsys, "compare", "minimax", "random", "--environment", "tic_tac_toe"
    )
    found = client.get("/api/compare?environment=tic_tac_toe&a=minimax&b=random").json()["found"]
    assert {key: found[key] for key in said if key != "environment"} == {
        key: value for key, value in said.items() if key != "environment"
    }


def test_pages_of_matches_go_by_key_and_meet(client, home, capsys):
    said = [row["match"] for row in command_line(home, capsys, "matches", "--limit", "0")]
    seen, older = [], None
    while True:
        page = client.get("/api/matches", params={"before": older} if older else {}).json()
        if not page["matches"]:
            break
        seen += [row["match"] for row in page["matches"]]
        older = page["older"]
        if older is None:
            break
    assert seen == said[::-1] and len(seen) > 100
    back = client.get("/api/matches", params={"after": seen[80]}).json()
    assert [row["match"] for row in back["matches"]] == seen[30:80]
    assert client.get("/api/matches?before=1/5").json()["matches"][0]["match"] == 1_000_000_004


def test_a_match_is_told_step_by_step(client, home, capsys):
    [said] = command_line(home, capsys, "replay", "1/0")
    told = client.get("/api/matches/1000000000").json()
    moves = [label for step in told["steps"] for _, label in step["moves"]]
    assert moves == said["labels"] and told["returns"] == said["returns"]
    assert all("<svg" in step["board"] for step in told["steps"])
    cards = client.get("/api/matches/2000000000").json()
    assert all(step["board"] is None for step in cards["steps"])


def test_what_a_search_thought_of_its_moves_is_drawn(client):
    """Seat 1 or 0 of a game of kuhn_poker is mcts, which tells how its tries were shared."""
    found = client.get("/api/matches", params={"agent": "mcts:simulations=5"}).json()["matches"]
    match = found[0]["match"]
    steps = client.get(f"/api/matches/{match}").json()["steps"]
    policies = [step["policy"] for step in steps if step["policy"]]
    assert policies and all(abs(sum(odds for _, odds in p) - 1.0) < 0.01 for p in policies)
    assert "<h4>Policy</h4>" in client.get(f"/matches/{match}").text


def test_an_agents_record_adds_up(client):
    told = client.get("/api/agents/minimax").json()
    [record] = told["records"]
    assert record["rating"]["games"] == 80
    total = sum(r["wins"] + r["draws"] + r["losses"] for r in record["opponents"])
    assert total == 80 and not record["worst"] and record["best"]
    assert all(row["returns"][row["seats"].index("minimax")] == 1 for row in record["best"])


def test_what_is_registered_and_never_played_has_a_page(client):
    told = client.get("/api/agents/mcts").json()
    assert told["records"] == [] and any("simulations" in p for p in told["about"]["parameters"])


def test_plugins_add_pages(client):
    page = client.get("/plugins/count?asked=<b>")
    assert "How &lt;many&gt;" in page.text and "&lt;b&gt;" in page.text and "<b>" not in page.text
    assert 'href="/plugins/count"' in client.get("/").text
    told = client.get("/api/plugins/count").json()
    assert told["tournaments"][0] == {"id": 1, "matches": 120} and told["asked"] == "<nothing>"
    said = client.get("/plugins/templated?say=<i>hm</i>").text
    assert "<h1>&lt;i&gt;hm&lt;/i&gt;</h1>" in said


def test_the_document_names_every_address(client):
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/api/home", "/api/matches", "/api/matches/{match}", "/api/compare"} <= set(paths)
    assert all(path.startswith("/api/") for path in paths)


@pytest.mark.parametrize("path", [
    "/leaderboard?environment=tic_tac_toe", "/tournaments/1", "/agents/minimax",
    "/compare?environment=tic_tac_toe&a=minimax&b=random",
])  # fmt: skip
def test_a_page_that_may_not_wait_says_what_is_missing_and_asks_again(browse, path):
    hurried = browse(Options(patience=0.0))
    first = hurried.get(path)
    assert first.headers["refresh"] == f"1; url={path}"
    assert "being counted" in first.text
    Read(first.text)
    give_up = time.monotonic() + 60
    while "refresh" in (last := hurried.get(path)).headers:
        assert time.monotonic() < give_up
        time.sleep(0.02)
    assert last.text == browse().get(path).text
    assert "being counted" not in last.text


def test_json_is_always_whole(browse):
    told = browse(Options(patience=0.0)).get("/api/leaderboard?environment=tic_tac_toe").json()
    assert not told["counting"]
    assert told["board"]["ratings"]
