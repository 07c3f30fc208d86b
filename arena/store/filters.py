"""What a query says of a match, as functions of the columns of a block."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, or_

from arena.block import ENDINGS
from arena.errors import UsageError
from arena.history import Tournament
from arena.store.schema import entrants, tournaments
from arena.store.shelf import Told

Bools = NDArray[np.bool_]
Filter = Callable[[Told], Any]

_MOST_SEATS = 62


def is_environment(name: str) -> ColumnElement[bool]:
    """Return the condition that a tournament was of this environment, by either name."""
    return or_(tournaments.c.environment == name, tournaments.c.alias == name)


def is_agent(name: str) -> ColumnElement[bool]:
    return or_(entrants.c.name == name, entrants.c.spec == name, entrants.c.agent == name)


def seats_of(agent: str, tournament: Tournament) -> Filter:
    """Return which seats the agent holds in each match: bool (n, seats)."""
    mine = [
        position
        for position, entrant in enumerate(tournament.record.entrants)
        if agent in (entrant.name, entrant.spec, entrant.agent)
    ]
    if len(mine) == 1:
        [index] = mine
        return lambda told: told.players == index
    return lambda told: np.isin(told.players, mine)


def has_ended(ending: str) -> Filter:
    """Return which matches ended so. Raises `UsageError` for what is no ending."""
    if ending not in ENDINGS:
        raise UsageError(f"{ending!r} is no ending; these are: {', '.join(ENDINGS)}")
    code = ENDINGS.index(ending)
    return lambda told: told.endings == code


def has_result(result: str) -> Callable[[Told, Filter | None], Any] | None:
    """Return what a result says of the seats with the best value, and of those the agent holds."""
    if result in ENDINGS:
        return None
    if result == "draw":
        return lambda told, mine: _best(told).all(1)
    if result in ("win", "loss"):
        won = result == "win"

        def decided(told: Told, mine: Filter | None) -> Any:
            best = _best(told)
            agents = best == won if mine is None else (best == won) & mine(told)
            return ~best.all(1) & agents.any(1)

        return decided
    if result.isascii() and result.isdigit() and int(result) < _MOST_SEATS:
        seat = int(result)
        return lambda told, mine: _seat(_best(told), seat)
    raise UsageError(
        f"no result {result!r}: write win, loss, draw, the number of the seat that won, or "
        f"one of {', '.join(ENDINGS)}"
    )


def _best(told: Told) -> Bools:
    """Return which seats have the best value of their match, a forfeit being the worst."""
    values = np.where(told.forfeited, -np.inf, told.returns)
    best: Bools = values == values.max(1, keepdims=True)
    return best


def in_seat(mine: Bools, seat: int) -> Bools:
    """Return in which matches this seat is among those held."""
    if not 0 <= seat < mine.shape[1]:
        return np.zeros(len(mine), np.bool_)
    held: Bools = mine[:, seat]
    return held


def any_seat(held: Bools) -> Bools:
    """Return in which matches any seat is held: quicker than `held.any(1)` where seats are few."""
    found: Bools = np.bitwise_or.reduce(list(held.T))
    return found


def apart(theirs: Bools, mine: Bools | None) -> Bools:
    """Return in which matches the one holds a seat and the other another.

    An agent meets itself where two of its seats do.
    """
    if mine is None:
        return any_seat(theirs)
    pairs = mine.sum(1) * theirs.sum(1)  # of seats, each with itself among them
    return np.asarray(pairs > (mine & theirs).sum(1))


def _seat(best: Bools, seat: int) -> Bools:
    if seat >= best.shape[1]:
        return np.zeros(len(best), np.bool_)
    alone: Bools = best[:, seat] & ~best.all(1)
    return alone
