"""Small games of common interest whose answers theory knows: who finds the best, and who cannot.

The climbing and the penalty game are those of Claus and Boutilier, "The dynamics of reinforcement
learning in cooperative multiagent systems", AAAI 1998.
"""

from __future__ import annotations

from typing import Any

import pytest

CLIMBING = "11;-30;0;-30;7;6;0;0;5"
PENALTY = "-100;0;10;0;2;0;10;0;-100"
HILL = "0;-30;0;-30;7;6;0;0;5"
"""The climbing game without its 11: 7 is the best, and one alone should still not go there."""
GIVEN = "worlds=32,gamma=0.5"
OPEN = f"{GIVEN},rollout=8,learning_rate=0.003,entropy=0.3;0.01"


def payoff(learn: Any, trainer: str, payoffs: str, steps: int, seed: int = 0) -> float:
    """Return what each seat gets in the end by the best moves of both."""
    made = learn(trainer, f"tensor/matrix:row={payoffs},column={payoffs}", steps, seed=seed)
    return float(made.meta["metrics"]["return"]) / 2


@pytest.mark.parametrize("trainer", ["vdn", "qmix"])
def test_values_that_are_mixed_fail(learn: Any, trainer: str) -> None:
    """A mixture that grows with each member's value cannot say that a good move spoils another.

    They end where one's move is worth most against any move of the other's: 5 or 6 of 11, 2 of 10.
    """
    assert payoff(learn, f"{trainer}:{GIVEN}", CLIMBING, 8_000) in (5.0, 6.0)
    assert payoff(learn, f"{trainer}:{GIVEN}", PENALTY, 8_000) == 2.0


@pytest.mark.parametrize("trainer", ["mappo", "ippo"])
def test_policies_climb(learn: Any, trainer: str) -> None:
    """From 5, which one's own better answers lead away from, to 7: an equilibrium; 11 is another.

    With and without a shared critic: there is nothing to see, and the gradients are the same in the
    mean (Lyu et al., "Contrasting centralized and decentralized critics in multi-agent
    reinforcement learning", 2021). In the penalty game they go for what is safe.
    """
    assert payoff(learn, f"{trainer}:{OPEN}", CLIMBING, 16_000) == 7.0
    assert payoff(learn, f"{trainer}:{OPEN}", PENALTY, 8_000) == 2.0


def test_policies_solve_what_mixed_values_cannot(learn: Any) -> None:
    """What is worth most against any move is 5; whoever follows the other from there comes to 7."""
    assert payoff(learn, f"qmix:{GIVEN}", HILL, 8_000) == 5.0
    assert payoff(learn, f"mappo:{OPEN}", HILL, 8_000) == 7.0


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2, 3))])
@pytest.mark.parametrize("trainer", ["mappo", "ippo"])
def test_optimists_find_the_best(learn: Any, trainer: str, seed: int) -> None:
    """Who holds a failure against its own move but little waits until the other has found its own.

    In the penalty game two optima are mirror images. Seats that share an actor step to the same
    side together, and may stay there, at -100; with actors of their own they part.
    """
    given = f"{trainer}:{OPEN},optimism=0.95"
    assert payoff(learn, given, CLIMBING, 10_000, seed) == 11.0
    assert payoff(learn, f"{given},shared=false", PENALTY, 10_000, seed) == 10.0


@pytest.mark.slow
def test_policies_that_stay_open_agree_on_signals(learn: Any) -> None:
    """In tiny_hanabi 8 is safe; 10 needs that what one does tells the other what it holds."""
    given = "mappo:worlds=32,rollout=10,entropy=1;0.01"
    found = [
        learn(given, "openspiel/tiny_hanabi", 100_000, seed=seed).meta["metrics"]["return"] / 2
        for seed in (0, 1, 2)
    ]
    assert sum(value == 10.0 for value in found) >= 2
