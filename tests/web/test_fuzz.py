"""Whatever is asked of any address in the OpenAPI document, nothing fails."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from arena.web.app import make_app
from arena.web.site import Options
from arena.workspace import Workspace
from tests.web.conftest import BASE

KNOWN = ["tic_tac_toe", "kuhn_poker", "random", "minimax", "bradley_terry", "win", "1", "0", "-1",
         "1/0", "1000000000", "true", "2026-01-01", "", "9" * 25, "1e9", "nan", "\x00", "%00", "é",
         "finished", "draw", "void", "elo", "mean_return", "round_robin", "0001-01-01",
         "9999-12-31"]  # fmt: skip
VALUES = st.one_of(st.sampled_from(KNOWN), st.text(max_size=20), st.integers().map(str))


def operations():
    """Return (path, parameters in the path, those that follow ?) of every GET."""
    app = make_app(Workspace.open("/nonexistent"), Options(read_only=True))
    paths = TestClient(app, BASE).get("/openapi.json").json()["paths"]
    return [
        (path, [p["name"] for p in told["get"].get("parameters", []) if p["in"] == "path"],
         [p["name"] for p in told["get"].get("parameters", []) if p["in"] == "query"])
        for path, told in sorted(paths.items()) if "get" in told
    ]  # fmt: skip


@pytest.mark.parametrize(("path", "inside", "after"), operations())
def test_no_question_makes_the_pages_fail(client, path, inside, after):
    @settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def ask(data):
        from urllib.parse import quote

        where = path
        for name in inside:
            where = where.replace(f"{{{name}}}", quote(data.draw(VALUES), safe=""))
        where = where.replace(":path}", "}")
        query = {name: data.draw(VALUES) for name in after if data.draw(st.booleans())}
        answer = client.get(where, params=query)
        assert answer.status_code < 500, (where, query, answer.text)
        page = client.get(where.removeprefix("/api"), params=query)
        assert page.status_code < 500, (where, query)

    ask()
