"""Who plays a population: one of its policies a match, drawn by the mixture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena import Agent, Batch, Moves, Spec, Unsuitable, mix_many
from arena_population.population import Floats, Make, Population, place

_PAGE = "population"


class Mixture(Agent):
    """Plays a checkpoint of psro or fictitious_self_play: a member drawn anew for every match.

    The odds are those of the seat's mixture. With `member` it plays this one alone, from 0 on in
    the order in which they came; -1 is the last. `game` is the name of the game that was learnt,
    where it is to play no other.
    """

    def __init__(self, checkpoint: str, member: int | None = None, game: str = "") -> None:
        self.folder, self.game = Path(checkpoint), game
        self.population = Population.read(self.folder)
        self.mixture = self.population.mixture
        if member is not None:
            size = len(self.population)
            if not -size <= member < size:
                raise ValueError(f"member={member}: it has members 0 to {size - 1}")
            self.mixture = np.tile(np.eye(size)[member], (len(self.mixture), 1))
        self.members: dict[int, Agent] = {}

    def recruit(self, make: Make) -> None:
        """Make the members that are played."""
        for number in np.flatnonzero(self.mixture.any(axis=0)).tolist():
            member = self.population.members[number]
            self.members[number] = member.make(make, place(self.folder, number))

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` for another game than the one it learnt."""
        if self.game not in ("", spec.name):
            raise Unsuitable(f"it learnt {self.game}")
        if len(spec.seats) != len(self.mixture):
            raise Unsuitable(f"it learnt a game of {len(self.mixture)} seats")
        for member in self.members.values():
            member.check(spec)

    def act_batch(self, batch: Batch) -> Sequence[Any]:
        """Return an action a row, each by the member that plays its match."""
        drawn = self._drawn(batch)
        actions: list[Any] = [None] * len(batch)
        for number in np.unique(drawn).tolist():
            rows = np.flatnonzero(drawn == number).tolist()
            answer = self.members[number].act_batch(batch.take(rows))
            for row, action in zip(rows, answer.actions if isinstance(answer, Moves) else answer):
                actions[row] = action
        return actions

    def _drawn(self, batch: Batch) -> NDArray[np.int64]:
        """Return the member that plays each row's match: int64 (rows,)."""
        kept = batch.recall(_PAGE, np.zeros((1,), np.int64))  # the member's number from 1 on
        if (fresh := kept == 0).any():
            heaped = self.mixture.cumsum(axis=1)
            # Members may go by batch.u themselves: this is another number made of it.
            told = mix_many((np.asarray(batch.u) * 2**53).astype(np.uint64) ^ np.uint64(0x5EED))
            u = (told >> np.uint64(11)) / 2**53 * heaped[batch.seats, -1]
            drawn = 1 + (u[:, None] >= heaped[batch.seats]).sum(axis=1)
            kept = np.where(fresh, drawn, kept)
            batch.keep(_PAGE, kept)
        return np.asarray(kept - 1, np.int64)

    def policy(self, batch: Batch) -> list[Floats] | None:
        """Return the odds of the legal actions; None where a member cannot say its own.

        Who draws once a match plays, at a later decision, by the members that would have come
        there: each weighs what it did of the seat's own moves before, which a page remembers.
        """
        known = []
        for number in sorted(self.members):
            told = self.members[number].policy(batch)
            if told is None:
                return None
            known.append(told)
        played = self.mixture[:, sorted(self.members)]
        rows = []
        for row, observation in enumerate(batch):
            odds = np.array([told[row] for told in known], np.float64)  # (members, actions)
            page = observation.memory
            weights = _weights(page.get(_PAGE), observation, played[observation.seat])
            legal = list(observation.legal)
            page[_PAGE] = {"weights": weights, "odds": odds, "legal": legal}
            rows.append(weights @ odds)
        return rows


def _weights(before: Any, observation: Any, mixture: Floats) -> Floats:
    """Return how likely each member plays the match, after what the seat did last."""
    if before is None:
        return mixture / mixture.sum()
    weights = before["weights"] * before["odds"][:, before["legal"].index(observation.own[-1])]
    total = weights.sum()
    return np.asarray(weights / total if total > 0 else before["weights"])
