"""Whom a learner meets beside itself: past selves, and agents that are named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from arena import Experience, Pairing

Rule = Literal["latest", "pool", "prioritised"]
RULES = get_args(Rule)
_SNAPSHOTS = 50
"""Past selves that are kept, at even distances over the run."""


@dataclass
class Opponents:
    """The rule by which opponents are drawn, and what it goes by.

    latest       only named agents, if there are any; else itself alone
    pool         evenly among these and all past selves: fictitious self-play (Brown, 1951; Heinrich
                 et al., 2015), which answers the average of what has been played
    prioritised  the more likely, the more it loses against them: by the square of one minus its
                 score (Vinyals et al., "Grandmaster level in StarCraft II", 2019)

    `named` counts the agents that are; `past` holds the weights of past selves, a row each. Scores
    are the mean of 1 for a win and 1/2 for a draw, with half a win in one game to begin with.
    """

    rule: Rule
    named: int = 0
    past: list[NDArray[np.float32]] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    games: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._grow()

    def _grow(self) -> None:
        missing = self.named + len(self.past) - len(self.games)
        self.scores += [0.5] * missing
        self.games += [1.0] * missing

    def keep(self, weights: NDArray[np.float32], progress: float) -> None:
        """Keep a past self, if it is time to: `progress` is how much of the run is over."""
        if self.rule != "latest" and progress >= len(self.past) / _SNAPSHOTS:
            self.past.append(weights.copy())
            self._grow()

    def draw(self, u: float) -> int | None:
        """Return an opponent: a named one, or `named` plus the number of a past self."""
        if not self.games:
            return None
        odds = np.ones(len(self.games))
        if self.rule == "prioritised":
            odds = (1.0 - np.array(self.scores) / np.array(self.games)) ** 2 + 1e-3
        heaped = odds.cumsum() / odds.sum()
        return int(np.searchsorted(heaped, u, side="right"))

    def note(self, opponent: int, experience: Experience) -> None:
        """Learn from whole matches how the learner fares against an opponent.

        Those count in which it held one seat.
        """
        first = experience.offsets[:-1]
        _, place, seats = np.unique(experience.match[first], return_index=True, return_counts=True)
        for row in first[place[seats == 1]]:
            returns, seat = experience.after[row], experience.seat[row]
            others = np.delete(returns, seat)
            if not np.isnan(returns).any():
                won = float(returns[seat] > others.max()) + float(returns[seat] >= others.max())
                self.scores[opponent] += won / 2
                self.games[opponent] += 1.0

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything that later draws depend on."""
        kept = {"scores": np.array(self.scores), "games": np.array(self.games)}
        if self.past:
            kept["past"] = np.stack(self.past)
        return {f"opponents.{name}": value for name, value in kept.items()}

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take back what `arrays` returned."""
        self.past = list(np.array(arrays.get("opponents.past", [])))
        self.scores = arrays["opponents.scores"].tolist()
        self.games = arrays["opponents.games"].tolist()


def pairings(seats: int, share: float) -> Iterator[Pairing]:
    """Yield pairings without end: agent 0 in all seats, or (a `share`) in one, each in turn, and
    agent 1 in the others."""
    against = 0
    for deal in count():
        if int((deal + 1) * share) > int(deal * share):
            yield Pairing(_but(seats, against % seats), deal)
            against += 1
        else:
            yield Pairing((0,) * seats, deal)


def _but(seats: int, one: int) -> tuple[int, ...]:
    return tuple(int(seat != one) for seat in range(seats))
