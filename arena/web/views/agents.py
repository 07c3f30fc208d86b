"""Agents: who has played, who could, and one with its record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from arena.catalogue import checkpoint_rows, entry_row
from arena.checkpoints import list_checkpoints
from arena.errors import UnknownName, Unsuitable
from arena.history import GameRecord, MatchQuery
from arena.reports import default_system
from arena.web import standings
from arena.web.memo import Pending
from arena.web.site import Here, Site
from arena.web.standings import Chosen

GAMES = 5
"""How many best and worst games are told of."""


def agents(site: Here) -> dict[str, Any]:
    """Return who has played, what agents are registered, and what training made."""
    players: dict[str, dict[str, Any]] = {}
    for each in site.tournaments():
        for entrant in each.record.entrants:
            row = players.setdefault(
                entrant.name,
                {"name": entrant.name, "agent": entrant.agent, "games": [], "tournaments": 0},
            )
            row["tournaments"] += 1
            if each.record.game.short not in row["games"]:
                row["games"].append(each.record.game.short)
    return {
        "players": sorted(players.values(), key=lambda row: row["name"]),
        "registered": [
            {"name": entry.name, "plugin": entry.owner}
            for entry in site.registry.table("agents").values()
        ],
        "checkpoints": checkpoint_rows(site.workspace.home),
    }


def agent(site: Here, name: str) -> dict[str, Any]:
    """Return an entrant: what it is, how it was trained, its record and its best games.

    Raises `UnknownName` for one that neither played nor is there to play.
    """
    played = [
        (each, entrant)
        for each in site.tournaments()
        for entrant in each.record.entrants
        if entrant.name == name
    ]
    table = site.registry.table("agents")
    checkpoints = {c.name: c for c in list_checkpoints(site.workspace.home)}
    if not played and name not in table and name not in checkpoints:
        known = {e.name for each in site.tournaments() for e in each.record.entrants}
        raise UnknownName("agent", name, {*known, *table, *checkpoints}, "arena agents")
    newest = played[-1][1] if played else None
    games = {each.record.game.name: each.record.game for each, _ in played}
    kind = newest.agent if newest else name
    records = [_record(site, game, name) for game in games.values()]
    return {
        "name": name,
        "agent": kind,
        "spec": newest.spec if newest else name,
        "parameters": dict(newest.parameters) if newest else {},
        "about": entry_row(table[kind]) if kind in table else None,
        "lineage": list(_lineage(checkpoints, kind)),
        "training": _over_training(site, name),
        "counting": any(record["counting"] for record in records),
        "tournaments": [each.as_json() for each, _ in played[:-21:-1]],
        "records": records,
    }


def _lineage(checkpoints: dict[str, Any], name: str | None) -> Iterator[dict[str, Any]]:
    """Yield a checkpoint, what it was made from, what that was made from, and so on."""
    seen = set()
    while name in checkpoints and name not in seen:
        seen.add(name)
        meta = checkpoints[name].meta
        yield {
            "name": name, "trainer": meta["trainer"], "environment": meta["environment"],
            "steps": meta["steps"], "seed": meta["seed"], "seconds": meta.get("seconds"),
            "metrics": meta.get("metrics", {}), "parameters": meta["parameters"],
            "parent": meta.get("parent"), "created": meta.get("created"),
            "digest": checkpoints[name].digest,
        }  # fmt: skip
        name = meta.get("parent")


def _over_training(site: Site, name: str) -> list[dict[str, Any]]:
    """Return by game what its checkpoints were worth while it was trained: [(step, rating), ...].

    `arena train --against` lets them play as NAME@STEP.
    """
    games = {
        each.record.game.name: each.record.game
        for each in site.tournaments()
        if any(entrant.name.rpartition("@")[0] == name for entrant in each.record.entrants)
    }
    found = []
    for game in games.values():
        try:
            board = standings.rated(site, Chosen(game), default_system(game))
        except (Unsuitable, Pending):
            continue
        rated = {row["entrant"]: row["rating"] for row in board["ratings"]}
        steps = sorted(
            (int(step), rating) for (run, _, step), rating in
            ((entrant.rpartition("@"), rating) for entrant, rating in rated.items())
            if run == name and step.isdigit()
        )  # fmt: skip
        found.append({"environment": game.short, "points": steps})
    return found


def _record(site: Site, game: GameRecord, name: str) -> dict[str, Any]:
    """Return how an entrant did in a game, as far as that is counted."""
    told: dict[str, Any] = {
        "environment": game.short, "rating": None, "opponents": [], "best": [], "worst": [],
        "counting": False,
    }  # fmt: skip
    try:
        return told | _counted(site, game, name)
    except Unsuitable:
        return told
    except Pending:
        return told | {"counting": True}


def _counted(site: Site, game: GameRecord, name: str) -> dict[str, Any]:
    """Return an entrant's rating in a game, and against whom it did how."""
    chosen = Chosen(game)
    board = standings.rated(site, chosen, default_system(game))
    told: dict[str, Any] = {"opponents": []}
    rows = {row["entrant"]: row for row in board["ratings"]}
    told["rating"] = rows.get(name)
    counted = standings.tables(site, chosen)
    names = [line["entrant"] for line in counted["standings"]]
    if counted["cross"] is not None and name in names:
        mine = counted["cross"][names.index(name)]
        told["opponents"] = [
            {"opponent": other, "wins": w, "draws": d, "losses": lost}
            for other, (w, d, lost) in zip(names, mine)
            if w + d + lost
        ]
    return {
        **told,
        **standings.remembered(site, chosen, ("games of", name), lambda: {
            "best": _games(site, game, name, told["opponents"], "win"),
            "worst": _games(site, game, name, told["opponents"][::-1], "loss"),
        }),
    }  # fmt: skip


def _games(
    site: Site, game: GameRecord, name: str, opponents: list[dict[str, Any]], result: str
) -> list[dict[str, Any]]:
    """Return the newest game with such a result against each of the first that saw one."""
    counted = "wins" if result == "win" else "losses"
    names = [row["opponent"] for row in opponents if row[counted]][:GAMES]
    query = MatchQuery(environment=game.name, agent=name, result=result)
    found = site.store.newest_against(query, names)
    met = dict.fromkeys(found[name] for name in names if name in found)  # one may be for several
    return [row.as_json() for row in met]
