"""Counterfactual regret minimisation by OpenSpiel's solvers, for games that hide something.

Zinkevich et al., "Regret minimization in games with incomplete information" (NIPS 2007); CFR+:
Tammelin, "Solving large imperfect information games using CFR+" (2014); MCCFR: Lanctot et al.,
"Monte Carlo sampling for regret minimization in extensive games" (NIPS 2009). A step is an
iteration. Where two seats play for opposite stakes the average policy becomes an equilibrium.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Literal, get_args

import pyspiel

from arena import BadParameter, Ref, Spec, Trainer, TrainingRun, TrainingState, Unsuitable, derive
from arena_openspiel import catalogue
from arena_openspiel.loading import Facts, facts
from arena_openspiel.policy_table import tabulate

_FAMILY = "openspiel/"
_SMALL = 2_000
"""Decisions up to which exploitability is measured on the way."""


class Solver(Trainer):
    """A solver of OpenSpiel's, iterated; the checkpoint is its average policy."""

    agent = "tabular_policy"
    resumable = True
    """Whether what the solver writes down is all that it must have back to go on."""

    @abstractmethod
    def solver(self, game: Any, seed: int) -> Any:
        """Return the solver of a pyspiel.Game."""

    def iterate(self, solver: Any) -> None:
        """Run an iteration."""
        solver.evaluate_and_update_policy()

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` for a game that is not OpenSpiel's, or that it cannot walk through."""
        if not spec.name.startswith(_FAMILY):
            raise Unsuitable(f"it solves OpenSpiel's games, and not {spec.name}")
        if not spec.turn_based:
            raise Unsuitable("it solves games in turn, and here seats move at once")
        if spec.perfect_information:
            raise Unsuitable("nothing is hidden in it, and a search like minimax answers it")
        kind = catalogue.game_type(spec.name.removeprefix(_FAMILY))
        if kind.chance_mode == pyspiel.GameType.ChanceMode.SAMPLED_STOCHASTIC:
            raise Unsuitable("it does not say the odds of its luck")

    def default_steps(self, spec: Spec) -> int:
        """Return a thousand iterations."""
        return 1_000

    def train(self, run: TrainingRun) -> None:
        """Iterate until the budget is spent."""
        known = _facts(run.environment)
        game = known.game
        solver = self.solver(game, derive(run.seed, "solver") % 2**31)
        if run.resumed is not None and self.resumable:
            solver = type(solver).__new__(type(solver))
            solver.__setstate__(run.resumed.values["solver"])
        else:
            run.step = 0
        tenth = max(1, run.steps // 10)
        small = False
        while run.step < run.steps:
            self.iterate(solver)
            run.step += 1
            if run.step == tenth:
                small = len(tabulate(known, solver.average_policy())) <= _SMALL
            if run.step % tenth == 0 and run.step < run.steps:
                run.report(_exploitability(game, solver) if small else {})
            if self.resumable:
                run.save(lambda: TrainingState({"solver": solver.__getstate__()}, {}))
        table = tabulate(known, solver.average_policy())
        metrics = _exploitability(game, solver) if len(table) <= _SMALL else {}
        run.offer(table.arrays(), {"game": run.spec.name}, metrics)


def _facts(environment: Ref) -> Facts:
    name = environment.name.removeprefix(_FAMILY)
    given = {k: v for k, v in environment.parameters.items() if k != "max_turns"}
    return facts(name, catalogue.checked(name, given))


def _exploitability(game: Any, solver: Any) -> dict[str, float]:
    """Return what the best answers to the average policy gain, by seat."""
    # By states, for by the text of what a seat sees pyspiel has no odds where it was not sampled.
    gained = pyspiel.nash_conv(game, solver.average_policy(), True)
    return {"exploitability": gained / game.num_players()}


class Cfr(Solver):
    """CFR: every iteration walks through the whole game."""

    def solver(self, game: Any, seed: int) -> Any:
        """Return pyspiel's."""
        return pyspiel.CFRSolver(game)


class CfrPlus(Solver):
    """CFR+: as CFR, with regrets that never fall below nought and later policies weighing more.

    A run that was interrupted begins anew: what pyspiel 2.0 writes of this solver lacks something.
    """

    resumable = False

    def solver(self, game: Any, seed: int) -> Any:
        """Return pyspiel's."""
        return pyspiel.CFRPlusSolver(game)


Sampling = Literal["external", "outcome"]


class Mccfr(Solver):
    """Monte Carlo CFR: every iteration samples a part of the game.

    sampling   "external" samples chance and the opponents, "outcome" a single match
    epsilon    with outcome sampling, the share of moves that explore
    """

    def __init__(self, sampling: Sampling = "external", epsilon: float = 0.6) -> None:
        if sampling not in get_args(Sampling):
            raise BadParameter(f"mccfr: sampling={sampling!r}; use external or outcome")
        if not 0 < epsilon <= 1:
            raise BadParameter(f"mccfr: epsilon={epsilon:g} is not in (0, 1]")
        self.sampling, self.epsilon = sampling, epsilon

    def default_steps(self, spec: Spec) -> int:
        """Return a hundred thousand iterations, which are small."""
        return 100_000

    def solver(self, game: Any, seed: int) -> Any:
        """Return pyspiel's, seeded."""
        if self.sampling == "external":
            return pyspiel.ExternalSamplingMCCFRSolver(game, seed)
        return pyspiel.OutcomeSamplingMCCFRSolver(game, self.epsilon, seed)

    def iterate(self, solver: Any) -> None:
        """Run an iteration."""
        solver.run_iteration()
