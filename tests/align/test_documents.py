"""What the documents on language models have one type runs as it is written, on small budgets."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from arena.cli import main

DOCS = Path(__file__).parents[2] / "docs"
SHORT = {"tournament": ["--games", "2"], "train": ["--steps", "64"]}
"""What is added to a command, so that it takes a second."""
PLAYED = ["--set", "matches=20"]
LEARN_FROM_MATCHES = ("sft", "reward_model", "rlhf_ppo", "dpo")
SHIPPED = ("alignment", "everyone")
"""Definitions that train for minutes and have tests of their own."""


def commands(document: str, named: dict[str, str]) -> list[list[str]]:
    """Return what the fences of a document say to type, their placeholders filled in."""
    found = re.findall(r"^```console\n(.*?)^```$", (DOCS / document).read_text(), re.M | re.S)
    every = [shlex.split(line, comments=True) for line in "".join(found).splitlines()]
    for old, new in named.items():
        every = [[word.replace(old, new) for word in words] for words in every]
    return [words[1:] for words in every if words and words[2] not in SHIPPED]


def run(home: Path, words: list[str]) -> None:
    """Run a command of a document on a small budget; it must work."""
    more = [] if "--games" in words else SHORT.get(words[0], [])
    if words[0] == "train" and words[1] in LEARN_FROM_MATCHES:
        more = [*more, *PLAYED]
    with pytest.raises(SystemExit) as ended:
        main(["--home", str(home), *words, *more])
    assert not ended.value.code, shlex.join(words)


def test_the_documents_work_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("textarena")
    monkeypatch.chdir(tmp_path)
    said = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Good day"}]
    worse = [said[0], {"role": "assistant", "content": "What?"}]
    Path("chats.jsonl").write_text(json.dumps({"chosen": said, "rejected": worse}) + "\n")
    Path("mine.jsonl").write_text(json.dumps({"prompt": "Say a move."}) + "\n")
    learning = commands("alignment.md", {})
    reward = str(tmp_path / "home" / "checkpoints" / "reward")
    playing = commands("language.md", {"FOLDER": "sft", "REWARD": reward})
    assert len(learning) >= 12 and len(playing) >= 5
    for words in [*learning, *playing]:
        run(tmp_path / "home", words)
