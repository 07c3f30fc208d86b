"""Strategies of Axelrod's tournaments (The Evolution of Cooperation, 1984), for two who repeat a
game of two actions: the prisoner's dilemma, chicken, the stag hunt.

They look at nothing but what the other did in the round before, as games of two actions show it:
OpenSpiel's `repeated_game` by four numbers a round, the newest first, a one and a nought for what
seat 0 did, then for seat 1; `tensor/*` by the share of the rounds that are played, then by four
numbers a round, for one's own action and for the other's, and four more. All are noughts at first.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium.spaces import Box, Discrete

from arena import Agent, BadParameter, Batch, Spec, Unsuitable

_ROUND = 4
"""Numbers that tell of a round."""


class Strategy(Agent):
    """Decides by what the other has done. `cooperate` is the action that stands for that."""

    columns = True

    def __init__(self, cooperate: int = 0) -> None:
        if cooperate not in (0, 1):
            raise BadParameter(f"cooperate={cooperate}: the two actions are 0 and 1")
        self.cooperate = cooperate

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` unless two seats repeat a game of two actions and see the last."""
        if len(spec.seats) != 2 or not all(
            _suits(s.observation_space, s.action_space) for s in spec.seats
        ):
            raise Unsuitable(
                f"{type(self).__name__} repeats games of two seats and two actions each, and has "
                f"to see the last round; {spec.name} is not like that"
            )

    def act_batch(self, batch: Batch) -> Sequence[int]:
        """Return each row's action: int64 (rows,), a tensor where the columns are tensors."""
        actions = self.defects(batch) ^ self.cooperate
        return actions if batch.device is not None else actions.tolist()

    @abstractmethod
    def defects(self, batch: Batch) -> Any:
        """Return whether to defect: 1 or 0, int64 (rows,)."""

    def betrayed(self, batch: Batch) -> Any:
        """Return whether the other defected in the round before: 1 or 0, int64 (rows,)."""
        seen, other = batch.data, 3 - self.cooperate  # where seat 1's defection stands
        if seen.shape[1] % _ROUND:
            theirs = seen[:, 1 + other]
        else:
            seats = batch.seats if batch.device is not None else np.array(batch.seats)
            theirs = seen[:, other] * (1 - seats) + seen[:, other - 2] * seats
        return theirs.long() if batch.device is not None else theirs.astype(np.int64)


def _suits(seen: Any, does: Any) -> bool:
    """Return whether there are two actions, and what is seen tells of a round at least."""
    if not (isinstance(does, Discrete) and does.n == 2 and does.start == 0):
        return False
    if not isinstance(seen, Box) or len(seen.shape) != 1:
        return False
    rest, rounds = seen.shape[0] % _ROUND, seen.shape[0] // _ROUND
    return (rest == 0 and rounds >= 1) or (rest == 1 and rounds >= 2)


def _same(batch: Batch, value: int) -> Any:
    """Return the same for each row."""
    if batch.device is None:
        return np.full(len(batch), value)
    import torch

    return torch.full((len(batch),), value, device=batch.device)


class AlwaysCooperate(Strategy):
    """Cooperates, come what may."""

    def defects(self, batch: Batch) -> Any:
        """Return noughts."""
        return _same(batch, 0)


class AlwaysDefect(Strategy):
    """Defects, come what may."""

    def defects(self, batch: Batch) -> Any:
        """Return ones."""
        return _same(batch, 1)


class TitForTat(Strategy):
    """Cooperates at first, then does what the other did in the round before (Anatol Rapoport)."""

    def defects(self, batch: Batch) -> Any:
        """Return what the other did."""
        return self.betrayed(batch)


class Grudger(Strategy):
    """Cooperates until the other defects, and never again from then on (James Friedman)."""

    def defects(self, batch: Batch) -> Any:
        """Return whether the other has ever defected in this match."""
        betrayed = self.betrayed(batch)
        betrayed = betrayed | batch.recall("betrayed", betrayed)
        batch.keep("betrayed", betrayed)
        return betrayed
