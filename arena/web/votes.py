"""Votes on answers to one prompt: two are shown without names, and the better one is chosen.

What can be voted on are matches whose seats answered the same prompt at once, in words, as those of
`prompt_duel` do. A vote is a line of `HOME/votes.jsonl`, a preference pair (`prompt`, `chosen`,
`rejected`, and `even` where neither is better), with the match and who said what beside it.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import numpy as np

from arena.errors import Unsuitable, UsageError
from arena.history import GameRecord, MatchQuery, StoredMatch
from arena.lookup import environment_maker
from arena.records import Rating, Spec
from arena.reports import check_replayable, ratings_json
from arena.results import Results, make_results, number_lineups
from arena.roles import Rater
from arena.seeds import Luck
from arena.workspace import Workspace

Choice = Literal["left", "right", "tie", "bad"]
LOOKED_AT = 200
"""Of so many matches, the newest of each tournament, a pair is drawn."""


@dataclass
class Votes:
    """The votes of a workspace."""

    workspace: Workspace
    _words: dict[str, bool] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def file(self) -> Path:
        """Where they are kept."""
        return self.workspace.home / "votes.jsonl"

    def cast(self) -> list[dict[str, Any]]:
        """Return the votes so far, oldest first."""
        if not self.file.is_file():
            return []
        with self.file.open(encoding="utf-8") as lines:  # `splitlines` would split at U+2028 too
            return [json.loads(line) for line in lines if line.strip()]

    def pair(self) -> dict[str, Any] | None:
        """Return two answers to one prompt that nobody has voted on, in random order, without
        names; None where there are none."""
        voted = {(vote.get("match"), *sorted(vote.get("seats", ()))) for vote in self.cast()}
        open_ = [
            (stored, one, two)
            for stored in self._duels()
            for one, two in _pairs(stored)
            if (stored.id, one, two) not in voted
        ]
        if not open_:
            return None
        stored, *seats = secrets.choice(open_)
        if secrets.randbelow(2):
            seats.reverse()
        left, right = (_said(stored, seat) for seat in seats)
        return {
            "match": stored.id, "prompt": self.prompt(stored), "left": left, "right": right,
            "seats": seats, "open": len(open_),
        }  # fmt: skip

    def vote(self, match: int, left: int, right: int, choice: Choice) -> dict[str, Any]:
        """Keep a vote, and return it. Raises `UsageError` for answers that cannot be voted on."""
        stored = self.workspace.store.match(match)
        if not self._in_words(stored.game) or tuple(sorted((left, right))) not in _pairs(stored):
            raise UsageError(f"match {match} has no two answers of the seats {left} and {right}")
        better, worse = (right, left) if choice == "right" else (left, right)
        names = stored.row.seats
        row = {
            "prompt": self.prompt(stored), "chosen": _said(stored, better),
            "rejected": _said(stored, worse), "match": match, "seats": [better, worse],
            "entrants": [names[better], names[worse]], "cast": time.time(),
        }  # fmt: skip
        if choice in ("tie", "bad"):
            row |= {"even": True, "bad": choice == "bad"}
        with self._lock:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with self.file.open("a", encoding="utf-8") as out:
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
        return row

    def ratings(self) -> dict[str, Any]:
        """Return who is better by the votes, rated by bradley_terry, and how many there are."""
        votes = [vote for vote in self.cast() if len(set(vote.get("entrants", ()))) == 2]
        told: dict[str, Any] = {"votes": len(votes), "ratings": [], "why": None}
        try:
            if not votes:
                raise Unsuitable("nobody has voted yet")
            rater: Rater = self.workspace.registry.table("raters")["bradley_terry"].make({})
            rated: Mapping[str, Rating] = rater.rate(results_of(votes))
            told["ratings"] = ratings_json(rated)
        except Unsuitable as error:
            told["why"] = str(error)
        return told

    def prompt(self, stored: StoredMatch) -> str:
        """Return what the seats of a match were asked."""
        check_replayable(stored)
        make, _ = environment_maker(self.workspace.registry, stored.game.ref)
        environment = make()
        environment.reset(Luck(stored.episode.match.deal))
        return environment.text(0)

    def _duels(self) -> Iterator[StoredMatch]:
        store = self.workspace.store
        for tournament in store.tournaments():
            if self._in_words(tournament.record.game):
                query = MatchQuery(tournament=tournament.id, limit=LOOKED_AT)
                yield from store.replays(query)

    def _in_words(self, game: GameRecord) -> bool:
        """Whether all seats of a game answer once, at the same time, in words."""
        if game.name not in self._words:
            try:
                spec = environment_maker(self.workspace.registry, game.ref)[1]
            except UsageError:
                return False
            self._words[game.name] = _is_duel(spec)
        return self._words[game.name]


def _is_duel(spec: Spec) -> bool:
    words = all(seat.in_words for seat in spec.seats)
    return words and len(spec.seats) > 1 and spec.max_turns == 1


def _pairs(stored: StoredMatch) -> list[tuple[int, int]]:
    """Return the pairs of seats, in order, whose answers to be compared are not the same."""
    said = {seat: answer for seat, answer in stored.episode.moves if seat >= 0}
    return [(a, b) for a in said for b in said if a < b and said[a] != said[b]]


def _said(stored: StoredMatch, seat: int) -> str:
    return str(dict(map(tuple, stored.episode.moves))[seat])


def results_of(votes: list[dict[str, Any]]) -> Results:
    """Return votes as results of matches: who was chosen returned 1 and the other -1."""
    names = sorted({name for vote in votes for name in vote["entrants"]})
    players = np.array([[names.index(n) for n in vote["entrants"]] for vote in votes], np.int32)
    won = np.array([0.0 if vote.get("even") else 1.0 for vote in votes])
    lineups: dict[tuple[int, ...], int] = {}
    count = len(votes)
    block = (
        np.arange(count), number_lineups(players, lineups), np.stack([won, -won], axis=1),
        np.zeros((count, 2), np.bool_), np.zeros(count, np.int8), np.full(count, -1, np.int64),
    )  # fmt: skip
    return make_results(names, list(lineups), [block], 2, ((0,), (1,)))
