"""What a run learns from: positions played for it, matches of the history, files of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from arena import Agent, ArenaError, Environment, Match, MatchQuery, Spec, StoredMatch, derive, play
from arena_align.course import Course
from arena_align.decisions import Decision, Follow, Grouping, Scribe, Words, decisions, decisions_of
from arena_align.groups import grouping
from arena_align.players import Scored

HELD_OUT_SEED = 20_260_101
"""Which boards are kept out of training is the same in every run, so that stages keep the same."""
POLICY = "policy"
"""The name by which a trainer's own model plays."""


@dataclass(frozen=True)
class Noting:
    """How decisions are put in words, for one game and one tokenizer."""

    make: Callable[[], Environment]
    spec: Spec
    words: Words
    clean: Callable[[str], str]
    group: Grouping

    @classmethod
    def of(cls, course: Course) -> Noting:
        """Return how the model of a run is asked."""
        run, prompter = course.run, course.prompter
        group = grouping(run.spec)
        return cls(run.make, run.spec, prompter.prompt, prompter.clean, group)

    def scribe(self, agent: Agent) -> Scribe:
        """Return the agent as one that notes what it is asked."""
        return Scribe(agent, self.words, self.clean, self.group)


def players_of(course: Course, names: Sequence[str]) -> list[Agent]:
    """Return agents by name; "policy" is the model that is trained, sampled."""
    return [
        Scored(course.player, course.prompter) if name == POLICY else course.run.agent(name)
        for name in names
    ]


def played(
    noting: Noting, agents: Sequence[Agent], matches: int, seed: int, noted: int | None = None
) -> Iterator[Decision]:
    """Yield the decisions of matches in which every agent holds every seat in turn.

    `noted` is the agent (by index) whose decisions they are, None for all.
    """
    every = [
        noting.scribe(agent) if noted in (None, index) else agent
        for index, agent in enumerate(agents)
    ]
    seats, count = len(noting.spec.seats), len(agents)
    return decisions(
        noting.make,
        every,
        (
            Match(
                n, tuple((n + seat) % count for seat in range(seats)),
                derive(seed, "match", n), derive(seed, "deal", n),
            )
            for n in range(matches)
        ),
    )  # fmt: skip


def remembered(
    noting: Noting, stored: Iterable[StoredMatch], entrants: Sequence[str] = ()
) -> Iterator[tuple[str, Decision]]:
    """Yield the decisions of matches of the history, with the name of who took them.

    Only those of the `entrants` named, if any are. The matches are played again from their moves.
    """
    for match in stored:
        episode = match.episode
        if not episode.log or episode.ending == "void":
            continue
        names = [match.entrants[index].name for index in episode.match.seats]
        if entrants and not set(entrants) & set(names):
            continue
        again = Match(0, (0,) * len(names), 0, episode.match.deal)
        agent = noting.scribe(Follow(episode.log))
        for told in play(noting.make, [agent], [again], slots=1):
            if not told.log and told.faults:
                raise ArenaError(f"match {match.id} cannot be played again: {told.faults[0]}")
            for decision in decisions_of(told, episode.returns):
                name = names[decision.seat]
                if not entrants or name in entrants:
                    yield name, decision


def in_history(
    course: Course, most: int, entrants: Sequence[str] = ()
) -> Iterator[tuple[str, Decision]]:
    """Yield what `remembered` does of the run's own game: of its newest `most` matches.

    Where `entrants` are named they are the newest of each of them; else the newest that were won.
    """
    query = MatchQuery(result=None if entrants else "win", limit=most)
    return remembered(Noting.of(course), asked_of(course.run.replays, query, entrants), entrants)


def asked_of(
    replays: Callable[[MatchQuery], Iterator[StoredMatch]],
    query: MatchQuery,
    entrants: Sequence[str],
) -> Iterator[StoredMatch]:
    """Yield the matches of a query, once each: for each entrant, if any is named."""
    told: set[int] = set()
    for each in [replace(query, agent=name) for name in entrants] or [query]:
        for match in replays(each):
            if match.id not in told:
                told.add(match.id)
                yield match
