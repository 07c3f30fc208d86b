"""A history whose names and answers are the corpus of `xss`."""

from __future__ import annotations

import time
from pathlib import Path

from arena.campaign import game_record
from arena.history import EntrantRecord, TournamentRecord
from arena.lookup import environment_maker, find_game
from arena.plugins import make_registry
from arena.records import Episode, Match
from arena.specs import parse
from arena.store.sql import SqlStore
from tests.web.xss import CORPUS


def harmful(home: Path) -> int:
    """Add a tournament of `prompt_duel` among entrants who are called what they say; return it."""
    registry = make_registry()
    game = find_game(registry, parse("prompt_duel"))
    _, spec = environment_maker(registry, game.ref)
    entrants = tuple(EntrantRecord(name, "random", "random") for name in CORPUS)
    home.mkdir(parents=True, exist_ok=True)
    store = SqlStore(f"sqlite:///{home / 'arena.db'}")
    record = TournamentRecord(
        "import", game_record(game, spec), entrants, "round_robin", 1, "null", {}, time.time()
    )
    number = store.begin(record)
    episodes = []
    for first in range(len(CORPUS)):
        second = (first + 1) % len(CORPUS)
        log = [0, CORPUS[first], 1, CORPUS[second]]
        thought = {"thought": [(0, CORPUS[second]), (1, CORPUS[first])]}
        episodes.append(Episode(
            Match(first, (first, second), first, first), (1.0, -1.0), "terminal", 1, log, (),
            time.time(), 0.1, thought,
        ))  # fmt: skip
    store.add(number, episodes)
    store.set_state(number, "finished", 1.0)
    store.close()
    return number
