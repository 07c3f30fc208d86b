"""What is known about games, entrants and matches: immutable records, and no behaviour.

Those that are made for every match are named tuples, which cost a third of a frozen dataclass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

Kind = Literal["competitive", "cooperative", "mixed"]
Ending = Literal["terminal", "truncated", "forfeit", "void"]
CHANCE = -1
"""The seat of nature in `Environment.acting`."""

_EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Ref:
    """A thing by name with the parameters that were given: `mcts:simulations=40`.

    `alias` is the name it goes by, if not its spec.
    """

    name: str
    parameters: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)
    alias: str | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return Ref, (self.name, dict(self.parameters), self.alias)


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in a game: its spaces (gymnasium.spaces), its team and its role, if any."""

    observation_space: Any
    action_space: Any
    team: str | None = None
    role: str | None = None

    @property
    def in_words(self) -> bool:
        """Whether its moves are text: its action space is a `Text` of Gymnasium (`FreeText`)."""
        return getattr(getattr(self.action_space, "dtype", None), "kind", "") == "U"


@dataclass(frozen=True, slots=True)
class Spec:
    """What a game is before it is dealt.

    `returns` bounds a seat's return over a match (None where unbounded); `max_turns` is the most
    steps in which a player is asked; `zero_sum` says that returns sum to nought (or a constant).
    `model` says that `imagine` works (`no_model` why it does not). `turn_based`,
    `perfect_information` and `stochastic` (has luck of any kind) say what search may assume.
    """

    name: str
    seats: tuple[Seat, ...]
    kind: Kind = "competitive"
    zero_sum: bool = False
    max_turns: int | None = None
    returns: tuple[float | None, float | None] = (None, None)
    turn_based: bool = False
    perfect_information: bool = False
    stochastic: bool = True
    model: bool = False
    no_model: str = "it cannot be copied"

    @property
    def sides(self) -> tuple[tuple[int, ...], ...]:
        """Which seats one entrant holds together: a team's, all of a cooperative game, or one."""
        if all(seat.team is None for seat in self.seats):
            if self.kind == "cooperative":
                return (tuple(range(len(self.seats))),)
            return tuple((i,) for i in range(len(self.seats)))
        teams: dict[str, list[int]] = {}
        for i, seat in enumerate(self.seats):
            teams.setdefault(seat.team if seat.team is not None else f"seat {i}", []).append(i)
        return tuple(tuple(seats) for seats in teams.values())

    @property
    def ranked_by_return(self) -> bool:
        """Whether entrants meet the deals alone and are compared by what they return."""
        return len(self.sides) == 1


DEFAULT_MAX_TURNS = 10_000
"""When a match without a limit of its own is cut off."""


class Pairing(NamedTuple):
    """What a format asks for: the entrant (by index) of each seat, and which deal they play."""

    seats: tuple[int, ...]
    deal: int


Opening = int | tuple[str, ...]
"""How many plies are drawn before agents are asked, or the moves that are made; 0 for none."""


class Match(NamedTuple):
    """A pairing with its number in the tournament and its two seeds, each in [0, 2**63).

    `opening` is what it begins from; its moves are in the log, and it is kept nowhere else.
    """

    number: int
    seats: tuple[int, ...]
    seed: int
    deal: int
    opening: Opening = 0


class Fault(NamedTuple):
    """What a player (or, with seat None, the infrastructure) did wrong, as data.

    `kind` is illegal, type, nan, exception, clock or infrastructure; `cost` what the rules made of
    it: forfeit, retry, random or void.
    """

    seat: int | None
    turn: int
    kind: str
    cost: str
    message: str
    traceback: str = ""


class Episode(NamedTuple):
    """A match played.

    `log` is flat: seat, action, seat, action, ... in the order of events (chance is seat -1;
    seats that move at once follow each other in one turn). `returns` holds one float a seat.
    `columns` is what agents handed back, as {name: [(index of the move in the log, value), ...]}.
    `started` is seconds since the epoch, `seconds` the time from deal to end.
    """

    match: Match
    returns: tuple[float, ...]
    ending: Ending
    turns: int
    log: list[Any]
    faults: tuple[Fault, ...]
    started: float
    seconds: float
    columns: dict[str, list[tuple[int, Any]]] | None = None

    @property
    def moves(self) -> list[list[Any]]:
        """The log as [[seat, action], ...]."""
        return [[self.log[i], self.log[i + 1]] for i in range(0, len(self.log), 2)]

    @property
    def offenders(self) -> tuple[int, ...]:
        """The seats that forfeited."""
        return tuple(f.seat for f in self.faults if f.cost == "forfeit" and f.seat is not None)


@dataclass(frozen=True, slots=True)
class Entrants:
    """Who takes part, as a format sees them: names by index, the game, the tournament's seed."""

    names: tuple[str, ...]
    spec: Spec
    seed: int

    def __len__(self) -> int:
        return len(self.names)


class Result(NamedTuple):
    """The outcome of a match, as formats and raters see it.

    `seats` are entrant indices; `values` hold what seats are compared by: the return, or minus
    infinity for a seat that forfeited.
    """

    number: int
    seats: tuple[int, ...]
    returns: tuple[float, ...]
    values: tuple[float, ...]
    ending: Ending


class Rating(NamedTuple):
    """An entrant's strength with its 95 % interval (None where the system gives none)."""

    rating: float
    low: float | None
    high: float | None
    games: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What faults cost, and what agents may use.

    `illegal` is the cost of an illegal action, a wrong type or a NaN, `error` of an exception: each
    is "forfeit", "random" (a random legal move is played instead) or "retry:N" (asked again up to N
    times, then forfeit). `overtime` ("forfeit" or "random") is the cost of taking more than
    `move_seconds` for a move (None: no clock; a batch of moves may take its sum).
    `imagine` says whether agents that need a model of the game get one.
    """

    illegal: str = "forfeit"
    error: str = "forfeit"
    overtime: str = "forfeit"
    move_seconds: float | None = None
    imagine: bool = True


STANDARD_RULES = Rules()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A trained agent as it lies on disk; see `arena.checkpoints` for the folder's shape."""

    name: str
    folder: str
    digest: str
    meta: Mapping[str, Any]
