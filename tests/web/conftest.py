"""A small history, made once, and the pages that show it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from arena.cli import main
from arena.web.app import make_app
from arena.web.site import Options
from arena.workspace import Workspace

BASE = "http://localhost:8642"
EVIL = '"><script>alert(1)</script>'
"""What an agent may call itself."""
PLUGIN = """
import arena


class Count(arena.Page):
    title = "How <many>"

    def data(self, workspace, query):
        rows = [
            {"id": each.id, "matches": each.matches} for each in workspace.store.tournaments()
        ]
        return {"tournaments": rows, "asked": query.get("asked", "<nothing>")}


class Templated(arena.Page):
    title = "Templated"
    template = (
        '{% extends "page.html" %}{% block main %}<h1>{{ said }}</h1>{% endblock %}'
    )

    def data(self, workspace, query):
        return {"said": query.get("say", "")}


class Bad(arena.Page):
    title = "Bad"

    def data(self, workspace, query):
        raise arena.UsageError("ask <otherwise>")


@arena.hookimpl
def arena_pages():
    return {"count": Count, "templated": Templated, "bad": Bad}
"""


def arena(home: Path, *arguments: str) -> None:
    """Run the command line in this process."""
    with pytest.raises(SystemExit) as ended:
        main(["--home", str(home), *arguments])
    assert not ended.value.code, arguments


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with four tournaments: boards, cards, one side, and names that bite."""
    folder = tmp_path_factory.mktemp("web") / "home"
    ttt = ["tournament", "tic_tac_toe", "--seed", "1"]
    some = ["--agent", "minimax", "--agent", "random", "--agent", "first_legal"]
    arena(folder, *ttt, "--games", "40", *some)
    arena(folder, "tournament", "kuhn_poker", "--games", "8", "--seed", "2",
          "--agent", "random", "--agent", "mcts:simulations=5")  # fmt: skip
    arena(folder, "tournament", "gymnasium/CartPole-v1", "--games", "3", "--seed", "3",
          "--agent", "random", "--agent", "first_legal")  # fmt: skip
    evil = ["--agent", f"{EVIL}=random", "--agent", "</td></table><iframe>=first_legal"]
    arena(folder, "tournament", "connect_four", "--games", "4", "--seed", "4", *evil)
    return folder


@pytest.fixture(scope="session")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a plugin file that brings pages."""
    file = tmp_path_factory.mktemp("plugin") / "pages.py"
    file.write_text(PLUGIN)
    return str(file)


@pytest.fixture(scope="session")
def browse(home: Path, plugin: str) -> Iterator[Callable[..., TestClient]]:
    """Return a function that opens the pages with these options."""
    workspace = Workspace.open(str(home), plugins=(plugin,))

    def open_(options: Options | None = None, base: str = BASE) -> TestClient:
        return TestClient(make_app(workspace, options), base, raise_server_exceptions=False)

    yield open_
    workspace.store.close()


@pytest.fixture(scope="session")
def client(browse: Callable[..., TestClient]) -> TestClient:
    """Return a browser at the pages."""
    return browse()


@pytest.fixture(autouse=True, scope="session")
def _quiet() -> Iterator[None]:
    """Keep the history of whoever runs the tests out of them."""
    before = os.environ.pop("ARENA_HOME", None)
    yield
    if before is not None:
        os.environ["ARENA_HOME"] = before
