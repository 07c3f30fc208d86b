"""Perfect play where a game is small enough, and alpha-beta where it is not."""

from __future__ import annotations

import random
from collections.abc import Hashable
from typing import Any

from arena import Agent, BadParameter, Environment, Observation, Spec, Unsuitable
from arena_search.deepening import DEEPEST, Deepening
from arena_search.exact import Exact, Rules, tied
from arena_search.reach import exceeds
from arena_search.suits import actions_of, require_countable
from arena_search.worlds import play_out, position_key

LOOKS = 30_000
"""Positions that are looked at before it is asked whether there are too many, and in each search of
a game that has too many."""
REMEMBERED = 100_000
"""Decisions that are kept."""


class Minimax(Agent):
    """Plays perfectly in zero-sum games of two seats without secrets, as far as it can see.

    If it can look at everything that may come in no more than `positions` positions (as many as
    there are moves at all that can be reached), it does, remembers their values in every later
    game, and plays any of the best moves with equal odds. Else it looks at 30,000 by alpha-beta,
    ever deeper; lines that are cut off count as draws, and moves that look equal are compared by
    `rollouts` random games, shared among them. With `depth` it looks at most that many turns ahead,
    at no more than `positions` positions.

    What it plays is a function of the position and of the match's luck, never of earlier games.
    """

    needs = frozenset({"model"})

    def __init__(
        self, depth: int | None = None, positions: int = 2_000_000, rollouts: int = 1_000
    ) -> None:
        for name, value, least in (
            ("depth", depth, 1), ("positions", positions, 1), ("rollouts", rollouts, 0)
        ):  # fmt: skip
            if value is not None and value < least:
                raise BadParameter(f"minimax: {name}={value} is less than {least}")
        self.depth, self.positions, self.rollouts = depth, positions, rollouts
        self._game: _Game | None = None

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` unless the game is one that minimax is for."""
        for suits, reason in (
            (len(spec.seats) == 2, f"two seats, and this one has {len(spec.seats)}"),
            (spec.zero_sum, "two seats that are zero-sum, and this one is not"),
            (spec.turn_based, "seats that take turns, and here they move at once"),
            (spec.perfect_information, "perfect information, and this one hides something"),
        ):
            if not suits:
                raise Unsuitable(f"minimax is for games of {reason}; mcts may suit it")
        require_countable("minimax", spec)
        self._game = None  # it may be another game of the same spec

    def act(self, observation: Observation) -> Any:
        """Return a best action."""
        legal = observation.legal
        if len(legal) == 1:
            return legal[0]
        game = self._game
        if game is None or (game.spec is not observation.spec and game.spec != observation.spec):
            game = self._game = _Game(self, observation.spec)
        world = observation.imagine(observation.rng)
        best, exact = game.decide(world, observation.seat, observation.turn)
        if not exact and len(best) > 1 and self.rollouts:
            best = self._by_rollouts(game.rules, world, observation, best)
        return best[int(observation.u * len(best))]

    def _by_rollouts(
        self, rules: Rules, world: Environment, observation: Observation, actions: list[Any]
    ) -> list[Any]:
        """Return the actions after which random play pays the seat most."""
        seat, turns = observation.seat, rules.turns - observation.turn - 1
        uniform = random.Random(observation.rng.seed).random
        sums = []
        for action in actions:
            totals = [0.0, 0.0]
            for _ in range(max(1, self.rollouts // len(actions))):
                after = world.copy()
                pay = after.step({seat: action})
                if pay is not None:
                    totals[seat] += pay[seat]
                play_out(after, turns, rules.actions, uniform, totals)
            sums.append(totals[seat])
        return tied(0, actions, sums)


class _Game:
    """What is known of one game: values where it could be solved, and the decisions made."""

    def __init__(self, agent: Minimax, spec: Spec) -> None:
        self.agent, self.spec = agent, spec
        self.rules = Rules(spec.max_turns, actions_of(spec))
        self.exact = Exact(self.rules, agent.positions)
        self.decisions: dict[Hashable, tuple[list[Any], bool]] = {}
        low, high = spec.returns
        self.middle = (low + high) / 2 if low is not None and high is not None else 0.0

    def decide(self, world: Environment, seat: int, turn: int) -> tuple[list[Any], bool]:
        """Return the best actions, and whether they are known to be: a function of the position."""
        key = turn, seat, position_key(world, self.rules.choices(world, seat)[0])
        if key not in self.decisions:
            if len(self.decisions) >= REMEMBERED:
                self.decisions.clear()
            self.decisions[key] = self._decide(world, seat, turn)
        return self.decisions[key]

    def _decide(self, world: Environment, seat: int, turn: int) -> tuple[list[Any], bool]:
        depth, budget = self.agent.depth, self.agent.positions
        if depth is None:
            if self._solve(world, seat, turn):
                return self.exact.best(world, seat, turn), True
            depth, budget = DEEPEST, min(budget, LOOKS)
        search = Deepening(self.rules, self.middle, budget)
        return search.best(world, seat, turn, depth), not search.cut

    def _solve(self, world: Environment, seat: int, turn: int) -> bool:
        """Value the position if the budget of positions suffices."""
        place = world, seat, turn
        most = self.agent.positions
        if self.exact.value(*place) is not None or self.exact.solve(*place, min(most, LOOKS)):
            return True
        if most <= LOOKS or exceeds(self.rules, *place, most):
            return False
        return self.exact.solve(*place, most)
