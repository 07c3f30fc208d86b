"""What a policy is worth by itself: how trainers choose among the checkpoints of a run."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from arena.agent import Agent
from arena.environment import Environment
from arena.errors import Unsuitable
from arena.lines import lines_of_play
from arena.playing import play
from arena.records import CHANCE, Match, Spec
from arena.seeds import Luck, derive
from arena.slot import whole

_VAST = math.log(1e10)


class Appraiser:
    """Tells what can be told of an agent without an opponent to name. Call it with the agent.

    lost_lines  in a small game with nothing hidden: see `arena.lines`
    mean_return of a single seat: over `episodes`, or one where nothing is left to luck, and
    finished    the share of these that were not cut off

    Nothing in other games. The episodes are the same whenever the seed is. `small` says that no
    game with lines of more than `positions` was met so far; once it was, nothing is told of it any
    more. A trainer that can be resumed keeps it in its state.
    """

    def __init__(
        self,
        make: Callable[[], Environment],
        spec: Spec,
        seed: int,
        episodes: int = 10,
        positions: int = 20_000,
    ) -> None:
        self.make, self.spec, self.seed = make, spec, seed
        self.episodes, self.positions, self.small = episodes, positions, True

    def __call__(self, agent: Agent) -> dict[str, float]:
        """Return what can be told."""
        if len(self.spec.seats) == 1:
            return self._alone(agent)
        self.small = self.small and not _vast(self.make, self.seed)
        if self.small:
            try:
                lines = lines_of_play(agent, self.make, self.positions)
            except Unsuitable:
                self.small = False
            else:
                return {"lost_lines": float(lines.lost)}
        return {}

    def _alone(self, agent: Agent) -> dict[str, float]:
        matches = [
            Match(n, (0,), derive(self.seed, "appraisal", n), derive(self.seed, "deal", n))
            for n in range(self.episodes if self.spec.stochastic else 1)
        ]
        played = list(play(self.make, [agent], matches))
        return {
            "mean_return": sum(episode.returns[0] for episode in played) / len(played),
            "finished": sum(episode.ending == "terminal" for episode in played) / len(played),
        }


def _vast(make: Callable[[], Environment], seed: int) -> bool:
    """Whether one game played at random says that an opponent has far too many lines to choose.

    The product of the numbers of choices on the way estimates how many there are (Knuth,
    "Estimating the efficiency of backtrack programs", 1975); a seat has its share of the factors.
    """
    game, luck = make(), Luck(derive(seed, "size"))
    game.reset(luck)
    others = 1.0 - 1.0 / len(game.spec.seats)
    size = 0.0
    while (acting := game.acting()) and others * size < _VAST:
        seat = acting[0]
        choices: Sequence[Any]
        if seat == CHANCE:
            choices = [outcome for outcome, odds in game.chance() if odds > 0]
        else:
            choices = game.legal(seat) or whole(game.spec, seat) or ()
        if len(acting) > 1 or not choices:
            break
        size += math.log(len(choices))
        game.step({seat: choices[luck.integers(len(choices))]})
    game.close()
    return others * size >= _VAST
