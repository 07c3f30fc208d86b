"""Standings, cross tables and ratings as tables of text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from arena.cli.show import cell, ratings_table, table
from arena.records import Rating, Spec
from arena.results import Results
from arena.standings import CrossTable, Standing, cross_table, standings

if TYPE_CHECKING:
    from arena.campaign import Run

WHOLE_POINTS = ("bradley_terry", "elo", "glicko2")


def standings_of(results: Results, spec: Spec, title: str | None) -> Any:
    """Return the standings of results."""
    if spec.ranked_by_return:
        rows: Any = [(s.entrant, s.played, s.mean_return) for s in standings(results, spec)]
        return table(title, ["entrant", "played", "mean return"], rows)
    rows = [
        (s.entrant, s.played, s.wins, s.draws, s.losses, s.score, _share(s), s.mean_return)
        for s in standings(results, spec)
    ]
    names = ["entrant", "played", "wins", "draws", "losses", "score", "%", "mean return"]
    return table(title, names, rows)


def _share(standing: Standing) -> str:
    games = standing.wins + standing.draws + standing.losses
    return f"{100 * standing.score / games:.1f}" if games else "-"


def cross_table_of(results: Results, spec: Spec) -> Any:
    """Return wins, draws and losses of each entrant (rows) against each other (columns)."""
    order = [results.entrants.index(s.entrant) for s in standings(results, spec)]
    cells = cross_table(results, spec)
    names = [results.entrants[i] for i in order]
    rows = [[results.entrants[i], *(_record(cells, i, j) for j in order)] for i in order]
    return table("wins-draws-losses of the row against the column", ["", *names], rows)


def _record(cells: CrossTable, row: int, column: int) -> str:
    if not cells.games[row, column]:
        return ""
    counts = (cells.wins, cells.draws, cells.losses)
    return "-".join(str(count[row, column]) for count in counts)


def ratings_of(system: str, ratings: Mapping[str, Rating] | str) -> Any:
    """Return a system's ratings as a table, or why it has none."""
    if isinstance(ratings, str):
        return f"{system}: no ratings: {ratings}"
    whole = re.split("[:,]", system)[0] in WHOLE_POINTS
    return ratings_table(f"ratings: {system}", ratings, whole)


def conclusion_of(conclusion: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the tables of a format's conclusion: each list of objects in it."""
    for title, rows in conclusion.items():
        if isinstance(rows, list) and rows and all(isinstance(row, Mapping) for row in rows):
            yield _of_partners(title, rows) if "partners" in rows[0] else _of_rows(title, rows)
        elif isinstance(rows, Mapping) and all(isinstance(row, Mapping) for row in rows.values()):
            cells = [
                [name, *(_told(value) for value in row.values())] for name, row in rows.items()
            ]
            yield table(f"{title}: of the row beside the column", ["", *rows], cells)


def _of_rows(title: str, rows: Sequence[Mapping[str, Any]]) -> Any:
    names = [name.replace("_", " ") for name in rows[0]]
    return table(title, names, [[_told(value) for value in row.values()] for row in rows])


def _of_partners(title: str, rows: Sequence[Mapping[str, Any]]) -> Any:
    """Return the scores of pairs of partners as a matrix, the first of each beside its row."""
    scores = {tuple(row["partners"]): row["score"] for row in rows}
    first, second = (list(dict.fromkeys(pair[at] for pair in scores)) for at in (0, 1))
    cells = [[one, *(scores.get((one, other), "") for other in second)] for one in first]
    return table(f"{title}: scores with the column's in all other seats", ["", *second], cells)


def _told(value: Any) -> Any:
    """Return a value of a conclusion as a cell shows it; a mean with its interval is one."""
    if isinstance(value, list):
        return " - ".join(cell(one) for one in value)
    if not isinstance(value, Mapping):
        return value
    if value.keys() != {"mean", "low", "high"}:
        return ", ".join(f"{key} {cell(one)}" for key, one in value.items())
    interval = f" ({cell(value['low'])} to {cell(value['high'])})"
    return cell(value["mean"]) + (interval if value["low"] is not None else "")


def faults_text(run: Run) -> str:
    """Return how many faults there were, in words."""
    if not run.faults and not run.voided:
        return "no faults"
    counts = ((run.faults, "faults of agents"), (run.voided, "matches void"))
    told = ", ".join(f"{count} {what}" for count, what in counts if count)
    return f"{told} (arena matches --tournament {run.id} --faults)"
