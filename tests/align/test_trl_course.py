"""The order in which rows are learnt: each once in a pass, wherever a run was interrupted."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from arena_align.trl_course import TrlCourse

from arena import BadParameter


def course_of(rows: list[Any], batch: int, steps: int = 10_000) -> TrlCourse:
    """Return a course of a run of which only numbers are asked."""
    run = SimpleNamespace(steps=steps, step=0, seed=3, resumed=None)
    course = SimpleNamespace(
        run=run,
        language=SimpleNamespace(positions=12),
        batches=lambda size: steps // size,
        model=None,
    )
    return TrlCourse(course, lambda *_: None, rows, batch)  # type: ignore[arg-type]


def test_every_row_is_learnt_once_in_each_pass() -> None:
    rows = [{"input_ids": [n]} for n in range(30)]
    taken = [row["input_ids"][0] for row in course_of(rows, 4)._next(15)]
    assert sorted(taken[:30]) == sorted(taken[30:]) == list(range(30))
    assert taken[:30] != taken[30:]


def test_a_course_taken_up_again_goes_on_with_the_rows_that_follow() -> None:
    rows = [{"input_ids": [n] * (1 + n % 7)} for n in range(50)]
    whole = list(course_of(rows, 8)._next(20))
    again = course_of(rows, 8)
    again.done = 9
    assert list(again._next(11)) == whole[9 * 8 :]


def test_a_row_that_the_model_cannot_read_is_told() -> None:
    with pytest.raises(BadParameter, match="is 13 tokens long, and the model reads 12"):
        course_of([{"prompt_ids": [1] * 9, "chosen_ids": [1] * 4, "rejected_ids": [1]}], 1)
