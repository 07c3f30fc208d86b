"""The OpenAPI document, fuzzed by schemathesis: whatever is sent, no address answers with 500."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from arena.web.app import make_app
from arena.workspace import Workspace

OURS = {"Host": "localhost", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def document(home: Path, tmp_path_factory: pytest.TempPathFactory):
    """Return the document of pages that may be written to."""
    schemathesis = pytest.importorskip("schemathesis")
    copy = tmp_path_factory.mktemp("fuzz") / "home"
    shutil.copytree(home, copy)
    app = make_app(Workspace.open(str(copy)))
    return schemathesis.openapi.from_asgi("/openapi.json", app, headers=OURS)


@pytest.mark.parametrize("cases", [3, pytest.param(40, marks=pytest.mark.slow)])
def test_nothing_that_is_sent_makes_the_pages_fail(document, cases):
    from schemathesis.checks import not_a_server_error

    asked = operations = 0
    for found in document.get_all_operations():
        operation = found.ok()
        operations += 1

        @settings(
            max_examples=cases, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @document_cases(operation)
        def ask(case):
            nonlocal asked
            asked += 1
            case.call_and_validate(headers=OURS, checks=[not_a_server_error])

        ask()
    assert operations > 20
    assert asked > operations * cases / 2  # what takes nothing is asked once


def document_cases(operation):
    """Return a decorator that draws cases of an operation."""
    from hypothesis import given

    return given(case=operation.as_strategy())
