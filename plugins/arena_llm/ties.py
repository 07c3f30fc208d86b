"""How often moves chosen by score were tied: there the last bits of floating-point sums decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from arena import MatchQuery

TIE = 1e-4
"""Nats within which scores are tied: sums of floats differ less with the batch they are in."""
COLUMN = "tied"
"""Where the record has it: how many other labels were tied with the best."""


def ties(store: Any, tournament: int) -> Mapping[str, Any]:
    """Return how many moves of a tournament were chosen by score, and how many of them were tied.

    Nothing where nobody chose so: a match of each entrant is looked at to know.
    """
    names = [entrant.name for entrant in store.tournament(tournament).record.entrants]
    queries = [MatchQuery(tournament=tournament, agent=name, limit=1) for name in names]
    if not any(_tied(each) for query in queries for each in store.replays(query)):
        return {}
    every = [n for each in store.replays(MatchQuery(tournament=tournament)) for n in _tied(each)]
    count = sum(number > 0 for number in every)
    says = f"Of {len(every):,} moves chosen by score {count:,} were tied"
    return {
        "scored_moves": len(every), "tied_moves": count,
        "says": f"{says} to within {TIE:g} nats, where the last bits of sums may decide.",
    }  # fmt: skip


def _tied(stored: Any) -> list[int]:
    """Return what the record of a match says of ties, one number a move."""
    return [number for _, number in (stored.episode.columns or {}).get(COLUMN, ())]
