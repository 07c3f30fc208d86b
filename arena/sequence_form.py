"""What policies return in a game in sequence form, and what answers them best.

A *policy* is float64 (sequences,), the odds of each action where it may be played; those of a
decision sum to 1, and that of the empty sequence is 1. A *plan* is the same as the odds that a seat
plays each of its sequences if all others let it (von Stengel, "Efficient computation of behavior
strategies", Games and Economic Behavior 14, 1996): plans of a mixture are the mixture of plans.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from arena.gametree import Floats, GameTree, Ints


class Worths(NamedTuple):
    """What a policy returns to each seat, and what the best answer of that seat alone would."""

    values: Floats
    best: Floats

    @property
    def nash_conv(self) -> float:
        """What all seats together would gain by a best answer each; 0 in an equilibrium."""
        return float((self.best - self.values).sum())


def worths(tree: GameTree, policy: Floats) -> Worths:
    """Return what is gained from a policy."""
    return worths_of_plan(tree, plan_of(tree, policy))


def worths_of_plan(tree: GameTree, plan: Floats) -> Worths:
    """Return what is gained from a plan of all seats: float64 (sequences,)."""
    values, best = [], []
    for seat in range(tree.last.shape[1]):
        gains = _gains(tree, seat, plan)
        values.append(float(gains @ plan[tree.last[:, seat]]))
        best.append(_answer(tree, seat, gains)[0])
    return Worths(np.array(values), np.array(best))


def plan_of(tree: GameTree, policy: Floats) -> Floats:
    """Return a policy as a plan: float64 (sequences,)."""
    plan = policy.copy()
    for first, count, before in _blocks(tree):
        plan[first : first + count] *= plan[before]
    return plan


def mixed_plan(tree: GameTree, plans: Sequence[Floats], weights: Floats) -> Floats:
    """Return the plan of who plays by one of `plans`, drawn for each seat before the match.

    weights   float64 (seats, plans), how likely each is for each seat
    """
    owner = np.zeros(tree.sequences, np.int64)
    for decision in tree.decisions:
        owner[decision.first : decision.first + len(decision.legal)] = decision.seat
    plan: Floats = (np.stack(plans) * weights[owner].T).sum(axis=0)
    plan[0] = 1.0
    return plan


def returns_of(tree: GameTree, plans: Sequence[Floats]) -> Floats:
    """Return what each seat gets if each plays by its own plan: float64 (seats,)."""
    odds = tree.chances
    for seat, plan in enumerate(plans):
        odds = odds * plan[tree.last[:, seat]]
    returned: Floats = odds @ tree.returns
    return returned


def best_answer(tree: GameTree, plan: Floats) -> Floats:
    """Return the policy in which each seat answers best what `plan` does in all others.

    It plays one action for sure; of equally good ones the first, as where it never comes.
    """
    policy = np.zeros(tree.sequences)
    policy[0] = 1.0
    for seat in range(tree.last.shape[1]):
        policy[_answer(tree, seat, _gains(tree, seat, plan))[1]] = 1.0
    return policy


def _gains(tree: GameTree, seat: int, plan: Floats) -> Floats:
    """Return what a seat gets at each end if it plays to come there: float64 (ends,)."""
    weight = tree.chances * tree.returns[:, seat]
    for other in range(tree.last.shape[1]):
        if other != seat:
            weight = weight * plan[tree.last[:, other]]
    return weight


def _answer(tree: GameTree, seat: int, gains: Floats) -> tuple[float, list[int]]:
    """Return what the seat's best answer returns, and the sequences that it chooses."""
    totals = _sums(tree.last[:, seat], gains, tree.sequences)
    chosen = []
    for decision in reversed(tree.decisions):
        if decision.seat == seat:
            best = decision.first + int(
                totals[decision.first : decision.first + len(decision.legal)].argmax()
            )
            totals[decision.before] += totals[best]
            chosen.append(best)
    return float(totals[0]), chosen


def _sums(places: Ints, weights: Floats, size: int) -> Floats:
    sums: Floats = np.bincount(places, weights, size).astype(np.float64)
    return sums


def _blocks(tree: GameTree) -> Iterator[tuple[int, int, int]]:
    return ((d.first, len(d.legal), d.before) for d in tree.decisions)
