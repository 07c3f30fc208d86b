"""The roles that plugins fill beside agents, environments and trainers: a few methods each.

A role's constructor is its configuration: the names, types and defaults of its parameters are read
from the signature (`--format round_robin:games=20`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from arena.errors import Unsuitable
from arena.records import STANDARD_RULES, Entrants, Episode, Match, Pairing, Rating, Ref, Rules

if TYPE_CHECKING:
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

    @abstractmethod
    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> Sequence[float]:
        """Return one number a pair of prompt and response; more is better."""


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
