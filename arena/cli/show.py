"""How tables, ratings and JSON look on a terminal."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import click
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from arena.leaderboard import Rank, ranks, superiority
from arena.records import Rating
from arena.reports import finite


def console(stderr: bool = False) -> Console:
    """Return a console; where the output is not a terminal, one wide enough not to fold tables."""
    file = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, width=None if file.isatty() else 160, highlight=False)


def print_json(value: Mapping[str, Any]) -> None:
    """Print one object on a line of its own; infinities and NaN become null."""
    click.echo(json.dumps(finite(value), ensure_ascii=False, default=str))


def table(
    title: str | None, columns: Sequence[str], rows: Iterable[Sequence[Any]], left: int = 1
) -> RenderableType:
    """Return a table below its title; the first `left` columns are text, the others numbers."""
    made = Table(box=None, pad_edge=False)
    for index, name in enumerate(columns):
        made.add_column(
            escape(name), justify="left" if index < left else "right", no_wrap=index == 0,
            header_style="dim",
        )  # fmt: skip
    for row in rows:
        made.add_row(*(Text(cell(value)) for value in row))
    return Group(Text(title, style="bold"), made) if title else made


def cell(value: Any) -> str:
    """Return a value as a table shows it."""
    if value is None:
        return "-"
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)
        if value.is_integer() and abs(value) < 1e9:
            return f"{value:.0f}"
        return f"{value:.1f}" if 1000 <= abs(value) < 1e9 else f"{value:.4g}"
    return str(value)


def ratings_table(title: str, ratings: Mapping[str, Rating], whole: bool = True) -> RenderableType:
    """Return a table of ratings with their intervals, and what else is to be said of them.

    Where there are intervals there are ranks, shared by those that cannot be told apart, the places
    that an entrant may have, and how likely it is above the next. `whole` rounds to whole points.
    """
    shown = _points if whole else cell
    rows = [[name, shown(r.rating), _interval(r, shown), r.games] for name, r in ratings.items()]
    names = ["entrant", "rating", "95 % interval", "games"]
    places, odds = ranks(ratings), superiority(ratings)
    if places is not None and odds is not None and len(rows) > 1:
        names = ["rank", "places", *names[:3], "above next", "games"]
        above = [f"{100 * odds[i, i + 1]:.1f} %" for i in range(len(rows) - 1)]
        rows = [
            [place.rank, _span(place), *row[:3], percent, row[3]]
            for row, place, percent in zip(rows, places, [*above, ""])
        ]
    notes = [Text(note) for note in getattr(ratings, "notes", ())]
    return Group(table(title, names, rows, left=names.index("rating")), *notes)


def _span(place: Rank) -> str:
    return str(place.low) if place.low == place.high else f"{place.low}-{place.high}"


def _points(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def _interval(rating: Rating, shown: Callable[[Any], str]) -> str:
    if rating.low is None and rating.high is None:
        return "none"
    return f"{shown(rating.low)} to {shown(rating.high)}"
