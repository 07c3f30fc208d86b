"""Whether a game is too large to be solved, found out without trying."""

from __future__ import annotations

import random
from collections import Counter

from arena import CHANCE, Environment
from arena_search.exact import Rules
from arena_search.worlds import Uniform, draw, freeze

_Line = tuple[Environment, int]


def exceeds(rules: Rules, world: Environment, seat: int, turn: int, positions: int) -> bool:
    """Whether surely more than `positions` positions can be reached.

    Plays many random lines side by side and counts, turn by turn, the positions that were met
    once and twice. Where many were met once, more were not met at all: `once**2 / (2 * twice)` is a
    lower bound of these in expectation (Chao, "Nonparametric estimation of the number of classes
    in a population", Scandinavian Journal of Statistics 11, 1984), and with `twice` raised by six
    standard errors and more it is one but for a chance of about 1e-8. The luck is fixed: the answer
    depends on the position alone.
    """
    uniform = random.Random(positions).random
    lines: list[_Line] = [(world, seat)] * (int(10 * positions**0.5) + 1)
    least = 0.0
    while lines and turn < rules.turns:
        met = Counter(Counter((seat, freeze(w.state())) for w, seat in lines).values())
        once, twice = met[1], met[2]
        least += met.total() + once**2 / (2 * (twice + 6 * twice**0.5 + 20))
        if least > positions:
            return True
        turn += 1
        lines = [line for w, seat in lines if (line := _onward(rules, w, seat, uniform))]
    return False


def _onward(rules: Rules, world: Environment, seat: int, uniform: Uniform) -> _Line | None:
    """Return a random next position with the seat to move; None if every action ends the game.

    Lines that end soon would hide how much lies deeper.
    """
    actions = list(rules.choices(world, seat)[0])
    while actions:
        after = world.copy()
        after.step({seat: actions.pop(int(uniform() * len(actions)))})
        asked = after.acting()
        while asked and asked[0] == CHANCE:
            after.step({CHANCE: draw(after.chance(), uniform())})
            asked = after.acting()
        if asked:
            return after, asked[0]
    return None
