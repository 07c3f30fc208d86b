"""The roles that plugins fill beside agents, environments and trainers: a few methods each.

A role's constructor is its configuration: the names, types and defaults of its parameters are read
from the signature (`--format round_robin:games=20`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from arena.errors import Unsuitable
from arena.history import EVERYTHING, RATED_KINDS, MatchQuery, TournamentKind
from arena.records import STANDARD_RULES, Entrants, Episode, Match, Pairing, Rating, Ref, Rules

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from arena.history import (
        EntrantRecord,
        GameRecord,
        MatchRow,
        State,
        StoredMatch,
        Tournament,
        TournamentRecord,
    )
    from arena.results import Results


class Rater(ABC):
    """Turns results into ratings; pure: equal results give equal ratings."""

    @abstractmethod
    def rate(self, results: Results) -> Mapping[str, Rating]:
        """Return a rating for each entrant that played, best first.

        Results come in the order of their numbers and hold no void match. Raises `Unsuitable`
        where these results cannot be rated by this system, with the reason and a cure.
        """


class Format(ABC):
    """Decides who meets whom; pure: a tournament resumes from its results alone."""

    compares_sides: bool = True
    """Whether wins over other sides, or returns of all its seats, say who is better: else no
    standings by them are shown."""
    ratings: tuple[str, ...] = ()
    """The rating systems that suit it, where nobody names any; () for those that suit the game."""

    def check(self, entrants: Entrants) -> None:
        """Raise `Unsuitable`, with the reason, if these entrants cannot play this format."""
        return None

    @abstractmethod
    def next(self, entrants: Entrants, results: Results) -> Sequence[Pairing]:
        """Return the next whole round; an empty one ends the tournament.

        Called only when every pairing returned before has a result (void ones among them, with
        ending "void"). The sequence may be lazy, and must be the same however often it is read.
        Pairings are numbered in this order through all rounds, from 0.
        """

    def conclusion(self, entrants: Entrants, results: Results) -> Mapping[str, Any]:
        """Return what the format concludes, in the terms of JSON; nothing if it has no more to say.

        Pure, as `next` is. "says", where there is one, is the conclusion in a sentence or two.
        """
        return {}

    def played_rounds(self, entrants: Entrants, results: Results) -> Sequence[Mapping[str, Any]]:
        """Return the rounds that have been played to their end, in the terms of JSON, in order.

        Each is {"round": what it is called, "ties": [{"entrants": [name, name], "scores": [score,
        score]}], "byes": [name], "standings": [{"entrant", "points"}] after it, best first}. Pure;
        empty for a format that has no rounds to tell of.
        """
        return ()

    def amend(
        self, before: Format, entrants: Entrants, results: Results, names: Sequence[str]
    ) -> Mapping[str, Any]:
        """Return the parameters with which entrants join or leave a tournament that was begun.

        Called on the format as it is asked for now; `before` is the one that was played, among
        `entrants`. The round after `results`, those of whole rounds, was begun and is the last that
        was: up to it `next` must not change. `names` are the entrants from then on; those that are
        new come after `entrants`, and those that left stay among them. The parameters returned
        replace this format's, which may differ from `before` in no others. Raises `Unsuitable` if
        nobody can come or go, as in most formats.
        """
        raise Unsuitable("its entrants cannot change; those of a ladder and a swiss can")


class Scorer(ABC):
    """Judges answers."""

    files: tuple[str, ...] = ()
    """The parameters that name files or folders; a checkpoint's name stands for its folder."""

    @abstractmethod
    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> Sequence[float]:
        """Return one number a pair of prompt and response; more is better."""

    def compare(
        self, prompts: Sequence[str], firsts: Sequence[str], seconds: Sequence[str]
    ) -> Sequence[float]:
        """Return whether each first response is better (1), the second (-1), or neither (0).

        NaN where it is not decided yet. By default by `score`; a judge of pairs does it itself.
        """
        both = [*self.score([*prompts, *prompts], [*firsts, *seconds])]
        count = len(prompts)
        return [float((a > b) - (a < b)) for a, b in zip(both[:count], both[count:])]

    def findings(self) -> Mapping[str, Any]:
        """Return what it has noticed about itself in this process, in the terms of JSON.

        "says", where there is one, is that in a sentence or two.
        """
        return {}


