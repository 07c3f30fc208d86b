"""What the values of moves move towards, worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from arena_tabular.monte_carlo import MonteCarlo
from arena_tabular.q_learning import QLearning
from arena_tabular.sarsa import ExpectedSarsa, Sarsa
from arena_tabular.table import Table

from arena.experience import Experience
from arena.transitions import opposed_transitions, own_transitions

VALUES = np.array([[1.0, 4.0, 9.0], [2.0, 0.0, 5.0], [7.0, 7.0, 7.0]])
MASK = np.array([[True, True, False], [True, True, True], [False, False, False]])
COLUMN = np.array([0, 1, 0])


def test_a_position_is_worth_its_best_action_to_q_learning() -> None:
    assert QLearning().ahead(VALUES, MASK, COLUMN).tolist() == [4.0, 5.0, 0.0]


def test_a_position_is_worth_the_chosen_action_to_sarsa() -> None:
    assert Sarsa().ahead(VALUES, MASK, COLUMN).tolist() == [1.0, 0.0, 7.0]


def test_a_position_is_worth_the_mean_over_the_odds_to_expected_sarsa() -> None:
    """With epsilon 0.3: 0.85 and 0.15 of two actions; 0.8 of the best and 0.1 of the others."""
    found = ExpectedSarsa(epsilon=0.3).ahead(VALUES, MASK, COLUMN)
    assert found.tolist() == pytest.approx([0.85 * 4 + 0.15, 0.8 * 5 + 0.1 * 2, 0.0])


def episode(columns: dict[str, Any], **given: Any) -> Experience:
    """Return one seat's trajectory of four moves that pays 1, 0, 2 and 10."""
    rows = np.arange(4)
    reward = given.get("reward", np.array([1.0, 0.0, 2.0, 10.0]))
    return Experience(
        match=np.zeros(4, np.int64), seat=np.zeros(4, np.int64), turn=rows, reward=reward,
        open=given.get("open_", np.zeros(4, np.bool_)), offsets=np.array([0, 4]),
        action=np.array([0, 1, 0, 1]), before=np.zeros((4, 1)), after=np.full((4, 1), 13.0),
        columns=columns,
    )  # fmt: skip


COLUMNS = {"state": np.array([0, 1, 2, 3]), "mask": np.ones((4, 2), np.bool_)}


def targets(learner: Any, values: list[list[float]], experience: Experience) -> list[float]:
    learner.table = Table(2)
    learner.table.values[: len(values)] = values
    found = np.full(4, np.nan)
    for rows, towards in learner.targets(
        own_transitions(experience), experience, experience.action
    ):
        found[rows] = towards
    return found.tolist()


def test_monte_carlo_learns_from_all_that_is_paid_to_the_end() -> None:
    found = targets(MonteCarlo(gamma=0.5), [[9, 9]] * 4, episode(COLUMNS))
    assert found == [1 + 0.5 * (0.5 * (2 + 5)), 0.5 * (2 + 5), 2 + 5, 10]


def test_monte_carlo_goes_on_from_its_estimate_where_a_match_was_cut_off() -> None:
    cut = episode(COLUMNS, open_=np.array([False] * 3 + [True]), reward=np.array([1.0, 0, 2, 0]))
    found = targets(MonteCarlo(gamma=0.5), [[0, 0], [0, 0], [0, 0], [4, 8]], cut)
    assert found[:3] == [1 + 0.5 * (0.5 * (2 + 4)), 0.5 * (2 + 4), 2 + 4] and np.isnan(found[3])


def test_sarsa_learns_from_the_next_move() -> None:
    found = targets(Sarsa(gamma=0.5), [[0, 0], [3, 6], [8, 1], [2, 4]], episode(COLUMNS))
    assert found == [1 + 0.5 * 6, 0 + 0.5 * 8, 2 + 0.5 * 4, 10]


def test_what_both_see_where_a_match_was_cut_off_is_no_move() -> None:
    """Both seats are asked once more, at turn 2: neither answer is played."""
    cut = Experience(
        match=np.zeros(4, np.int64), seat=np.array([0, 0, 1, 1]), turn=np.array([0, 2, 1, 2]),
        reward=np.zeros(4), open=np.array([False, True, False, True]), offsets=np.array([0, 2, 4]),
        action=np.zeros(4, np.int64), before=np.zeros((4, 2)), after=np.zeros((4, 2)),
    )  # fmt: skip
    steps = opposed_transitions(cut)
    assert steps.row.tolist() == [0, 2]
    assert steps.next.tolist() == [2, 1] and steps.sign.tolist() == [-1.0, -1.0]
