"""An agent that reads pickles is made where the user said --trust, and nothing else can say it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from arena.lookup import find_player
from arena.plugins import make_registry
from arena.specs import parse

PLUGIN = '''
import pickle
import arena

class Pickled(arena.Agent):
    """Plays the place that a pickle holds."""

    needs = frozenset({"trust"})
    files = ("path",)

    def __init__(self, path: str) -> None:
        with open(path, "rb") as file:
            self.place = pickle.load(file)

    def act(self, observation):
        return observation.legal[self.place]

@arena.hookimpl
def arena_agents():
    return {"pickled": Pickled}
'''


@pytest.fixture
def pickled(tmp_path: Path) -> tuple[str, str]:
    """Return the spec of the agent, and the plugin that brings it; reading it leaves a mark."""
    mark = tmp_path / "mark"
    code = f"import pathlib; pathlib.Path({str(mark)!r}).touch()"
    pickle = f"c__builtin__\nexec\n(V{code}\ntR.".encode()  # what a model could hold
    (tmp_path / "model.pkl").write_bytes(pickle[:-1] + b"0I0\n.")
    (tmp_path / "plugin.py").write_text(PLUGIN)
    return f"pickled:path={tmp_path / 'model.pkl'}", str(tmp_path / "plugin.py")


def test_it_is_refused_in_one_line_and_nothing_is_read(
    fails: Callable[..., str], pickled: tuple[str, str], tmp_path: Path
) -> None:
    agent, plugin = pickled
    for command in (
        ["tournament", "tic_tac_toe", "--agent", agent, "--agent", "random", "--games", "2"],
        ["match", "tic_tac_toe", agent, "random"],
        ["play", "tic_tac_toe", "--against", agent],
        ["exploit", agent, "tic_tac_toe"],
        ["check", "agent", agent, "--environment", "tic_tac_toe"],
    ):
        said = fails("--plugin", plugin, *command)
        assert "agent 'pickled' reads files that can run code" in said and "--trust" in said
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize("workers", [1, 2])
def test_it_plays_where_it_is_trusted_in_every_process(
    arena: Callable[..., Any], pickled: tuple[str, str], workers: int, tmp_path: Path
) -> None:
    agent, plugin = pickled
    ran = arena(
        "--plugin", plugin, "--trust", "tournament", "tic_tac_toe", "--agent", f"mine={agent}",
        "--agent", "first_legal", "--games", 4, "--workers", workers, "--json",
    )  # fmt: skip
    assert ran.objects[0]["matches"] == 4 and ran.objects[0]["faults"] == 0
    assert (tmp_path / "mark").exists()


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("[tournament]", "trust is unknown"), ("[rules]", "trust is unknown"),
        ("[[entrants]]", "has no parameter 'trust'"),
    ],
)  # fmt: skip
def test_no_tournament_file_can_grant_it(
    fails: Callable[..., str], pickled: tuple[str, str], tmp_path: Path, where: str, text: str
) -> None:
    agent, plugin = pickled
    definition = (
        f'[tournament]\nenvironment = "tic_tac_toe"\n[rules]\n[[entrants]]\nagent = "{agent}"\n'
        '[[entrants]]\nagent = "random"\n'
    )
    file = tmp_path / "my.toml"
    file.write_text(definition.replace(where, f"{where}\ntrust = true", 1))
    assert text in fails("--plugin", plugin, "tournament", file)
    assert not (tmp_path / "mark").exists()


def test_another_content_is_another_player(pickled: tuple[str, str], tmp_path: Path) -> None:
    agent, plugin = pickled
    registry = make_registry([plugin])

    def digest() -> str | None:
        return find_player(registry, tmp_path, parse(agent)).digest

    first = digest()
    assert first is not None and digest() == first
    (tmp_path / "model.pkl").write_bytes(b"I1\n.")
    assert digest() not in (first, None)
    (tmp_path / "model.pkl").unlink()
    assert digest() is None
