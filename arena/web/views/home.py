"""The first page: what is played most, what runs, what came last."""

from __future__ import annotations

from typing import Any

from arena.history import MatchQuery
from arena.web.site import Here

GAMES, LATEST = 12, 8


def home(site: Here) -> dict[str, Any]:
    """Return the games with the most matches, what runs, and the latest tournaments and matches."""
    tournaments = site.tournaments()
    games: dict[str, dict[str, Any]] = {}
    for each in tournaments:
        game = each.record.game
        row = games.setdefault(
            game.name, {"environment": game.short, "matches": 0, "tournaments": 0, "last": 0.0}
        )
        row["matches"] += each.matches
        row["tournaments"] += 1
        row["last"] = max(row["last"], each.record.started)
    running = [each.as_json() for each in tournaments if each.state == "running"]
    newest = list(site.store.matches(MatchQuery(limit=LATEST)))
    return {
        "games": sorted(games.values(), key=lambda row: -row["matches"])[:GAMES],
        "running": running[::-1],
        "tournaments": [each.as_json() for each in tournaments[: -LATEST - 1 : -1]],
        "matches": [row.as_json() for row in newest[::-1]],
    }
