"""Ratings of a game: who is best, how surely, who beat whom, and how it came about."""

from __future__ import annotations

from typing import Any

from arena.errors import UnknownName, Unsuitable
from arena.reports import default_system, played_game
from arena.web import standings
from arena.web.memo import Pending
from arena.web.queries import Day, Number, Text, begin_of, end_of
from arena.web.site import Here, Site
from arena.web.standings import Chosen

CURVES = 8
"""How many entrants' ratings are followed over time."""

HEAT = 30
"""Of how many entrants, the best, the heat map tells: a hundred would be ten thousand cells."""


def leaderboard(
    site: Here,
    environment: Text = None,
    system: Text = None,
    tournament: Number = None,
    since: Day = None,
    until: Day = None,
    games: Number = None,
) -> dict[str, Any]:
    """Return a game's ratings; without a game, only which games there are.

    `since` and `until` are days (UTC) on which tournaments began, `games` the fewest games of an
    entrant. `matches` is what `/matches` is asked for those that count here.
    """
    known = sorted({each.record.game.short for each in site.tournaments()})
    systems = sorted(site.registry.table("raters"))
    told: dict[str, Any] = {
        "games": known, "systems": systems, "environment": environment, "system": system,
        "asked": {"tournament": tournament, "since": since, "until": until, "games": games},
        "board": None, "why": None, "counting": False, "matches": None,
    }  # fmt: skip
    if environment is None:
        return told
    game = played_game(site.store, environment)
    if system is not None and system not in systems:
        raise UnknownName("rater", system, systems, "arena raters")
    named = system or default_system(game)
    chosen = Chosen(game, tournament, begin_of(since), end_of(until))
    told |= {"environment": game.short, "system": named}
    days = {"since": since, "until": until} if tournament is None else {}
    told["matches"] = {"environment": game.short, "tournament": tournament, **days}
    try:
        told["board"] = _board(site, chosen, named, games or 0)
    except Unsuitable as error:  # a system that has nothing to say of these results
        told["why"] = str(error)
    except Pending:
        told["counting"] = True
    return told


def _board(site: Site, chosen: Chosen, system: str, least: int) -> dict[str, Any]:
    """Return ratings, heat map and curves, remembered together: a page waits for all at once."""

    def make() -> dict[str, Any]:
        told = standings.rated(site, chosen, system, least)
        names = [row["entrant"] for row in told["ratings"]]
        counted = standings.tables(site, chosen)
        return {
            **told,
            "heat": _heat(counted, names[:HEAT]),
            "curves": standings.timeline(site, chosen, names[:CURVES]),
        }

    return standings.remembered(site, chosen, ("board", system, least), make)


def _heat(counted: dict[str, Any], names: list[str]) -> list[list[list[int]]] | None:
    """Return wins, draws and losses of each of these against each, in this order."""
    if counted["cross"] is None:
        return None
    place = {line["entrant"]: i for i, line in enumerate(counted["standings"])}
    order = [place[name] for name in names]
    return [[counted["cross"][row][column] for column in order] for row in order]
