"""Whether a game is too large to be solved, found out without trying."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from arena import CHANCE, Environment
from arena_search.exact import Rules
from arena_search.worlds import Uniform, draw

_Line = tuple[Environment, int]
_Step = tuple[int, str, Any]


def exceeds(rules: Rules, world: Environment, seat: int, turn: int, positions: int) -> bool:
    """Whether surely more than `positions` moves can be made at positions that can be reached.

    Plays many random lines side by side and counts, turn by turn, the moves that were made once and
    twice. Where many were made once, more were not made at all: `once**2 / (2 * twice)` is a lower
    bound of these in expectation (Chao, "Nonparametric estimation of the number of classes in a
    population", Scandinavian Journal of Statistics 11, 1984), and with `twice` raised by six
    standard errors and more it is one but for a chance of about 1e-8. The luck is fixed: the answer
    depends on the position alone.
    """
    uniform = random.Random(positions).random
    lines: list[_Line] = [(world, seat)] * (int(10 * positions**0.5) + 1)
    least = 0.0
    while lines and turn < rules.turns:
        steps, lines = _onward(rules, lines, uniform)
        made = Counter(Counter(steps).values())
        once, twice = made[1], made[2]
        least += made.total() + once**2 / (2 * (twice + 6 * twice**0.5 + 20))
        if least > positions:
            return True
        turn += 1
    return False


def _onward(rules: Rules, lines: list[_Line], uniform: Uniform) -> tuple[list[_Step], list[_Line]]:
    """Return a random move of each line, and where a random move that does not end it leads to.

    Lines that end soon would hide how much lies deeper.
    """
    steps, longer = [], []
    for world, seat in lines:
        actions = list(rules.choices(world, seat)[0])
        action = actions.pop(int(uniform() * len(actions)))
        steps.append((seat, world.text(0), action))
        line = _after(world, seat, action, uniform)
        while line is None and actions:
            action = actions.pop(int(uniform() * len(actions)))
            line = _after(world, seat, action, uniform)
        if line is not None:
            longer.append(line)
    return steps, longer


def _after(world: Environment, seat: int, action: Any, uniform: Uniform) -> _Line | None:
    """Return the next position at which a seat is to move; None if the game is over."""
    world = world.copy()
    world.step({seat: action})
    asked = world.acting()
    while asked and asked[0] == CHANCE:
        world.step({CHANCE: draw(world.chance(), uniform())})
        asked = world.acting()
    return (world, asked[0]) if asked else None
