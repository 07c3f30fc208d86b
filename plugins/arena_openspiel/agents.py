"""OpenSpiel's own search bot, for its own games.

`pyspiel.ISMCTSBot`, for games that hide something, is left out: it breaks ties in the order of a
hash table, so that equal seeds do not play equal matches (OpenSpiel 2.0.2).
"""

from __future__ import annotations

from typing import Any

import pyspiel

from arena import Agent, BadParameter, Observation, Spec, Unsuitable, derive
from arena_openspiel import catalogue

_FAMILY = "openspiel/"
_MEMORY_MB = 1_000
_SEEDS = 2**31


class OpenSpielMcts(Agent):
    """`pyspiel.MCTSBot`: Monte Carlo tree search (UCT), for games that hide nothing.

    `simulations` a move; `uct_c` weighs exploration; `solver` backs proven results up; `rollouts`
    random games a leaf. Its luck is this match's, seat's and turn's.
    """

    needs = frozenset({"model"})

    def __init__(
        self, simulations: int = 1_000, uct_c: float = 2.0, solver: bool = True, rollouts: int = 1
    ) -> None:
        if simulations < 1 or rollouts < 1:
            raise BadParameter(f"simulations={simulations}, rollouts={rollouts}: each at least 1")
        self.simulations, self.uct_c = simulations, uct_c
        self.solver, self.rollouts = solver, rollouts

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` for a game that is not OpenSpiel's, or that its search cannot play."""
        if not spec.name.startswith(_FAMILY):
            raise Unsuitable(f"openspiel_mcts plays OpenSpiel's games, and not {spec.name}")
        if not spec.turn_based:
            raise Unsuitable(f"openspiel_mcts searches games in turn, which {spec.name} is not")
        if not spec.perfect_information:
            raise Unsuitable(
                f"{spec.name} hides something, and openspiel_mcts would take one imagined world "
                "for the true one: use mcts"
            )
        if not spec.model:
            raise Unsuitable(f"{spec.name} has no model to search in: {spec.no_model}")
        game = catalogue.game_type(spec.name.removeprefix(_FAMILY))
        if game.reward_model != pyspiel.GameType.RewardModel.TERMINAL:
            raise Unsuitable(f"{spec.name} may pay before the end, which openspiel_mcts cannot use")

    def act(self, observation: Observation) -> int:
        """Search from the position."""
        legal = observation.legal
        if len(legal) == 1:
            return int(legal[0])
        rng = observation.rng
        world: Any = observation.imagine(rng)
        tree, leaves = (derive(rng.seed, part) % _SEEDS for part in ("tree", "leaves"))
        bot = pyspiel.MCTSBot(
            world.position.get_game(),
            pyspiel.RandomRolloutEvaluator(self.rollouts, leaves),
            self.uct_c,
            self.simulations,
            _MEMORY_MB,
            self.solver,
            tree,
            False,
        )
        return int(bot.step(world.position))
