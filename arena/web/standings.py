"""What is counted from results, remembered: results of a game, its ratings, its tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import numpy as np

from arena.cyclicity import cyclicity
from arena.errors import Unsuitable
from arena.history import RATED_KINDS, GameRecord, Tournament
from arena.ratings.elo import Elo
from arena.records import Rating, Ref
from arena.reports import leaderboard_json
from arena.results import Results
from arena.standings import cross_table, standings
from arena.web.site import Site

T = TypeVar("T")


class Chosen(NamedTuple):
    """Which results of a game are meant: of one tournament, or of those begun in a time."""

    game: GameRecord
    tournament: int | None = None
    since: float | None = None
    until: float | None = None


def of_game(site: Site, game: str) -> list[Tournament]:
    """Return the tournaments of a game, by either name, oldest first."""
    return [
        each for each in site.tournaments()
        if game in (each.record.game.name, each.record.game.alias)
    ]  # fmt: skip


def remembered(site: Site, chosen: Chosen, key: tuple[Any, ...], make: Callable[[], T]) -> T:
    """Return what `make` counts of the chosen results, or counted of them as they were."""
    if chosen.tournament is not None:
        some = [site.tournament(chosen.tournament)]
    else:
        some = of_game(site, chosen.game.name)
    version = tuple((each.id, each.matches, len(each.record.entrants)) for each in some)
    moving = any(each.state == "running" for each in some)
    return site.remembered((*key, chosen.game.name, *chosen[1:]), version, make, moving)


def results(site: Site, chosen: Chosen) -> Results:
    """Return the chosen results that count."""

    def read() -> Results:
        if chosen.tournament is not None:
            return site.store.results(chosen.tournament).rated
        if chosen.since is None and chosen.until is None:
            return site.store.results_of(chosen.game.name).rated
        return site.store.results_of(
            chosen.game.name, RATED_KINDS, since=chosen.since, until=chosen.until
        ).rated

    return remembered(site, chosen, ("results",), read)


def rated(site: Site, chosen: Chosen, system: str, least: int = 0) -> dict[str, Any]:
    """Return the fields of `arena ratings --json` for the chosen results.

    `least` leaves out entrants with fewer games. Raises `UsageError`s.
    """

    def rate() -> dict[str, Any]:
        rater = site.registry.make("raters", Ref(system))
        found = results(site, chosen)
        if not len(found):
            raise Unsuitable("there are no matches that count")
        ratings: Mapping[str, Rating] = rater.rate(found)
        told = leaderboard_json(chosen.game, system, ratings, cyclicity(found))
        return {**told, "matches": len(found)}

    told = remembered(site, chosen, ("rated", system), rate)
    kept = [each for each in told["ratings"] if each["games"] >= least]
    return {**told, "ratings": kept}


def tables(site: Site, chosen: Chosen) -> dict[str, Any]:
    """Return the standings and the cross table of the chosen results.

    `cross` holds a row for each entrant and in it a cell for each: [wins, draws, losses].
    """

    def count() -> dict[str, Any]:
        found = results(site, chosen)
        table = cross_table(found, chosen.game)
        lines = standings(found, chosen.game, table)
        if chosen.game.ranked_by_return:
            return {"standings": [line._asdict() for line in lines], "cross": None}
        order = [found.entrants.index(line.entrant) for line in lines]
        both = np.ix_(order, order)
        cells = np.stack([table.wins[both], table.draws[both], table.losses[both]], axis=-1)
        return {"standings": [line._asdict() for line in lines], "cross": cells.tolist()}

    return remembered(site, chosen, ("tables",), count)


def timeline(site: Site, chosen: Chosen, names: list[str]) -> list[dict[str, Any]]:
    """Return how the online Elo of these entrants moved: a curve each of (matches, rating)."""

    def follow() -> list[dict[str, Any]]:
        found = results(site, chosen)
        try:
            after, rows = Elo().timeline(found)
        except Unsuitable:
            return []
        column = {name: rows[:, i] for i, name in enumerate(found.entrants)}
        return [
            {"entrant": name, "points": np.stack([after, column[name]], axis=1).tolist()}
            for name in names if name in column
        ]  # fmt: skip

    return remembered(site, chosen, ("timeline", tuple(names)), follow)
