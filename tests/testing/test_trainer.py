"""Every rule of `check_trainer` holds for a good trainer and is broken by a bad one."""

from __future__ import annotations

from pathlib import Path

import pytest

from arena.testing import Broken, check_trainer
from arena.testing.trainer import RULES

PLUGIN = str(Path(__file__).with_name("bandits.py"))
BROKEN = [
    ("made", "nobody_knows"),
    ("made", "not_one:checkpoint=x"),
    ("made", "no_agent"),
    ("suits", "picky"),
    ("trains", "fails"),
    ("budget", "lazy"),
    ("files", "pickles"),
    ("files", "mislabels"),
    ("plays", "illegal"),
    ("seed", "unseeded"),
    ("resume", "forgets"),
    ("luck", "rolls"),
]


def test_a_good_trainer_passes() -> None:
    report = check_trainer("bandit", "toy_nim", 600, plugins=[PLUGIN])
    assert report.skipped == {} and report.notes == []


@pytest.mark.parametrize(("rule", "trainer"), BROKEN)
def test_a_bad_trainer_breaks_its_rule(rule: str, trainer: str) -> None:
    with pytest.raises(Broken) as caught:
        check_trainer(trainer, "toy_nim", 600, plugins=[PLUGIN])
    assert caught.value.rule == rule, caught.value
    assert "\n" not in str(caught.value) and "; " in str(caught.value)


def test_every_rule_has_a_trainer_that_breaks_it() -> None:
    assert {rule for rule, _ in BROKEN} == set(RULES)


def test_who_cannot_be_resumed_is_told_so() -> None:
    report = check_trainer("never_saves", "toy_nim", 600, plugins=[PLUGIN])
    assert set(report.skipped) == {"resume"}
