"""Who met whom, for the systems that rate by it."""

from __future__ import annotations

import numpy as np

from arena.errors import Unsuitable
from arena.results import Results
from arena.tally import Pairwise, seat_holders


def meetings(results: Results, system: str) -> Pairwise:
    """Return which side did better, for every pair of sides that met.

    Raises `Unsuitable`, naming the system, where nobody met another and where a side was held by
    several entrants, who cannot be told apart by what their side did to another.
    """
    if (team := shared_side(results)) is not None:
        names = " and ".join(repr(results.entrants[i]) for i in team)
        raise Unsuitable(
            f"{system} rates sides held by one entrant, {names} held one; use openskill"
        )
    table = Pairwise(results)
    if len(results) and not table.counts.any():
        raise Unsuitable(
            f"{system} compares entrants that meet, and here nobody met another; use mean_return"
        )
    return table


def shared_side(results: Results) -> list[int] | None:
    """Return entrants that held a side together in some match, None if there are none."""
    holders = seat_holders(results)
    played = np.bincount(results.lineup, minlength=len(holders)) > 0
    for side in results.sides if len(results.sides) > 1 else ():
        held = holders[played][:, list(side)]
        for row in held[(held != held[:, :1]).any(axis=1)]:
            return sorted(set(row.tolist()))
    return None
