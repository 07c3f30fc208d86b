"""Rows of text: the usual shapes are read, and what is wrong is told with its line."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from arena_align.rows import Example, Pair, read_examples, read_pairs, read_prompts, write_rows

from arena import BadParameter


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "rows.jsonl"
    file.write_text(text, encoding="utf-8")
    return file


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    pairs = [Pair("a \n", "b", "ü"), Pair("", "b", "c", "board")]
    kept = io.StringIO()
    assert write_rows(pairs, kept) == 2
    file = written(tmp_path, kept.getvalue())
    assert read_pairs(file) == pairs
    assert read_prompts(file) == ["a \n", ""]


@pytest.mark.parametrize(
    "row",
    [
        '{"prompt": "say it", "chosen": "yes", "rejected": "no"}',
        '{"prompt": [{"role": "user", "content": "say it"}], '
        '"chosen": [{"role": "assistant", "content": "yes"}], '
        '"rejected": [{"role": "assistant", "content": "no"}]}',
    ],
)
def test_pairs_of_text_and_of_messages(tmp_path: Path, row: str) -> None:
    assert read_pairs(written(tmp_path, f"\n{row}\n")) == [Pair("say it", "yes", "no")]


def test_a_prompt_may_be_what_both_answers_begin_with(tmp_path: Path) -> None:
    row = '{"chosen": "say it yes please", "rejected": "say it yet"}'
    assert read_pairs(written(tmp_path, row)) == [Pair("say it ", "yes please", "yet")]


def test_examples(tmp_path: Path) -> None:
    file = written(tmp_path, '{"prompt": "a", "completion": "b", "group": "c"}')
    assert read_examples(file) == [Example("a", "b", "c")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "holds no rows"),
        ("{}\n", "line 1: 'chosen' is neither text nor messages"),
        ('\n{"chosen": "a"}\n', "line 2: 'rejected' is neither"),
        ("[1]\n", "line 1: not an object"),
        ("nonsense", "line 1: not JSON"),
        ('{"prompt": "a", "chosen": "b", "rejected": "b"}', "line 1: chosen and rejected are the"),
        ('{"prompt": 3, "chosen": "b", "rejected": "c"}', "line 1: 'prompt' is neither"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadParameter, match=told):
        read_pairs(written(tmp_path, text))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadParameter, match=r"none\.jsonl: cannot be read"):
        read_pairs(tmp_path / "none.jsonl")
