"""How fast a trainer of several seats learns: joint steps a processor second, learning and all."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass

from arena.specs import parse
from arena.training import Order, train
from arena.workspace import Workspace

GAME = "mpe2/simple_spread_v3:continuous_actions=true"
SEATS = 3


@dataclass(frozen=True)
class Learning:
    """Runs of a trainer on simple_spread, one thread, with a history of their own.

    steps    joint steps of a short run
    times    how much longer the other is
    """

    trainer: str
    steps: int
    times: int

    def rate(self) -> float:
        """Return joint steps a second of the processor, which may be shared.

        It is that of what the longer run does more: what comes before and after takes both as long.
        """
        short, long = self._seconds(self.steps), self._seconds(self.times * self.steps)
        return (self.times - 1) * self.steps / (long - short)

    def _seconds(self, steps: int) -> float:
        from arena_marl import learner

        learner._GAMES = 1  # which judge a checkpoint: that is not learning
        begun = time.process_time()
        with tempfile.TemporaryDirectory() as home:
            order = Order(parse(self.trainer), parse(GAME), "learner", SEATS * steps)
            train(Workspace.open(home=home), order, "cpu")
        return time.process_time() - begun
