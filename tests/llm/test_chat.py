"""`chat` against a real local server that answers junk, late, 429 and 500 by a script."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("httpx", reason="needs pip install 'arena-games[llm]'")
pytest.importorskip("jinja2", reason="needs pip install 'arena-games[llm]'")

from arena_llm.chat import Chat

from arena import Episode, Match, UsageError, make_environment, play


class Server(ThreadingHTTPServer):
    """Answers with the first legal move, unless `script` says otherwise for the next request."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: list[Any] = []
        self.heard: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.flying = self.most = 0
        self.hold: threading.Barrier | None = None  # until so many requests are in flight
        self.always: Any = ""
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that did not wait."""


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["content-length"])))
        server = self.server
        with server.lock:
            server.heard.append(told)
            server.keys.append(self.headers.get("authorization"))
            step = server.script.pop(0) if server.script else server.always
            server.flying += 1
            server.most = max(server.most, server.flying)
        if server.hold is not None and len(server.heard) <= server.hold.parties:
            server.hold.wait()
        if isinstance(step, float):
            time.sleep(step)
        with server.lock:
            server.flying -= 1
        if isinstance(step, int):
            self.send_response(step)
            self.send_header("retry-after", "0")
            self.send_header("content-length", "0")
            self.end_headers()
            return
        legal = told["messages"][0]["content"].rpartition("Legal moves: ")[2]
        text = step if isinstance(step, str) and step else legal.partition("\n")[0].split(", ")[0]
        usage = {"prompt_tokens": 100, "completion_tokens": 10}
        answer = {"choices": [{"message": {"content": text}}], "usage": usage}
        body = b"{" if text == "BROKEN" else json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[Server]:
    """Have a server serve."""
    one = Server()
    thread = threading.Thread(target=one.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield one
    one.shutdown()
    one.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as one:
        yield one


def played(server: Server, count: int = 1, slots: int = 64, **settings: Any) -> list[Episode]:
    """Return matches of a chat agent (entrant 0) with itself."""
    agent = Chat(server.url, "toy", **{"pause": 0.0, "timeout": 5.0, **settings})
    matches = [Match(n, (0, 0), n, n) for n in range(count)]
    found = play(lambda: make_environment("tic_tac_toe"), [agent], matches, slots=slots)
    return sorted(found, key=lambda episode: episode.match.number)


def test_it_plays_and_tells_what_it_cost(server: Server) -> None:
    (episode,) = played(server, input_price=1.0, output_price=10.0)
    assert episode.ending == "terminal" and not episode.faults
    columns = episode.columns or {}
    assert columns["cost"][0][1] == pytest.approx(200 / 1e6)
    assert columns["tokens"][0][1] == 10
    assert server.heard[0]["model"] == "toy"


def test_a_table_of_prices(server: Server, tmp_path: Path) -> None:
    table = tmp_path / "prices.json"
    table.write_text(json.dumps({"toy": [2.0, 5.0], "other": [1, 1]}))
    (episode,) = played(server, price_file=str(table))
    assert (episode.columns or {})["cost"][0][1] == pytest.approx(250 / 1e6)
    with pytest.raises(UsageError, match="has no 'big'"):
        Chat(server.url, "big", price_file=str(table))


def test_servers_that_stumble_are_asked_again(server: Server) -> None:
    server.script = [429, 500, "BROKEN", "", 503, ""]
    (episode,) = played(server)
    assert episode.ending == "terminal" and not episode.faults
    assert len(server.heard) == episode.turns + 4
    assert all(count == 0 for _, count in (episode.columns or {})["rethinks"])


def test_a_late_answer_is_asked_for_again(server: Server) -> None:
    server.script = [1.5]
    (episode,) = played(server, timeout=0.5)
    assert episode.ending == "terminal" and not episode.faults


def test_a_server_that_fails_voids_the_match(server: Server) -> None:
    server.always = 500
    (episode,) = played(server, retries=2)
    assert episode.ending == "void" and len(server.heard) == 3
    assert [(f.kind, f.cost) for f in episode.faults] == [("infrastructure", "void")]
    assert "status 500" in episode.faults[0].message


def test_what_a_server_refuses_is_not_asked_again(server: Server) -> None:
    server.script = [401]
    (episode,) = played(server)
    assert episode.ending == "void" and len(server.heard) == 1


@pytest.mark.parametrize(
    ("agent", "why"),
    [
        ("chat:base_url=http://127.0.0.1:9/v1,model=m,retries=0", "void: chat: the server at http"),
        ("wrong.py:Wrong", "forfeited: "),
    ],
)
def test_a_match_that_is_lost_says_why(
    agent: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from arena.cli import main

    monkeypatch.chdir(tmp_path)
    Path("wrong.py").write_text(
        "import arena\n\nclass Wrong(arena.Agent):\n"
        "    def act(self, observation):\n        return 99\n"
    )
    with pytest.raises(SystemExit):
        main(["--home", str(tmp_path), "match", "tic_tac_toe", agent, "random", "--games", "2"])
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("2 match")]
    assert len(told) == 1 and told[0].startswith(f"2 matches {why}")


def test_one_failing_row_voids_its_own_match_alone(server: Server) -> None:
    server.script = [401]
    episodes = played(server, 8)
    assert [episode.ending for episode in episodes].count("void") == 1
    moves = sum(episode.turns for episode in episodes)
    assert len(server.heard) == moves + 1  # what was answered is not asked for again


@pytest.mark.parametrize(("junk", "rethinks"), [(1, 1), (2, 2), (1, 0), (3, 2)])
def test_junk_is_rethought_then_forfeits_and_both_are_counted(
    server: Server, junk: int, rethinks: int
) -> None:
    server.script = ["I resign, you win"] * junk
    (episode,) = played(server, rethinks=rethinks)
    counted = [count for _, count in (episode.columns or {})["rethinks"]]
    if junk > rethinks:
        assert episode.ending == "forfeit" and counted == [rethinks]
        assert [(f.seat, f.cost) for f in episode.faults] == [(0, "forfeit")]
        assert "I resign" in episode.faults[0].message
    else:
        assert episode.ending == "terminal" and not episode.faults
        assert counted[0] == junk and sum(counted) == junk


def test_sixteen_requests_are_in_flight(server: Server) -> None:
    server.hold = threading.Barrier(16, timeout=30)
    episodes = played(server, 32, timeout=60.0)
    assert (
        server.most == 16 and not server.hold.broken and not [f for e in episodes for f in e.faults]
    )


def test_no_more_requests_or_tokens_a_minute_than_said(server: Server) -> None:
    began = time.monotonic()
    (episode,) = played(server, requests_a_minute=1200.0)  # one each 0.05 s
    assert time.monotonic() - began >= 0.05 * (episode.turns - 1)
    began, before = time.monotonic(), len(server.heard)
    (episode,) = played(server, tokens_a_minute=110 * 1200.0)  # an answer is of 110 tokens
    assert time.monotonic() - began >= 0.05 * (len(server.heard) - before - 1)
    assert not episode.faults


def test_the_key_is_sent_and_kept_nowhere(server: Server, monkeypatch: Any) -> None:
    monkeypatch.setenv("TOY_KEY", "sekret")
    (episode,) = played(server, key="TOY_KEY")
    assert server.keys[0] == "Bearer sekret"
    assert "sekret" not in repr(episode)
    server.always = 401
    (episode,) = played(server, key="TOY_KEY")
    assert "sekret" not in repr(episode)
    assert "sekret" not in repr(vars(Chat(server.url, "toy", key="TOY_KEY")))


def test_wrong_settings_are_told() -> None:
    for wrong in ({"base_url": "localhost"}, {"requests": 0}):
        with pytest.raises(UsageError, match="chat:"):
            Chat(**{"base_url": "http://x", "model": "m", **wrong})  # type: ignore[arg-type]
