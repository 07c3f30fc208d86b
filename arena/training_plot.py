"""What checkpoints were worth while they were made, as a picture. Needs matplotlib."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from arena.errors import Unsuitable
from arena.plots import check_plot
from arena.records import Rating

_CHECKPOINT = re.compile(r"(.+)@(\d+)")


def curves(ratings: Mapping[str, Rating]) -> dict[str, dict[int, Rating]]:
    """Return the ratings of each run's checkpoints by step: of entrants called `NAME@STEP`."""
    found: dict[str, dict[int, Rating]] = {}
    for name, rating in ratings.items():
        if match := _CHECKPOINT.fullmatch(name):
            found.setdefault(match[1], {})[int(match[2])] = rating
    return {run: dict(sorted(steps.items())) for run, steps in found.items()}


def plot_training(path: Path, title: str, ratings: Mapping[str, Rating]) -> None:
    """Write a picture of ratings over training, a PNG or an SVG; others are level lines.

    Raises `UsageError` as `check_plot` does, `Unsuitable` where no checkpoint was met in training.
    """
    check_plot(path)
    runs = curves(ratings)
    if not runs:
        raise Unsuitable("no checkpoint was met while it was made; `arena train --against AGENT`")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 5.5), layout="constrained")
    axes = figure.subplots()
    for run, steps in runs.items():
        places, rated = list(steps), list(steps.values())
        (line,) = axes.plot(places, [r.rating for r in rated], "o-", label=run.replace("$", r"\$"))
        low = [r.rating if r.low is None else r.low for r in rated]
        high = [r.rating if r.high is None else r.high for r in rated]
        axes.fill_between(places, low, high, alpha=0.15, color=line.get_color())
    for name, rating in ratings.items():
        if not _CHECKPOINT.fullmatch(name):
            axes.axhline(rating.rating, color="0.6", linewidth=0.8)
            axes.annotate(
                name.replace("$", r"\$"), (1, rating.rating), xycoords=("axes fraction", "data"),
                ha="right", va="bottom", color="0.4",
            )  # fmt: skip
    axes.set(title=title.replace("$", r"\$"), xlabel="moves of training", ylabel="rating")
    axes.grid(alpha=0.3)
    axes.legend()
    form = path.suffix[1:].lower()
    figure.savefig(path, format=form, metadata={"Date": None} if form == "svg" else None)
