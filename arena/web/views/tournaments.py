"""Tournaments: the list, and one with its standings."""

from __future__ import annotations

import json
from typing import Any

from arena.errors import UsageError
from arena.history import MatchQuery, Tournament
from arena.reports import finite
from arena.roles import Format
from arena.web import standings
from arena.web.brackets import bracket_svg
from arena.web.memo import Pending
from arena.web.queries import Number, Text, TournamentId
from arena.web.rounds import rounds_of
from arena.web.site import Here, Site
from arena.web.standings import Chosen

PAGE = 50
ROUNDS = 40
"""How many rounds are told of: the last."""
FAULTS = 20
"""How many matches with faults are told of."""


def tournaments(
    site: Here, environment: Text = None, state: Text = None, before: Number = None
) -> dict[str, Any]:
    """Return tournaments, newest first; `before` is the id that the page before ended with."""
    found = [
        each for each in reversed(site.tournaments())
        if environment in (None, each.record.game.name, each.record.game.alias)
        and state in (None, each.state)
        and (before is None or each.id < before)
    ]  # fmt: skip
    return {
        "asked": {"environment": environment, "state": state},
        "games": sorted({each.record.game.short for each in site.tournaments()}),
        "tournaments": [each.as_json() for each in found[:PAGE]],
        "next": found[PAGE - 1].id if len(found) > PAGE else None,
    }


def tournament(site: Here, tournament: TournamentId) -> dict[str, Any]:
    """Return a tournament: how it stands, its rounds, its faults, its definition."""
    found = site.tournament(tournament)
    record = found.record
    counted = _counted(site, found)
    return {
        **found.as_json(),
        "matches": found.matches,
        "faults": _faults(site, tournament),
        **counted,
        "definition": json.loads(record.definition or "null"),
        "versions": dict(record.versions),
        "here": site.runs.runs(tournament),
        "failure": site.runs.failure(tournament),
        "specs": {entrant.name: entrant.spec for entrant in record.entrants},
    }


def _counted(site: Site, found: Tournament) -> dict[str, Any]:
    """Return what has to be counted of a tournament: all that is, and whether that is everything.

    Where the standings are still being counted there is no `table` yet; where they would not say
    who is better, as among entrants that hold different sides, there is none at all.
    """
    told: dict[str, Any] = {
        "compares_sides": _compares_sides(site, found), "table": None, "conclusion": {},
        "bracket": None, "rounds": [], "findings": [], "counting": False,
    }  # fmt: skip
    try:
        if told["compares_sides"]:
            told["table"] = _table(site, found)
        told |= _format_says(site, found)
        told["findings"] = _findings(site, found)
    except Pending:
        told["counting"] = True
    return told


def _table(site: Site, found: Tournament) -> dict[str, Any]:
    chosen = Chosen(found.record.game, found.id)
    return standings.tables(site, chosen)


def _faults(site: Site, tournament: int) -> list[dict[str, Any]]:
    query = MatchQuery(tournament=tournament, faults=True, limit=FAULTS)
    return [
        {"match": row.match, "seats": list(row.seats), **fault}
        for row in site.store.matches(query)
        for fault in row.as_json()["faults"]
    ]


def _findings(site: Site, found: Tournament) -> list[dict[str, Any]]:
    """Return what plugins have to say of the matches of a tournament that is over."""
    if found.state != "finished":
        return []

    def find() -> list[dict[str, Any]]:
        told = site.registry.hook.arena_findings(store=site.store, tournament=found.id)
        return [dict(finite(each)) for each in told if each]

    return site.remembered(("findings", found.id), found.matches, find)


def _format(site: Site, found: Tournament) -> Format:
    """Return the format of a tournament. Raises `UsageError` where it cannot be made any more."""
    from arena.config import definition_from_json
    from arena.openings import split_book
    from arena.planning import made

    definition = definition_from_json(json.loads(found.record.definition))
    assert definition.format is not None
    named, _ = split_book(definition.format, definition.openings)
    format_: Format = made(site.registry, "formats", named, Format)
    return format_


def _compares_sides(site: Site, found: Tournament) -> bool:
    """Whether standings say who is better, as far as is known."""
    if found.record.kind != "tournament":
        return True
    try:
        return _format(site, found).compares_sides
    except UsageError:
        return True


def _format_says(site: Site, found: Tournament) -> dict[str, Any]:
    """Return what the format concludes, and its rounds; nothing where it cannot be made any more.

    Where the bracket is drawn, that shows the rounds.
    """
    from arena.lookup import environment_maker
    from arena.records import Entrants

    def conclude() -> dict[str, Any]:
        format_ = _format(site, found)
        _, spec = environment_maker(site.registry, found.record.game.ref)
        names = tuple(entrant.name for entrant in found.record.entrants)
        entrants = Entrants(names, spec, found.record.seed)
        results = site.store.results(found.id)
        concluded = dict(finite(format_.conclusion(entrants, results)))
        bracket = bracket_svg(concluded)
        rounds = rounds_of(format_.played_rounds(entrants, results), concluded)
        return {
            "conclusion": concluded, "bracket": bracket,
            "rounds": finite(rounds[-ROUNDS:]) if bracket is None else [],
        }  # fmt: skip

    if found.record.kind == "import" or not found.matches:
        return {}
    try:
        moving = found.state == "running"
        return site.remembered(("conclusion", found.id), found.matches, conclude, moving)
    except UsageError:
        return {}
