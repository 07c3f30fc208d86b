"""What a history keeps.

A tournament is begun with its definition and its entrants, then gains matches block by block. A
match's id is made of its tournament's id and its number there: it is the same whoever plays it and
in whatever order the blocks arrive, and nothing can be stored twice.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from arena.errors import UsageError
from arena.records import Ending, Episode, Fault, Kind, Ref, Spec

TournamentKind = Literal["tournament", "match", "play", "training", "import"]
State = Literal["running", "interrupted", "finished"]

MATCHES_EACH = 1_000_000_000
"""A match's id is its tournament's id times this, plus its number: 3000000017 is 17 of 3."""

RATED_KINDS: tuple[TournamentKind, ...] = ("tournament", "match", "training", "import")
"""The kinds of tournament that ratings read if not told otherwise: not those a person plays."""


def match_id(tournament: int, number: int) -> int:
    """Return the id of a tournament's match with this number."""
    return tournament * MATCHES_EACH + number


def parse_match(text: str) -> int:
    """Return the match id that a user wrote: `3000000017`, or `3/17` for match 17 of tournament 3.

    Raises `UsageError` for anything else.
    """
    written = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})|[0-9]{1,18}", text)
    if not written:
        raise UsageError(f"{text!r} is not a match: write its id, or TOURNAMENT/NUMBER like 3/17")
    return match_id(int(written[1]), int(written[2])) if written[1] else int(text)


def plain(value: Any) -> Any:
    """Return `value` in the terms of JSON: arrays, tuples and sets become lists, keys strings."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in value]
    if hasattr(value, "tolist"):  # numpy's arrays and scalars, and torch's tensors
        return plain(value.tolist())
    return str(value)


@dataclass(frozen=True, slots=True)
class GameRecord:
    """What is kept of an environment.

    name    its full name and parameters in canonical form: `openspiel/hex:board_size=5`
    alias   the same by its short name: `hex:board_size=5`; None where it has none
    ref     the full name and the parameters, to make it by
    sides   which seats one entrant holds together, as `Spec.sides`
    returns the bounds of a seat's return, None where there is none
    """

    name: str
    alias: str | None
    ref: Ref
    seats: int
    kind: Kind = "competitive"
    zero_sum: bool = False
    sides: tuple[tuple[int, ...], ...] = ()
    returns: tuple[float | None, float | None] = (None, None)

    @classmethod
    def of(cls, name: str, alias: str | None, ref: Ref, spec: Spec) -> GameRecord:
        """Return the record of a game with this spec."""
        seats, sides = len(spec.seats), spec.sides
        return cls(name, alias, ref, seats, spec.kind, spec.zero_sum, sides, spec.returns)

    @property
    def short(self) -> str:
        """The name to show: the alias where there is one."""
        return self.alias or self.name

    @property
    def ranked_by_return(self) -> bool:
        """Whether entrants meet the deals alone and are compared by what they return."""
        return len(self.sides) == 1


@dataclass(frozen=True, slots=True)
class EntrantRecord:
    """Who took part: the name shown, the canonical spec, what it says, and the digest of the
    checkpoint (or whatever else it stands on), if any."""

    name: str
    spec: str
    agent: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    digest: str | None = None

    @property
    def identity(self) -> str:
        """Whose rating it is: a hash (16 hexadecimal digits) of name, agent, parameters, digest."""
        told = [self.name, self.agent, plain(self.parameters), self.digest]
        text = json.dumps(told, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class TournamentRecord:
    """What is known at its beginning. `started` is seconds since the epoch, `definition` JSON text
    to resume it from, `format` the format's spec, `versions` those of the distributions used."""

    kind: TournamentKind
    game: GameRecord
    entrants: tuple[EntrantRecord, ...]
    format: str
    seed: int
    definition: str
    versions: Mapping[str, str]
    started: float


@dataclass(frozen=True, slots=True)
class Tournament:
    """A tournament as it stands: `matches` counts the stored, `seconds` is None until it stops."""

    id: int
    record: TournamentRecord
    state: State
    matches: int
    seconds: float | None

    def as_json(self) -> dict[str, Any]:
        """Return the fields of `arena tournaments --json`."""
        record = self.record
        return {
            "tournament": self.id, "environment": record.game.short, "full_name": record.game.name,
            "kind": record.kind, "format": record.format, "seed": record.seed,
            "entrants": [entrant.name for entrant in record.entrants], "state": self.state,
            "matches": self.matches, "started": record.started, "seconds": self.seconds,
        }  # fmt: skip


class MatchRow(NamedTuple):
    """A line of `arena matches`: `match` is its id, `seats` the entrant's name of each seat."""

    match: int
    number: int
    tournament: int
    environment: str
    alias: str | None
    seats: tuple[str, ...]
    returns: tuple[float, ...]
    ending: Ending
    turns: int
    seed: int
    deal: int
    faults: tuple[Fault, ...]
    started: float
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """Return the fields of `arena matches --json`; faults come without their tracebacks."""
        faults = [fault._asdict() for fault in self.faults]
        for fault in faults:
            del fault["traceback"]
        told = self._asdict() | {"faults": faults, "full_name": self.environment}
        told["environment"] = told.pop("alias") or self.environment
        return told


class StoredMatch(NamedTuple):
    """All that is kept of a match.

    `entrants` are the tournament's; `episode.match.seats` holds their indices by seat.
    The log of a match whose moves are unknown (an imported result, or one voided before the first
    move) is empty. For how actions come back see `arena.store.codec`.
    """

    id: int
    tournament: int
    game: GameRecord
    entrants: tuple[EntrantRecord, ...]
    episode: Episode

    @property
    def row(self) -> MatchRow:
        """The match as a line of a listing."""
        number, seats, seed, deal, _ = self.episode.match
        _, returns, ending, turns, _, faults, started, seconds, _ = self.episode
        return MatchRow(
            self.id, number, self.tournament, self.game.name, self.game.alias,
            tuple(self.entrants[i].name for i in seats), returns, ending, turns, seed, deal,
            faults, started, seconds,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class MatchQuery:
    """Which matches are asked for; what is None does not matter.

    environment  its full name or its alias, parameters and all
    agent        an entrant's name or spec, or the bare name of an agent
    result       "win", "loss" (of `agent`, if given; else any match with a winner), "draw", the
                 number of the seat that won, or an ending
    faults       whether there were any
    opponent     who holds another seat than `agent` (or any seat), named in the same ways
    seat         the number of a seat that `agent` holds (without an agent it says nothing)
    since, until when the match began, in seconds since the epoch: from, and before
    shortest, longest   of how many turns at least, and at most
    after        only matches with a greater id; `before`: with a smaller one (pages go by these)
    limit        at most so many (0: all): the newest, or the oldest if `after` is given
    """

    environment: str | None = None
    agent: str | None = None
    tournament: int | None = None
    result: str | None = None
    ending: Ending | None = None
    faults: bool | None = None
    opponent: str | None = None
    seat: int | None = None
    since: float | None = None
    until: float | None = None
    shortest: int | None = None
    longest: int | None = None
    after: int | None = None
    before: int | None = None
    limit: int = 0


EVERYTHING = MatchQuery()
