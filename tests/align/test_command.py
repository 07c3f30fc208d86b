"""`arena preferences`: pairs from the history, and from files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from arena.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["--home", str(tmp_path), *arguments])
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out, told.err

    return call


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def played(run: Run) -> Run:
    agents = ("--agent", "minimax", "--agent", "random")
    asked = ("tournament", "tic_tac_toe", *agents, "--games", "40", "--seed", "1")
    assert run(*asked)[0] == 0
    return run


def test_winners_are_put_above_losers(played: Run) -> None:
    code, out, _ = played("preferences", "tic_tac_toe", "--template", "moves")
    pairs = rows(out)
    assert code == 0 and pairs
    assert all(row["chosen"] != row["rejected"] for row in pairs)
    assert {row.keys() <= {"prompt", "chosen", "rejected", "group"} for row in pairs} == {True}


def test_better_moves_are_put_above_worse(played: Run) -> None:
    asked = ("preferences", "tic_tac_toe", "--values", "minimax", "--template", "moves")
    _, out, _ = played(*asked)
    pairs = {(row["prompt"], row["chosen"], row["rejected"]) for row in rows(out)}
    assert not any((prompt, worse, better) in pairs for prompt, better, worse in pairs)
    answers = {row["chosen"] for row in rows(out) if row["prompt"] == "x(0,0)"}
    assert answers <= {"o(1,1)"}  # all else loses after a corner
    _, some, _ = played(*asked, "--agent", "random", "--most", "5")
    assert len(rows(some)) == 5
    _, newest, _ = played(*asked, "--agent", "random", "--matches", "1")
    assert 1 <= len({row["prompt"] for row in rows(newest)}) <= 5  # its moves in one match


def test_a_file_is_written_and_read_again(played: Run, tmp_path: Path) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    code, out, _ = played("preferences", "tic_tac_toe", "--values", "minimax", "--to", str(first))
    assert code == 0 and f"in {first}" in out
    assert played("preferences", str(first), "--to", str(second))[0] == 0
    assert first.read_text() == second.read_text()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("tic_tac_toe",), "the history has no moves in tic_tac_toe; play first"),
        (("tic_tac_toe", "--agent", "me"), "no moves of me in"),
        (("tic_tac_toe", "--values", "minimax", "--scorer", "rules"), "choose one"),
        (("none.jsonl",), "none.jsonl: cannot be read"),
    ],
)
def test_what_cannot_be_is_told(run: Run, arguments: tuple[str, ...], told: str) -> None:
    code, _, err = run("preferences", *arguments)
    assert code == 2 and told in err and err.count("\n") == 1
