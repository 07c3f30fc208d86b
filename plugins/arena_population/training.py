"""A population while it grows: its agents, how they play, and what their mixture is worth."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from arena import Agent, TrainingRun, TrainingState, Unsuitable, derive
from arena_population.population import Floats, Member, Population, place
from arena_population.whole import WholeGame


class Training:
    """What a run has come to. `whole` is the game if it can be looked at whole, else None."""

    def __init__(self, run: TrainingRun, folder: Path, first: str, positions: int) -> None:
        self.run, self.folder = run, folder
        self.agents: list[Agent] = []
        self.plans: list[Floats] = []
        self.whole: WholeGame | None = None
        self.reason = f"positions={positions}"
        try:
            if positions:
                self.whole = WholeGame(run.make, positions)
        except Unsuitable as error:
            self.reason = str(error)
        if run.resumed is None:
            self.population = Population.begin(first, len(run.spec.seats))
        else:
            known = run.resumed
            self.population = Population.of(known.values["members"], known.arrays)
        for member in self.population.members:
            self._enter(member)

    def _enter(self, member: Member) -> None:
        """Make the agent of a member, and look at how it plays where that can be done."""
        number = len(self.agents)
        folder = place(self.folder, number)
        member.write(folder)
        agent = member.make(self.run.agent, folder)
        self.agents.append(agent)
        if self.whole is not None:
            self.plans.append(self.whole.plan(agent, derive(self.run.seed, "plan", number)))

    def add(self, member: Member) -> None:
        """Take in a member."""
        self.population.add(member)
        self._enter(member)

    def best_answer(self) -> Member:
        """Return who answers the mixture best. Raises `Unsuitable`, with the reason."""
        if self.whole is None:
            raise Unsuitable(
                f"the best response is not known where a game is not looked at whole"
                f" ({self.reason}); name a trainer as oracle, like oracle=q_learning"
            )
        return self.whole.answer(self.plans, self.population.mixture)

    def judged(self) -> Mapping[str, float]:
        """Return what the best answers to the mixture gain, where that can be known."""
        if self.whole is None:
            return {}
        return {"nash_conv": self.whole.nash_conv(self.plans, self.population.mixture)}

    def state(self) -> TrainingState:
        """Return all that a run must have back to go on."""
        return TrainingState({"members": self.population.values()}, self.population.arrays())
