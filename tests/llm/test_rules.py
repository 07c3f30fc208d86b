"""Answers judged by rules."""

from __future__ import annotations

import pytest
from arena_llm.judging import Rules

from arena import UsageError


def test_a_point_for_each_rule_that_is_kept() -> None:
    rules = Rules(least=2, most=5, pattern=r"^\d+$", answer=" 42 ")
    assert rules.score([""] * 4, ["42", "4242", "no", "forty-two"]) == [4, 3, 2, 1]
    assert Rules(answer="Yes").score([""], [" yes\n"]) == [1]


@pytest.mark.parametrize("wrong", [{}, {"pattern": "("}])
def test_rules_that_are_none_are_told(wrong: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="rules:"):
        Rules(**wrong)  # type: ignore[arg-type]
