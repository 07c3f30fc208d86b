"""Entrants who never met, compared: what each did on the same deal, in the same place, in the same
company."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from arena.errors import Unsuitable
from arena.leaderboard import Ratings
from arena.ratings.layout import components
from arena.results import Results
from arena.tally import Floats, Ints, deals_told_apart, seat_holders


def paired(results: Results, system: str) -> Results:
    """Return matches that nobody played: in each, those are seats that stood in the same place.

    A place is a side (a seat where one side holds several entrants, or all of a game are on one)
    of a deal, with the same entrants in all other seats, and the return is that of the whole side.
    Predators are so compared by how they fare against the same prey, teams by how they do on the
    same deals, and partners by what a team comes to with either of them. Those of two sides are
    never compared with each other. A match's number and deal are those it is made of.

    Raises `Unsuitable`, naming the system, where nobody stood in the place of another.
    """
    holders = seat_holders(results)
    groups = [group for place, side in _places(results, holders)
              for group in _groups(results, holders, place, side)]  # fmt: skip
    if not groups and len(results):
        raise Unsuitable(
            f"{system}:paired=true compares entrants that stand in the same place on the same deal,"
            " and here nobody did; leave out paired"
        )
    return _matches(results, sorted(groups, key=lambda group: group[0]))


Group = tuple[int, int, list[int], list[float]]
"""The number of the first match, the deal, and by entrant, ascending: who, and what came of it."""


def _places(results: Results, holders: Ints) -> list[tuple[list[int], list[int]]]:
    """Return the seats that one entrant holds together, and the seats whose return counts."""
    seats = range(holders.shape[1])
    places = []
    for side in results.sides or tuple((seat,) for seat in seats):
        held = holders[:, list(side)]
        if len(side) > 1 and (held != held[:, :1]).any():
            places += [([seat], list(side)) for seat in side]
        else:
            places.append((list(side), list(side)))
    return places


def _groups(results: Results, holders: Ints, place: list[int], side: list[int]) -> list[Group]:
    """Return who stood in a place, deal by deal and company by company."""
    company = holders.copy()
    company[:, place] = -1
    who = holders[results.lineup, place[0]]
    _, fellows = np.unique(company, axis=0, return_inverse=True)
    fellow = fellows.reshape(-1)[results.lineup]
    values = results.values[:, side].sum(axis=1)
    deals = deals_told_apart(results)
    order = np.lexsort((who, fellow, deals))
    order = order[who[order] >= 0]
    keys = np.stack([deals[order], fellow[order]], axis=1)
    ends = np.flatnonzero((keys[1:] != keys[:-1]).any(axis=1)) + 1
    return [
        group
        for rows in np.split(order, ends)
        if (group := _group(results, rows, who[rows], values[rows])) is not None
    ]


def _group(results: Results, rows: Ints, who: Ints, values: Floats) -> Group | None:
    """Return the mean of each entrant's matches; None where there is but one entrant."""
    entrants, place = np.unique(who, return_inverse=True)
    if len(entrants) < 2:
        return None
    means = np.bincount(place, values) / np.bincount(place)
    number, deal = int(results.numbers[rows].min()), int(results.deals[rows[0]])
    return number, deal, entrants.tolist(), means.tolist()


def _matches(results: Results, groups: list[Group]) -> Results:
    """Return groups as results of games in which all oppose each other."""
    lineups: dict[tuple[int, ...], int] = {}
    seats = max((len(who) for _, _, who, _ in groups), default=1)
    values = np.full((len(groups), seats), np.nan)
    for row, (_, _, _, told) in enumerate(groups):
        values[row, : len(told)] = told
    lineup = [lineups.setdefault(tuple(who), len(lineups)) for _, _, who, _ in groups]
    return Results(
        results.entrants, list(lineups), np.array([group[0] for group in groups], np.int64),
        np.array(lineup, np.int32), values, np.isneginf(values),
        np.zeros(len(groups), np.int8), np.array([group[1] for group in groups], np.int64),
    )  # fmt: skip


def linked(results: Results) -> list[Results]:
    """Return results apart by entrants who are compared, directly or through others."""
    links = np.zeros((len(results.entrants),) * 2)
    for lineup in results.lineups:
        links[np.ix_(lineup, lineup)] = 1.0
    parts = []
    for part in components(links):
        here = np.isin([lineup[0] for lineup in results.lineups], part)
        if here.any():
            parts.append(results.where(here[results.lineup]))
    return parts


def joined(parts: Sequence[Ratings]) -> Ratings:
    """Return ratings of entrants that nothing compares in one list, which says so."""
    if len(parts) == 1:
        return parts[0]
    items = [item for part in parts for item in part.items()]
    covariance = np.zeros((len(items),) * 2)
    begin = 0
    for part in parts:
        end = begin + len(part)
        covariance[begin:end, begin:end] = part.covariance
        begin = end
    order = sorted(range(len(items)), key=lambda i: -items[i][1].rating)
    told = "; ".join(", ".join(list(part)[:5]) + ", ..." * (len(part) > 5) for part in parts[:5])
    note = f"Each side is rated by itself, its mean 1500, and nothing compares the sides: {told}."
    notes = (note, *(note for part in parts for note in part.notes))
    return Ratings([items[i] for i in order], covariance[np.ix_(order, order)], notes)
