"""Bradley-Terry ratings by maximum likelihood, with draws, seat effects and 95 % intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from arena.errors import BadParameter, Unsuitable
from arena.intervals import Z95
from arena.leaderboard import Ratings
from arena.ratings.bootstrap import resampled_covariance
from arena.ratings.layout import Layout, components
from arena.ratings.likelihood import Model, maximise
from arena.ratings.meetings import meetings
from arena.ratings.paired import joined, linked, paired
from arena.ratings.sandwich import covariance
from arena.records import Rating
from arena.results import Results
from arena.roles import Rater
from arena.tally import Floats, Ints, matches_played

Draws = Literal["half", "davidson"]
Intervals = Literal["sandwich", "bootstrap"]
ELO = 400 / math.log(10)
"""Elo points in one unit of log odds."""
MEAN = 1500.0


@dataclass(frozen=True, slots=True)
class Fit:
    """What the games say, in Elo points.

    entrants     who played, and in the order of `ratings`
    ratings      float64 (entrants,), their mean 1500
    covariance   float64 (entrants, entrants), of the ratings as they stand against their mean
    games        int64 (entrants,), matches played
    seats        float64 (seats,), what each seat is worth against their mean; () if left out
    seats_covariance   float64 (seats, seats)
    nu           Davidson's draw parameter: equals draw nu / (2 + nu) of games; None if not fitted
    groups       entrants linked by games; where there are several, only the prior compares them
    seats_told   whether who held which seat tells the seats' worth from the entrants' strength
    """

    entrants: tuple[str, ...]
    ratings: Floats
    covariance: Floats
    games: Ints
    seats: Floats
    seats_covariance: Floats
    nu: float | None
    groups: tuple[tuple[str, ...], ...]
    seats_told: bool

    def difference(self, a: str, b: str) -> tuple[float, float, float]:
        """Return how far `a` is above `b`, with the ends of its 95 % interval."""
        i, j = self.entrants.index(a), self.entrants.index(b)
        cov = self.covariance
        error = Z95 * math.sqrt(max(0.0, cov[i, i] + cov[j, j] - 2 * cov[i, j]))
        gap = float(self.ratings[i] - self.ratings[j])
        return gap, gap - error, gap + error


class BradleyTerry(Rater):
    """Maximum-likelihood strengths on the Elo scale (400 points are ten to one), their mean 1500.

    An interval says where the entrant stands against the mean of the field, at 95 %; games on one
    deal are taken together (`arena.ratings.sandwich`). `Fit.difference` is the gap between two.

    draws            "half" takes a draw for half a win and half a loss, so that a lead predicts the
                     score, as Elo's does; of draws nothing is assumed (Papke and Wooldridge,
                     Journal of Applied Econometrics 11, 1996: only the mean must be right).
                     "davidson" estimates how apt equals are to draw, so that a lead is the log
                     odds of winning against losing; a note says what it scores. Without draws
                     they are the same.
    seat_advantage   whether to estimate what each seat is worth (in two-seat games, moving first)
    prior            how many games each entrant is taken to have drawn with an average one before
                     it began (and each seat likewise). Without it the undefeated, the winless and
                     a schedule that falls apart have no finite rating. A prior of 1 draws the
                     best towards the mean as half a lost game would, which is well inside the
                     interval wherever games were lost; of the undefeated it makes entrants that
                     were due half a loss, so the far end of their interval is the prior's word. 0
                     is plain maximum likelihood, and refuses such results.
    intervals        "sandwich", or "bootstrap" (`arena.ratings.bootstrap`), which takes seconds and
                     wants some ten games lost and won by everyone
    paired           compare those who stood in the same place on the same deal, in place of those
                     who met (`arena.ratings.paired`): for teams, and for sides that differ
    """

    def __init__(
        self,
        draws: Draws = "half",
        seat_advantage: bool = True,
        prior: float = 1.0,
        intervals: Intervals = "sandwich",
        paired: bool = False,
    ) -> None:
        if draws not in get_args(Draws):
            raise BadParameter(f"bradley_terry: draws={draws!r}; use half or davidson")
        if intervals not in get_args(Intervals):
            raise BadParameter(f"bradley_terry: intervals={intervals!r}; use sandwich or bootstrap")
        if not (prior >= 0 and math.isfinite(prior)):
            raise BadParameter(f"bradley_terry: prior={prior}; use 0 or a positive number")
        self.draws, self.seat_advantage, self.prior = draws, seat_advantage, prior
        self.intervals, self.paired = intervals, paired

    def rate(self, results: Results) -> Ratings:
        """Return the rating of each entrant that played, best first, with their covariance.

        Raises `Unsuitable` where no two entrants met and, with prior=0, where there is no finite
        maximum.
        """
        if not len(results):
            return Ratings()
        if not self.paired:
            return self._rated(results)
        return joined([self._rated(part) for part in linked(paired(results, "bradley_terry"))])

    def _rated(self, results: Results) -> Ratings:
        fit = self.fit(results)
        errors = Z95 * np.sqrt(np.diag(fit.covariance).clip(0))
        rows = np.stack([fit.ratings, fit.ratings - errors, fit.ratings + errors], axis=1)
        order = np.argsort(-fit.ratings, kind="stable")
        return Ratings(
            (
                (fit.entrants[i], Rating._make((*rows[i].tolist(), int(fit.games[i]))))
                for i in order.tolist()
            ),
            fit.covariance[np.ix_(order, order)],
            (*_apart(fit.groups), *_seats_note(fit, results), *_draws_note(fit)),
        )

    def fit(self, results: Results) -> Fit:
        """Return ratings, their covariance and what the seats are worth; raises as `rate` does."""
        table = meetings(results, "bradley_terry")
        layout = Layout(results, table, self.seat_advantage and not self.paired)
        drawn = layout.cells.counts[:, 1].any()
        model = Model(
            layout.cells,
            len(layout.rated),
            layout.seats,
            davidson=bool(drawn) and self.draws == "davidson",
            prior=self.prior,
        )
        names = tuple(results.entrants[i] for i in layout.rated)
        groups = _linked(model, names)
        if not self.prior:
            _check_finite(model, names, groups)
        x = maximise(model)
        if x is None:
            raise Unsuitable(
                "bradley_terry: these results have no finite maximum; use prior=1"
                " (or seat_advantage=false, draws=half)"
            )
        spread_of = covariance if self.intervals == "sandwich" else resampled_covariance
        spread = spread_of(model, x, results, table, layout)
        return _in_elo(model, x, spread, names, groups, matches_played(results)[layout.rated])


def _apart(groups: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """Return a sentence on groups that no games link, if there are several."""
    if len(groups) < 2:
        return ()
    told = "; ".join(", ".join(group[:5]) + ", ..." * (len(group) > 5) for group in groups[:5])
    return (
        f"The schedule falls into {len(groups)} groups that never met, directly or through others:"
        f" {told}{'; ...' * (len(groups) > 5)}. Ratings compare within a group; between groups only"
        " the prior does. Let some of them meet.",
    )


def _seats_note(fit: Fit, results: Results) -> tuple[str, ...]:
    """Return a sentence on what the seats (of teams: the sides) are worth, if that was asked."""
    seat = "side" if any(len(side) > 1 for side in results.sides) else "seat"
    if not fit.seats_told:
        return (
            f"Who held which {seat} does not tell what {seat}s are worth from who is strong: the"
            f" prior shares it out. Let them swap {seat}s.",
        )
    if len(fit.seats) == 2:
        gap = round(fit.seats[0] - fit.seats[1])
        return (f"Holding {seat} 0 is worth {gap:+d} points against {seat} 1.",)
    worths = ", ".join(f"{round(worth):+d}" for worth in fit.seats[:10].tolist())
    rest = ", ..." if len(fit.seats) > 10 else ""
    return (f"Holding a {seat} is worth, from {seat} 0 on, {worths}{rest}.",) if worths else ()


def _draws_note(fit: Fit) -> tuple[str, ...]:
    """Return a sentence on what a lead scores where Davidson's model says it, not Elo's curve."""
    if fit.nu is None:
        return ()
    leads = (100, 200, 400)
    scores = ", ".join(f"{100 * davidson_score(lead, fit.nu):.0f}" for lead in leads)
    return (
        f"By Davidson's model equals draw {100 * fit.nu / (2 + fit.nu):.0f} % of their games, and"
        f" a lead of {', '.join(map(str, leads))} points scores {scores} %.",
    )


def davidson_score(lead: float, nu: float) -> float:
    """Return the score that a lead in Elo points lets expect in Davidson's model."""
    odds = math.pow(10.0, lead / 800)
    return (odds + nu / 2) / (odds + nu + 1 / odds)


