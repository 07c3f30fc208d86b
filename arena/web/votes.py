"""Votes on answers to one prompt: two are shown without names, and the better one is chosen.

What can be voted on are matches whose seats answered the same prompt at once, in words, as those of
`prompt_duel` do: the moves that were stored tell, no game is made to learn it. A vote is a line of
`HOME/votes.jsonl`, a preference pair (`prompt`, `chosen`, `rejected`, and `even` where neither is
better), with the match and who said what beside it.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Literal, NamedTuple

import numpy as np

from arena.errors import Unsuitable, UsageError
from arena.history import MatchQuery, StoredMatch, Tournament
from arena.lookup import environment_maker
from arena.records import Rating
from arena.reports import check_replayable, ratings_json
from arena.results import Results, make_results, number_lineups
from arena.roles import Rater
from arena.seeds import Luck
from arena.workspace import Workspace

Choice = Literal["left", "right", "tie", "bad"]
LOOKED_AT = 200
"""Of so many matches, the newest of each tournament, a pair is drawn."""
TRIED = 5
"""So many matches tell whether those of a game can be voted on."""


class AlreadyVoted(UsageError):
    """There is a vote on these two answers."""


class Cast(NamedTuple):
    """The votes of a file, oldest first, and the numbers of the lines that are none."""

    votes: list[dict[str, Any]]
    unread: list[int]

    @property
    def pairs(self) -> set[tuple[int, ...]]:
        """What was voted on: (match, seat, seat), the lower seat first."""
        return {(vote.get("match", -1), *sorted(vote.get("seats", ()))) for vote in self.votes}


@dataclass
class Votes:
    """The votes of a workspace, whose tournaments `tournaments` tells."""

    workspace: Workspace
    tournaments: Callable[[], list[Tournament]]
    _duels: dict[str, bool] = field(default_factory=dict)
    _newest: dict[int, tuple[int, list[StoredMatch]]] = field(default_factory=dict)
    _read: tuple[tuple[int, int], Cast] | None = None
    _rated: tuple[tuple[int, int], dict[str, Any]] | None = None
    _lock: Lock = field(default_factory=Lock)

    @property
    def file(self) -> Path:
        """Where they are kept."""
        return self.workspace.home / "votes.jsonl"

    def cast(self) -> Cast:
        """Return the votes so far; what a crash or a hand left of a line is none."""
        stamp = self._stamp()
        if self._read is None or self._read[0] != stamp:
            self._read = stamp, _read(self.file)
        return self._read[1]

    def pair(self) -> dict[str, Any] | None:
        """Return two answers to one prompt that nobody has voted on, in random order, without
        names; None where there are none."""
        voted = self.cast().pairs
        open_ = [
            (stored, one, two)
            for stored in self._answered()
            for one, two in _pairs(stored)
            if (stored.id, one, two) not in voted
        ]
        while open_:
            stored, *seats = secrets.choice(open_)
            try:
                prompt = self.prompt(stored)
            except UsageError:  # its game cannot be made any more
                open_ = [each for each in open_ if each[0].game != stored.game]
                continue
            if secrets.randbelow(2):
                seats.reverse()
            left, right = (_said(stored, seat) for seat in seats)
            return {
                "match": stored.id, "prompt": prompt, "left": left, "right": right,
                "seats": seats, "open": len(open_),
            }  # fmt: skip
        return None

    def vote(self, match: int, left: int, right: int, choice: Choice) -> dict[str, Any]:
        """Keep a vote, and return it.

        Raises `UsageError` for answers that cannot be voted on, `AlreadyVoted` for a second vote.
        """
        stored = self.workspace.store.match(match)
        pair = min(left, right), max(left, right)
        if not _is_duel(stored) or pair not in _pairs(stored):
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
            if (match, *pair) in self.cast().pairs:
                raise AlreadyVoted(f"there is a vote on these answers of match {match} already")
            _add(self.file, row)
        return row

    def ratings(self) -> dict[str, Any]:
        """Return who is better by the votes, rated by bradley_terry, and how many there are."""
        stamp = self._stamp()
        if self._rated is None or self._rated[0] != stamp:
            self._rated = stamp, self._rate()
        return self._rated[1]

    def _rate(self) -> dict[str, Any]:
        votes = [vote for vote in self.cast().votes if len(set(vote.get("entrants", ()))) == 2]
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

    def _stamp(self) -> tuple[int, int]:
        """Return what changes whenever the file does."""
        if not self.file.is_file():
            return 0, 0
        told = self.file.stat()
        return told.st_mtime_ns, told.st_size

    def _answered(self) -> Iterator[StoredMatch]:
        """Yield the newest matches of each tournament of duels, read again only if it grew."""
        for tournament in self.tournaments():
            if not self._of_duels(tournament):
                continue
            count, found = self._newest.get(tournament.id, (-1, []))
            if count != tournament.matches:
                query = MatchQuery(tournament=tournament.id, limit=LOOKED_AT)
                found = [each for each in self.workspace.store.replays(query) if _is_duel(each)]
                self._newest[tournament.id] = tournament.matches, found
            yield from found

    def _of_duels(self, tournament: Tournament) -> bool:
        """Whether the seats of a game answer once, at the same time, in words."""
        game = tournament.record.game
        if game.seats < 2:
            return False
        if game.name not in self._duels and tournament.matches:
            query = MatchQuery(tournament=tournament.id, limit=TRIED)
            found = [each for each in self.workspace.store.replays(query) if each.episode.moves]
            if not found:
                return False  # nothing is known of this game yet
            over = all(each.episode.turns == 1 for each in found)
            self._duels[game.name] = over and any(map(_is_duel, found))
        return self._duels.get(game.name, False)


def _is_duel(stored: StoredMatch) -> bool:
    """Whether two or more seats answered once, in the only turn, in words."""
    moves = [(seat, answer) for seat, answer in stored.episode.moves if seat >= 0]
    words = all(isinstance(answer, str) for _, answer in moves)
    return words and stored.episode.turns == 1 and len(dict(moves)) == len(moves) > 1


def _pairs(stored: StoredMatch) -> list[tuple[int, int]]:
    """Return the pairs of seats, in order, whose answers to be compared are not the same."""
    said = {seat: answer for seat, answer in stored.episode.moves if seat >= 0}
    return [(a, b) for a in said for b in said if a < b and said[a] != said[b]]


def _said(stored: StoredMatch, seat: int) -> str:
    return str(dict(map(tuple, stored.episode.moves))[seat])


def _read(file: Path) -> Cast:
    cast = Cast([], [])
    if file.is_file():
        with file.open(
            encoding="utf-8", errors="replace"
        ) as lines:  # `splitlines` splits at U+2028
            for number, line in enumerate(lines, 1):
                vote = _vote_of(line)
                if vote is not None:
                    cast.votes.append(vote)
                elif line.strip():
                    cast.unread.append(number)
    return cast


def _vote_of(line: str) -> dict[str, Any] | None:
    """Return the vote that a line holds, None where it holds none."""
    try:
        vote = json.loads(line)
    except ValueError:
        return None
    if not isinstance(vote, dict):
        return None
    seats, names = vote.get("seats", []), vote.get("entrants", [])
    sound = (
        all(isinstance(vote.get(key), str) for key in ("prompt", "chosen", "rejected"))
        and isinstance(vote.get("match", 0), int)
        and isinstance(seats, list) and all(isinstance(seat, int) for seat in seats)
        and isinstance(names, list) and all(isinstance(name, str) for name in names)
        and len(names) in (0, 2)
    )  # fmt: skip
    return vote if sound else None


def _add(file: Path, row: Mapping[str, Any]) -> None:
    """Add a vote to a file, on a line of its own whatever the last one was left as."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+b") as out:
        if out.tell():
            out.seek(-1, 2)
            torn = out.read(1) != b"\n"
            out.write(b"\n" if torn else b"")
        out.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")


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
