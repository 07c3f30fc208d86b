"""What learners learn from: the moves of their agents as columns, one trajectory a match and seat.

`arena.recorder` collects it from the runner, a batch at a time; `returns_to_go` and `advantages`
are functions of it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena.columns import stack

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Experience:
    """Rows in the order of (match, seat, turn); a trajectory is one seat's rows of one match.

    Every trajectory ends in one of two ways. Its last row is a move after which the match was over
    (`done`), or it is `open`: a position that was seen, whose outcome is not known because the
    match was truncated or goes on. An open row is there to be bootstrapped from and is no step to
    learn from; where the match goes on it comes again, as the first row of the next Experience.

    match, seat, turn   int64 (rows,)
    reward              float64 (rows,): paid to the seat from this move until it was asked again or
                        the match was over; 0 where open
    open                bool (rows,)
    offsets             int64 (trajectories + 1,): trajectory i is rows offsets[i] to offsets[i + 1]
    action              (rows, ...), a dict or tuple of such, or a list where nothing else fits;
                        tensors on the device of the table, where one was played
    columns             by name, shaped like `action`: the fields asked for, and whatever the agent
                        handed back beside its moves (log-probabilities, values)
    before, after       float64 (rows, seats): what each seat of the match had been paid in all when
                        the row was asked, and when the match was over (NaN where it is not)
    """

    match: Ints
    seat: Ints
    turn: Ints
    reward: Floats
    open: Bools
    offsets: Ints
    action: Any
    before: Floats
    after: Floats
    columns: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.match)

    @property
    def lengths(self) -> Ints:
        """Rows of each trajectory, open ones counted: int64 (trajectories,)."""
        return np.diff(self.offsets)

    @property
    def done(self) -> Bools:
        """Whether the match was over, by its rules, after this row: bool (rows,)."""
        done = np.zeros(len(self), np.bool_)
        done[self.offsets[1:] - 1] = True
        return done & ~self.open

    @property
    def next(self) -> Ints:
        """The row where the seat was asked again, -1 where it never was: int64 (rows,)."""
        following = np.arange(1, len(self) + 1)
        following[self.offsets[1:] - 1] = -1
        return following

    @property
    def returns(self) -> Floats:
        """What each trajectory's seat returned over its match, if that is over: float64."""
        first = self.offsets[:-1]
        returns: Floats = self.after[first, self.seat[first]]
        return returns[~np.isnan(returns)]

    def of_seat(self, seat: int) -> Experience:
        """Return the trajectories of one seat, stacked: for games whose seats' spaces differ."""
        kept = self.seat[self.offsets[:-1]] == seat
        rows = np.flatnonzero(self.seat == seat)
        offsets = np.concatenate([[0], np.cumsum(self.lengths[kept])])
        return Experience(
            self.match[rows], self.seat[rows], self.turn[rows], self.reward[rows], self.open[rows],
            offsets, join([pick(self.action, rows)]), self.before[rows], self.after[rows],
            {name: join([pick(column, rows)]) for name, column in self.columns.items()},
        )  # fmt: skip


def returns_to_go(
    experience: Experience, gamma: float = 1.0, values: Floats | None = None
) -> Floats:
    """Return what each row's seat was paid from its move on, discounted by gamma a move.

    float64 (rows,). Open rows hold their `values` (shape (rows,)), or 0 without any.
    """
    at_open = np.zeros(len(experience)) if values is None else np.asarray(values, np.float64)
    return _accumulate(experience, np.where(experience.open, at_open, experience.reward), gamma)


def advantages(experience: Experience, values: Floats, gamma: float, decay: float) -> Floats:
    """Return generalised advantage estimates: float64 (rows,), 0 where open.

    `values` (rows,) are estimates of `returns_to_go`, at open rows too; `decay` is lambda.
    Schulman et al., "High-dimensional continuous control using generalized advantage estimation",
    2016, equation 16: the sum of (gamma lambda)^k delta[t + k], with
    delta[t] = reward[t] + gamma V[t + 1] - V[t].
    """
    values = np.asarray(values, np.float64)
    ahead = np.append(values[1:], 0.0)
    ahead[experience.done] = 0.0
    deltas = np.where(experience.open, 0.0, experience.reward + gamma * ahead - values)
    return _accumulate(experience, deltas, gamma * decay)


def _accumulate(experience: Experience, terms: Floats, factor: float) -> Floats:
    """Return y with y[t] = terms[t] + factor * y[t + 1] within each trajectory."""
    total = terms.copy()
    lengths = experience.lengths
    longest_first = np.argsort(-lengths, kind="stable")
    last = (experience.offsets[1:] - 1)[longest_first]
    lengths = lengths[longest_first]
    for back in range(1, int(lengths.max(initial=0))):
        rows = last[: np.searchsorted(-lengths, -back)] - back
        total[rows] += factor * total[rows + 1]
    return total


def join(parts: list[Any]) -> Any:
    """Return one column of many parts: arrays, lists, or dicts and tuples of arrays."""
    if all(isinstance(part, list) for part in parts):
        return _column(list(chain.from_iterable(parts)))
    first = parts[0]
    if isinstance(first, dict):
        return {key: join([part[key] for part in parts]) for key in first}
    if isinstance(first, tuple):
        return tuple(join(list(part)) for part in zip(*parts))
    if hasattr(first, "new_zeros"):
        return sys.modules["torch"].cat(parts)
    columns = [_column(part) if isinstance(part, list) else np.asarray(part) for part in parts]
    if any(isinstance(column, list) for column in columns):
        return list(chain.from_iterable(columns))
    return np.concatenate(columns)


def _column(rows: list[Any]) -> Any:
    """Return rows stacked; as they are where shapes may differ from row to row, or do differ."""
    if not rows or isinstance(rows[0], (str, list, range)) or rows[0] is None:
        return rows
    try:
        return stack(rows)
    except (ValueError, TypeError, KeyError):
        return rows


def pick(column: Any, rows: Ints) -> Any:
    """Return the chosen rows of a column."""
    if isinstance(column, dict):
        return {key: pick(part, rows) for key, part in column.items()}
    if isinstance(column, tuple):
        return tuple(pick(part, rows) for part in column)
    if isinstance(column, list):
        return [column[row] for row in rows.tolist()]
    if hasattr(column, "new_zeros"):
        return column[sys.modules["torch"].as_tensor(rows, device=column.device)]
    return column[rows]


_NONE = np.zeros(0, np.int64)
EMPTY = Experience(
    _NONE, _NONE, _NONE, np.zeros(0), np.zeros(0, np.bool_), np.zeros(1, np.int64), _NONE,
    np.zeros((0, 0)), np.zeros((0, 0)),
)  # fmt: skip
