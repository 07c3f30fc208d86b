"""One tiny model for all tests of language models; without the extra they are skipped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"  # no test may reach for the hub

WITHOUT_LIBRARIES = {
    "test_chat.py", "test_cleaning.py", "test_duel.py", "test_judge.py", "test_rules.py",
}  # fmt: skip
"""Tests of this folder that need no model."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the extra."""
    here = Path(__file__).parent
    for item in items:
        if item.path.parent == here and item.path.name not in WITHOUT_LIBRARIES:
            item.add_marker(pytest.mark.llm)


@pytest.fixture(autouse=True)
def libraries(request: pytest.FixtureRequest) -> None:
    """Skip a test marked `llm` where the extra is missing."""
    if request.node.get_closest_marker("llm"):
        pytest.importorskip("transformers", reason="needs pip install 'arena-games[llm]'")


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an untrained model of tic_tac_toe."""
    pytest.importorskip("transformers", reason="needs pip install 'arena-games[llm]'")
    from arena_llm.tiny import make_tiny

    return make_tiny("tic_tac_toe", 1, tmp_path_factory.mktemp("models") / "tiny")
