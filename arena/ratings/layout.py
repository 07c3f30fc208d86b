"""Comparisons laid out for fitting: the parameters each cell touches, and the group it is in."""

from __future__ import annotations

import numpy as np

from arena.ratings.likelihood import Cells
from arena.results import Results
from arena.tally import (
    BETTER,
    BOTH_FORFEIT,
    EQUAL,
    WORSE,
    Floats,
    Ints,
    Pairwise,
    entrant_groups,
)


class Layout:
    """Where each comparison of `table` goes. A cell is a pair of seats of a lineup that was played.

    rated     int64 (rated,)          entrants that sat in a match: rating parameter p is rated[p]
    cells     the counts, with the parameters they touch
    cell      int64 (lineups, pairs)  the cell of each comparison; -1 where there is none
    group     int64 (lineups,)        lineups of the same entrants share a group
    members   int64 (groups, most)    the rating parameters of a group; 0 beyond its end
    place     int64 (lineups, seats)  which member of its group holds the seat
    """

    def __init__(self, results: Results, table: Pairwise, seat_advantage: bool) -> None:
        played = np.bincount(results.lineup, minlength=len(results.lineups)) > 0
        self.rated = np.unique(table.holders[played])
        self.rated = self.rated[self.rated >= 0]
        parameter = np.full(len(results.entrants), -1)
        parameter[self.rated] = np.arange(len(self.rated))
        self.seats = table.holders.shape[1] if seat_advantage else 0
        rows, pairs = np.nonzero(table.counts.any(axis=2))
        self.cell = np.full(table.met.shape, -1)
        self.cell[rows, pairs] = np.arange(len(rows))
        self.cells = self._make_cells(table, rows, pairs, parameter)
        self.group, groups = entrant_groups(results)
        self.cell_group = self.group[rows]
        most = max((len(g) for g in groups), default=0)
        names = np.array([(*g, *[-1] * (most - len(g))) for g in groups], np.int64)
        names = names.reshape(len(groups), most)
        self.members = np.where(names >= 0, parameter[names], 0).clip(0)
        self.place = (table.holders[:, :, None] == names[self.group][:, None, :]).argmax(axis=2)

    def _make_cells(self, table: Pairwise, rows: Ints, pairs: Ints, parameter: Ints) -> Cells:
        seats = np.array(table.pairs).reshape(-1, 2)[pairs]
        columns = parameter[table.holders[rows[:, None], seats]]
        if self.seats:
            columns = np.concatenate([columns, len(self.rated) + seats], axis=1)
        counts = table.counts[rows, pairs]
        draws = counts[:, EQUAL] + counts[:, BOTH_FORFEIT]
        return Cells(
            columns, np.stack([counts[:, BETTER], draws, counts[:, WORSE]], axis=1).astype(float)
        )


def components(links: Floats) -> list[Ints]:
    """Return the sets of nodes that can be reached from each other along links[i, j] != 0."""
    left = np.ones(len(links), np.bool_)
    parts = []
    while left.any():
        start = int(np.flatnonzero(left)[0])
        part = reach(links, start) & reach(links.T, start)
        parts.append(np.flatnonzero(part))
        left &= ~part
    return parts


def reach(links: Floats, start: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which nodes can be reached from `start` along links[i, j] != 0: bool (nodes,)."""
    seen = np.zeros(len(links), np.bool_)
    seen[start] = True
    front = seen
    while front.any():
        front = (links[front] != 0).any(axis=0) & ~seen
        seen = seen | front
    return seen