def _in_elo(
    model: Model,
    x: Floats,
    spread: Floats,
    names: tuple[str, ...],
    groups: tuple[tuple[str, ...], ...],
    games: Ints,
) -> Fit:
    """Put ratings and seats each against their mean, in Elo points."""
    n, end = model.entrants, model.entrants + model.seats
    seats = x[n:end]
    return Fit(
        names,
        MEAN + ELO * (x[:n] - x[:n].mean()),
        ELO**2 * _centred(spread[:n, :n]),
        games,
        ELO * (seats - seats.mean() if model.seats else seats),
        ELO**2 * _centred(spread[n:end, n:end]),
        float(np.exp(x[-1])) if model.davidson else None,
        groups,
        not model.seats or len(groups) > 1 or _seats_told(model),
    )


def _centred(spread: Floats) -> Floats:
    """Return the covariance of variables less their mean."""
    if not len(spread):
        return spread
    once = spread - spread.mean(axis=0)
    result: Floats = once - once.mean(axis=1, keepdims=True)
    return result


def _linked(model: Model, names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return the groups of entrants that games link, directly or through others."""
    links = np.zeros((model.entrants, model.entrants))
    first, second = model.cells.columns.T[:2]
    links[first, second] = links[second, first] = 1
    return tuple(tuple(names[i] for i in part) for part in components(links))


def _check_finite(
    model: Model, names: tuple[str, ...], groups: tuple[tuple[str, ...], ...]
) -> None:
    """Raise `Unsuitable` where maximum likelihood has no finite answer without a prior.

    Ford (American Mathematical Monthly 64, 1957): there is one where nobody can be parted from
    the rest by a set of entrants that never lost a point to those outside it.
    """
    if len(groups) > 1:
        raise Unsuitable(
            f"bradley_terry: no games link {groups[0][0]!r} with {groups[1][0]!r};"
            " use prior=1, or let them meet"
        )
    first, second = model.cells.columns.T[:2]
    wins, draws, losses = model.cells.counts.T
    scored = np.zeros((model.entrants, model.entrants))
    np.add.at(scored, (first, second), wins + draws)
    np.add.at(scored, (second, first), losses + draws)
    parts = components(scored)
    if len(parts) > 1:
        culprit = next((names[p[0]] for p in parts if len(p) == 1), names[parts[0][0]])
        raise Unsuitable(
            f"bradley_terry: {culprit!r} and others never both won and lost against each other,"
            " so their distance has no finite maximum; use prior=1"
        )
    if not _seats_told(model):
        raise Unsuitable(
            "bradley_terry: the seats held do not tell seats from strength;"
            " use seat_advantage=false or prior=1"
        )


def _seats_told(model: Model) -> bool:
    """Return whether games, without the prior, tell what seats are worth from who is strong."""
    bare = replace(model, prior=0.0)
    scale = np.linalg.eigvalsh(bare.information(np.zeros(bare.size)) + bare.gauge)
    return bool(scale[0] >= 1e-9 * scale[-1])
