"""Ratings as a picture: intervals, a timeline and who beat whom. Needs matplotlib."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from arena.errors import Unsuitable, UsageError
from arena.ratings.elo import Elo
from arena.records import Rating
from arena.results import Results
from arena.standings import cross_table
from arena.tally import Sided

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMS = (".png", ".svg")
_NAMED = 12
"""Entrants whose lines are named and whose cells hold numbers; more would not be legible."""


def check_plot(path: Path) -> None:
    """Raise `UsageError` where no picture can be written to `path`: see before the work is done."""
    if path.suffix.lower() not in FORMS:
        raise UsageError(f"{path} is neither a .png nor a .svg; name it so")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"{path.parent} is no folder; make it first")
    try:
        import matplotlib  # noqa: F401
    except ModuleNotFoundError:
        raise UsageError("a plot needs matplotlib: pip install 'arena-games[plot]'") from None


def plot_ratings(
    path: Path, title: str, ratings: Mapping[str, Rating], results: Results, game: Sided
) -> None:
    """Write a picture of ratings and of the results that they come from, a PNG or an SVG.

    On the left ratings with their intervals, in the middle online Elo after every match, on the
    right the share of the points that the row took from the column. What nobody's meeting another
    leaves empty says so. Raises `UsageError` as `check_plot` does.
    """
    check_plot(path)
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "arena"}):
        height = 3.0 + 0.25 * min(len(ratings), 24) + 0.12 * max(0, min(len(ratings), 100) - 24)
        figure = Figure(figsize=(18, max(4.5, height)), layout="constrained")
        left, middle, right = figure.subplots(1, 3)
        figure.suptitle(_plain(title))
        _intervals(left, ratings)
        _timeline(middle, ratings, results)
        _heat(right, ratings, results, game)
        form = path.suffix[1:].lower()
        # no date: the same ratings make the same file
        figure.savefig(path, format=form, metadata={"Date": None} if form == "svg" else None)


def _intervals(axes: Axes, ratings: Mapping[str, Rating]) -> None:
    """Draw each rating with its interval, the best on top."""
    axes.set_title("ratings with 95 % intervals")
    places = np.arange(len(ratings))
    for place, rating in zip(places, ratings.values()):
        if rating.low is not None and rating.high is not None:
            axes.plot([rating.low, rating.high], [place, place], color="tab:blue")
    axes.plot([r.rating for r in ratings.values()], places, "o", color="tab:blue")
    axes.set_yticks(places, [_plain(name) for name in ratings], fontsize=_size(ratings, 900))
    axes.set_ylim(len(ratings) - 0.5, -0.5)
    axes.grid(axis="x", alpha=0.3)


def _timeline(axes: Axes, ratings: Mapping[str, Rating], results: Results) -> None:
    """Draw how online Elo moved; in a large field the best in colour and the others in grey."""
    axes.set_title("online Elo, which depends on the order of the matches")
    try:
        after, rows = Elo().timeline(results)
    except Unsuitable:
        _say(axes, "nobody met another")
        return
    for place, name in enumerate(ratings):
        path = rows[:, results.entrants.index(name)]
        if place < _NAMED:
            axes.plot(after, path, label=_plain(name), linewidth=1, zorder=3)
        else:
            axes.plot(after, path, color="0.85", linewidth=0.5)
    axes.set_xlabel("matches")
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")


def _heat(axes: Axes, ratings: Mapping[str, Rating], results: Results, game: Sided) -> None:
    """Draw the share of the points of each entrant against each other."""
    axes.set_title("share of the points of the row against the column")
    table = cross_table(results, game)
    order = [results.entrants.index(name) for name in ratings]
    chosen = np.ix_(order, order)
    games = table.games[chosen]
    if not games.any():
        _say(axes, "nobody met another")
        return
    share = np.where(games > 0, table.score[chosen] / np.maximum(games, 1), np.nan)
    image = axes.imshow(share, vmin=0, vmax=1, cmap="RdBu")
    axes.figure.colorbar(image, cax=axes.inset_axes((1.03, 0.0, 0.04, 1.0)))
    axes.set_anchor("N")
    names, places = [_plain(name) for name in ratings], np.arange(len(ratings))
    size = _size(ratings, 330)
    axes.set_xticks(places, names, rotation=90, fontsize=size)
    axes.set_yticks(places, names, fontsize=size)
    if len(ratings) <= _NAMED:
        for row, column in np.argwhere(games > 0).tolist():
            value = float(share[row, column])
            ink = "white" if abs(value - 0.5) > 0.35 else "black"
            text = f"{100 * value:.0f}"
            axes.text(column, row, text, color=ink, ha="center", va="center", fontsize="small")


def _size(ratings: Mapping[str, Rating], room: float) -> float:
    """Return the size of letters, in points, in which all names fit into so many points."""
    return min(9.0, max(2.0, room / max(len(ratings), 1)))


def _say(axes: Axes, text: str) -> None:
    axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes)
    axes.set_axis_off()


def _plain(text: str) -> str:
    """Return text that matplotlib shows as it is: a dollar would begin a formula."""
    text = text.replace("$", r"\$")
    return f" {text}" if text.startswith("_") else text  # a legend leaves out what begins so
