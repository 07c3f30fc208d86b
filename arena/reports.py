"""What a history says, in the terms of JSON: the same for the command line and for the pages."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from arena.cyclicity import Cyclicity
from arena.errors import UnknownName, UsageError
from arena.history import GameRecord, StoredMatch, plain
from arena.leaderboard import Rank, ranks, superiority
from arena.plugins import Registry
from arena.records import Rating
from arena.replay import replay
from arena.roles import Store


def finite(value: Any) -> Any:
    """Return a value in the terms of JSON; infinities and NaN, which it has not, become None."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(k): finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(v) for v in value]
    return finite(value.tolist()) if hasattr(value, "tolist") else value


def played_game(store: Store, environment: str) -> GameRecord:
    """Return a game of the history by its full name or alias. Raises `UnknownName`."""
    games = store.environments()
    for game in games:
        if environment in (game.name, game.alias):
            return game
    known = [name for game in games for name in (game.name, game.alias) if name]
    raise UnknownName("environment in the history", environment, known, "arena tournaments")


def default_system(game: GameRecord) -> str:
    """Return the rating system that a game is rated by if nobody names one."""
    return "mean_return" if game.ranked_by_return else "bradley_terry"


def ratings_json(ratings: Mapping[str, Rating]) -> list[dict[str, Any]]:
    """Return ratings as the JSON contract has them, and the ranks that they bear out (or null)."""
    places: Sequence[Rank | None] = ranks(ratings) or [None] * len(ratings)
    return [
        {
            "entrant": name, **rating._asdict(), "rank": place and place.rank,
            "rank_low": place and place.low, "rank_high": place and place.high,
        }
        for (name, rating), place in zip(ratings.items(), places)
    ]  # fmt: skip


def leaderboard_json(
    game: GameRecord, system: str, rated: Mapping[str, Rating], cyclic: Cyclicity | None,
    pairs: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Return the fields of `arena ratings --json`; with `pairs` who is likely above whom."""
    told: dict[str, Any] = {
        "environment": game.short, "full_name": game.name, "system": system,
        "ratings": ratings_json(rated), "notes": list(getattr(rated, "notes", ())),
        "cyclicity": cyclic and cyclic._asdict(),
    }  # fmt: skip
    if pairs:
        odds = superiority(rated)
        told["superiority"] = odds if odds is None else [
            {"entrant": a, "over": b, "likelihood": float(odds[i, j])}
            for i, a in enumerate(rated) for j, b in enumerate(rated) if i != j
        ]  # fmt: skip
    return told


def check_replayable(stored: StoredMatch) -> None:
    """Raise `UsageError` for a match that was played elsewhere."""
    if stored.episode.match.deal < 0:
        raise UsageError(f"match {stored.id} was played elsewhere: its moves are not known")


def replay_json(registry: Registry, stored: StoredMatch) -> dict[str, Any]:
    """Return the fields of `arena replay --json`."""
    episode = stored.episode
    labels = [text for step in replay(registry, stored) for _, text in step.labels]
    return {
        "match": stored.id, "tournament": stored.tournament, "number": episode.match.number,
        "environment": stored.game.short, "seats": list(stored.row.seats),
        "moves": plain(episode.moves), "labels": labels, "columns": plain(episode.columns or {}),
        "returns": list(episode.returns), "ending": episode.ending,
        "faults": [fault._asdict() for fault in episode.faults],
    }  # fmt: skip
