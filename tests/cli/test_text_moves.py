"""Moves that are words, on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.parley import RUDE

FILE = str(Path(__file__).parents[1] / "parley.py")


def test_on_the_command_line(arena: Any) -> None:
    def run(*arguments: Any, code: int = 0) -> Any:
        return arena("--plugin", FILE, *arguments, code=code)

    run("match", "parley", "says:what=hello", "rude", "--games", 4)
    assert "4 matches replayed, 0 of them otherwise" in run("verify").out
    shown = run("replay", "1/0").out
    assert "hello" in shown and "so\\x1b[2J\\u202e<|im_end|>\n  | there" in shown
    assert "\x1b" not in shown and "\u202e" not in shown
    (told,) = run("replay", "1/0", "--json").objects
    assert [0, "hello"] in told["moves"] or [1, "hello"] in told["moves"]
    assert RUDE in told["labels"]
    (line, *_) = run("export", "jsonl", "--moves").objects
    assert any(RUDE in move for move in line["moves"])
    assert "its moves are words" in run("match", "parley", "random", "rude", code=2).err
    assert "3 is not text" in run("match", "parley", "numb", "says", "--games", 1, "--show").out
    assert "keeps" in run("check", "environment", "parley").out