@dataclass(frozen=True, slots=True)
class Setting:
    """What a process must know to look up names: plugin files, the data folder, and trust."""

    plugins: tuple[str, ...] = ()
    home: str | None = None
    trust: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """All that a process needs to play matches: picklable, small and complete."""

    environment: Ref
    entrants: tuple[Ref, ...]
    rules: Rules = STANDARD_RULES
    slots: int | None = None
    device: str = "auto"
    capture: bool = True
    setting: Setting = Setting()


class Executor(ABC):
    """Plays matches somewhere. A tournament runs one round after the other, then closes it."""

    @abstractmethod
    def run(self, job: Job, matches: Iterable[Match]) -> Iterator[Sequence[Episode]]:
        """Yield the episodes in blocks, in any order; each match exactly once."""

    def ready(self, job: Job) -> None:
        """Begin with whatever takes time before matches of this job can be played."""
        return None

    def close(self) -> None:
        """Let go of processes and games; what it runs after that is made ready anew."""
        return None


class Store(ABC):
    """Keeps tournaments and their matches.

    A history that does not exist reads as an empty one, and is made by the first write. Methods
    raise `StoreError`, one line with the cure, if what is there cannot be read or written, and for
    the id of a tournament or a match that is not there.
    """

    @abstractmethod
    def begin(self, record: TournamentRecord) -> int:
        """Keep a new tournament, in state "running", and return its id, counted from 1."""

    @abstractmethod
    def add(self, tournament: int, episodes: Sequence[Episode]) -> int:
        """Keep these matches, all or none, and return how many were new: those stored already
        (by number) are left as they were."""

    @abstractmethod
    def set_state(self, tournament: int, state: State, seconds: float | None = None) -> None:
        """Set how a tournament stands, and for how many seconds it has been played in all."""

    @abstractmethod
    def amend(
        self, tournament: int, format: str, definition: str, entrants: Sequence[EntrantRecord]
    ) -> None:
        """Change how a tournament goes on: its format and definition, and entrants that join it,
        after those that it has."""

    @abstractmethod
    def tournament(self, tournament: int) -> Tournament:
        """Return one tournament."""

    @abstractmethod
    def tournaments(self) -> Iterator[Tournament]:
        """Yield all tournaments, oldest first."""

    def pulse(self) -> dict[int, tuple[State, int]]:
        """Return the state of each tournament and how many matches it has, by id: what a page asks
        often, to learn whether it must read more."""
        return {each.id: (each.state, each.matches) for each in self.tournaments()}

    @abstractmethod
    def numbers(self, tournament: int) -> NDArray[np.int64]:
        """Return the numbers of the stored matches, ascending: int64, shape (matches,)."""

    @abstractmethod
    def results(self, tournament: int) -> Results:
        """Return all results of a tournament, void ones too, by number, entrants as in `begin`."""

    @abstractmethod
    def results_of(
        self,
        environment: str,
        kinds: Collection[TournamentKind] = RATED_KINDS,
        since: float | None = None,
        until: float | None = None,
    ) -> Results:
        """Return all results of an environment (by full name or alias), void ones among them.

        `since` and `until` leave out tournaments that began earlier, or then and later (seconds
        since the epoch).

        Entrants are merged by identity; where one name stands for several identities each gets
        `@` and the beginning of its identity after it. Matches are in the order of their
        tournaments' start, then of their number, and numbered anew from 0.
        """

    @abstractmethod
    def environments(self) -> list[GameRecord]:
        """Return the environments in the history by name, each as it was last played."""

    @abstractmethod
    def matches(self, query: MatchQuery = EVERYTHING) -> Iterator[MatchRow]:
        """Yield the matches asked for, oldest tournament first, by number within it. Raises
        `UsageError` for a `result` that is none."""

    def newest_against(self, query: MatchQuery, opponents: Sequence[str]) -> dict[str, MatchRow]:
        """Return the newest match of a query against each of these opponents that was met; by a
        query each, where a store knows no quicker way."""
        found = {}
        for name in opponents:
            for row in self.matches(replace(query, opponent=name, limit=1)):
                found[name] = row
        return found

    @abstractmethod
    def match(self, match: int) -> StoredMatch:
        """Return all that is kept of a match."""

    @abstractmethod
    def replays(self, query: MatchQuery = EVERYTHING) -> Iterator[StoredMatch]:
        """Yield all that is kept of the matches asked for, in order, a block in memory at most."""

    @abstractmethod
    def close(self) -> None:
        """Let go of files and connections; a store may be used again afterwards."""
