"""Two agents compared."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from arena.comparison import compare as compared
from arena.errors import UnknownName, Unsuitable
from arena.reports import played_game
from arena.web import standings
from arena.web.memo import Pending
from arena.web.queries import Text
from arena.web.site import Here
from arena.web.standings import Chosen


def compare(
    site: Here, environment: Text = None, a: Text = None, b: Text = None
) -> dict[str, Any]:  # fmt: skip
    """Return which of two is better, by how much and how surely; without names, who there is."""
    told: dict[str, Any] = {
        "games": sorted({each.record.game.short for each in site.tournaments()}),
        "environment": environment, "a": a, "b": b, "entrants": [], "found": None, "why": None,
        "counting": False,
    }  # fmt: skip
    if environment is None:
        return told
    chosen = Chosen(played_game(site.store, environment))
    try:
        results = standings.results(site, chosen)
    except Pending:
        return told | {"counting": True}
    told["entrants"] = sorted(results.entrants)
    if a is None or b is None:
        return told
    for name in (a, b):
        if name not in results.entrants:
            listing = f"arena ratings {environment}"
            raise UnknownName(f"entrant of {environment}", name, results.entrants, listing)
    try:
        told["found"] = standings.remembered(
            site,
            chosen,
            ("compare", a, b),
            lambda: asdict(compared(results, a, b, chosen.game)),
        )
    except Unsuitable as error:
        told["why"] = str(error)
    except Pending:
        told["counting"] = True
    return told
