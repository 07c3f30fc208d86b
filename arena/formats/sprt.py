"""SPRT: is the first entrant stronger than the second? Plays until that is known, and no longer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, get_args

import numpy as np

from arena.comparison import elo
from arena.errors import BadParameter, Unsuitable
from arena.formats.design import Design
from arena.formats.duels import Duels, check_duel
from arena.formats.sequential import (
    NORMALIZED_ELO,
    EloModel,
    bounds,
    log_likelihood_ratio,
)
from arena.intervals import Z95
from arena.records import Entrants, Pairing
from arena.results import Results
from arena.roles import Format
from arena.tally import Ints


class Sprt(Format):
    """A sequential probability ratio test of two hypotheses about the first of two entrants.

    H0 says that it is `elo0` above the second, H1 that it is `elo1`. Games come in pairs, one deal
    from both sides, in rounds of `round_games`; after each the test stops if either is accepted,
    at the latest after `games` games (then undecided). If H0 is true H1 is accepted with a chance
    of at most `alpha`, if H1 is true H0 with one of at most `beta`. The formulas are in
    `arena.formats.sequential`.

    model        "normalized" or "logistic": which Elo `elo0` and `elo1` are
    pentanomial  whether pairs of games are the unit, by what both games of a pair scored; if not,
                 games are (trinomial), which takes the two of a pair for independent
    """

    def __init__(
        self,
        elo0: float = 0.0,
        elo1: float = 10.0,
        alpha: float = 0.05,
        beta: float = 0.05,
        model: EloModel = "normalized",
        pentanomial: bool = True,
        games: int = 20_000,
        round_games: int = 100,
    ) -> None:
        if not elo0 < elo1:
            raise BadParameter(f"sprt: elo0={elo0:g} is not below elo1={elo1:g}")
        if not (0 < alpha < 1 and 0 < beta < 1 and alpha + beta < 1):
            raise BadParameter(f"sprt: alpha={alpha:g}, beta={beta:g}; use chances such as 0.05")
        if model not in get_args(EloModel):
            raise BadParameter(f"sprt: model={model!r}; use normalized or logistic")
        if games < 2 or round_games < 2:
            raise BadParameter("sprt plays pairs of games; use games=2, round_games=2 or more")
        self.elo0, self.elo1, self.model, self.pentanomial = elo0, elo1, model, pentanomial
        self.bounds = bounds(alpha, beta)
        self.games, self.round_games = games, round_games

    def check(self, entrants: Entrants) -> None:
        """Raise `Unsuitable` unless two entrants oppose each other."""
        check_duel("sprt", entrants)
        if len(entrants) != 2:
            raise Unsuitable(
                f"sprt compares two entrants and {len(entrants)} are named; name the one to be"
                " tested and the one it is tested against"
            )

    def next(self, entrants: Entrants, results: Results) -> Sequence[Pairing]:
        """Return the next round of pairs; nothing once the test has stopped."""
        left = (self.games - len(results)) // 2
        if left < 1 or self._accepted(self._ratio(self.counts(entrants, results))):
            return ()
        pairs = min(-(-self.round_games // 2), left)
        return Design(entrants.spec.sides, [(0, 1)], pairs, first_deal=len(results) // 2)

    def counts(self, entrants: Entrants, results: Results) -> Ints:
        """Return how often each outcome came up for the first entrant, int64 (5,) or (3,).

        Void games are left out, with the game that makes a pair of them if pairs count. If both
        sides forfeited it is half a point.
        """
        points = _points(entrants, results)
        if not self.pentanomial:
            points = points[~np.isnan(points)]
            return np.bincount(np.rint(2 * points).astype(np.int64), minlength=3)
        pairs = points[: len(points) // 2 * 2].reshape(-1, 2).sum(axis=1)
        pairs = pairs[~np.isnan(pairs)]
        return np.bincount(np.rint(2 * pairs).astype(np.int64), minlength=5)

    def _ratio(self, counts: Ints) -> float:
        if not counts.any():
            return 0.0
        return float(log_likelihood_ratio(counts, self.elo0, self.elo1, self.model))

    def _accepted(self, ratio: float) -> str | None:
        low, high = self.bounds
        return "H0" if ratio <= low else "H1" if ratio >= high else None

    def conclusion(self, entrants: Entrants, results: Results) -> Mapping[str, Any]:
        """Return what is accepted, the likelihood ratio it is by, and the difference seen."""
        counts = self.counts(entrants, results)
        ratio = self._ratio(counts)
        accepted = self._accepted(ratio)
        seen = _difference(counts)
        return {
            "says": self._sentence(entrants, len(results), accepted, ratio) + _seen(seen, counts),
            "accepts": accepted,
            "llr": ratio,
            "lower": self.bounds[0],
            "upper": self.bounds[1],
            "elo0": self.elo0,
            "elo1": self.elo1,
            "model": self.model,
            "games": len(results),
            "pentanomial" if self.pentanomial else "trinomial": counts.tolist(),
            **seen,
        }

    def _sentence(self, entrants: Entrants, games: int, accepted: str | None, ratio: float) -> str:
        one, other = entrants.names
        tested = f"LLR {ratio:.2f} in [{self.bounds[0]:.2f}, {self.bounds[1]:.2f}], {games:,} games"
        if accepted is None:
            return f"Undecided whether {one} is stronger than {other} ({tested})."
        chosen, rejected = (self.elo1, self.elo0) if accepted == "H1" else (self.elo0, self.elo1)
        return (
            f"{accepted} is accepted: {one} is nearer to {chosen:+g} than to {rejected:+g}"
            f" {self.model} Elo against {other} ({tested})."
        )


def _points(entrants: Entrants, results: Results) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return what the first entrant scored in each game, float64 (games,), NaN where it is void."""
    if not len(results):
        return np.zeros(0)
    duels = Duels(results, entrants.spec.sides)
    points = np.where(duels.holders[:, 0] == 0, duels.scores[:, 0], duels.scores[:, 1])
    points[duels.scores.sum(axis=1) == 0] = 0.5
    points[~duels.counted] = np.nan
    return points


def _seen(seen: Mapping[str, Any], counts: Ints) -> str:
    """Return a sentence on the difference seen."""
    elo, low, high = (
        "unbounded" if seen[key] is None else f"{seen[key]:+.0f}" for key in ("elo", "low", "high")
    )
    if not counts.any():
        return ""
    unit = "pairs" if len(counts) == 5 else "games"
    return (
        f" Seen: {elo} logistic Elo, 95 % interval {low} to {high};"
        f" {unit} by points, fewest first: {tuple(counts.tolist())}."
    )


def _difference(counts: Ints) -> dict[str, Any]:
    """Return the difference seen in logistic Elo with its 95 % interval, and in normalized Elo."""
    total = int(counts.sum())
    if not total:
        return {"elo": None, "low": None, "high": None, "normalized_elo": None}
    scores = np.linspace(0.0, 1.0, len(counts))
    mean = float(counts @ scores) / total
    deviation = math.sqrt(float(counts @ (scores - mean) ** 2) / total)
    error = Z95 * deviation / math.sqrt(total)
    each = deviation * math.sqrt(2.0 if len(counts) == 5 else 1.0)
    return {
        "elo": elo(mean),
        "low": elo(mean - error),
        "high": elo(mean + error),
        "normalized_elo": (mean - 0.5) / each * NORMALIZED_ELO if each else None,
    }
