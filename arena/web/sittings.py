"""Games in which a person holds a seat: played in a thread that waits for the person's answers.

The match is an ordinary one: its agents, its referee and its seeds are those of `arena play`. To
take a move back it is played again from the deal with one answer less, which brings back what the
others did, because an episode depends on the environment, the agents and the seeds alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import Any

import numpy as np

from arena.agent import Agent
from arena.block import Block
from arena.campaign import Numbered, Playing, begin, play_tournament
from arena.config import Definition, agent_refs
from arena.defining import numbered_twice
from arena.errors import ArenaError, UnknownName, UsageError
from arena.history import match_id
from arena.lookup import environment_maker, make_agent
from arena.observation import Observation
from arena.planning import Plan, prepare
from arena.records import Episode, Match, Ref
from arena.results import make_results
from arena.roles import Executor, Job
from arena.runner import Runner
from arena.specs import parse
from arena.web.asking import Question, question_of
from arena.web.runs import untrained
from arena.workspace import Workspace

MOST = 32
"""How many games may be in progress; the one begun first is left for the next."""
PATIENCE = 20.0
"""Seconds that a request waits for the others to move."""


class Left(BaseException):
    """Raised in the game's thread when the game is left, or begins again: no agent's fault."""


class Resigned(ArenaError):
    """Raised for a person who gives up."""


class Seated(Agent):
    """Answers what the person answered before, then what it is told."""

    def __init__(self, sitting: Sitting, model: bool) -> None:
        self.sitting = sitting
        self.needs = frozenset({"model"}) if model else frozenset()
        self.asked = 0

    def act(self, observation: Observation) -> Any:
        """Return the answer to this question, whenever there is one."""
        place, self.asked = self.asked, self.asked + 1
        return self.sitting.answer(place, observation)


class Done(Executor):
    """Hands on what has been played already."""

    def __init__(self, episode: Episode) -> None:
        self.episode = episode

    def run(self, job: Job, matches: Iterable[Match]) -> Iterator[Block]:
        """Yield the episode as a block."""
        if list(matches):
            yield Block.of([self.episode])


@dataclass
class Sitting:
    """A game in progress. Threads: `changed` guards all that follows it."""

    workspace: Workspace
    plan: Plan
    seat: int
    rated: bool
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    changed: Condition = field(default_factory=Condition)
    answers: list[Any] = field(default_factory=list)
    question: Question | None = None
    match: int | None = None
    episode: Episode | None = None
    failure: str | None = None
    _round: int = 0  # how often it was begun; a thread of an earlier one ends
    _resigned: bool = False

    @property
    def may_undo(self) -> bool:
        """Whether taking a move back tells nobody what they should not know."""
        spec = self.plan.spec
        return spec.perfect_information and not spec.stochastic

    @property
    def over(self) -> bool:
        """Whether there is nothing left to answer."""
        return self.match is not None or self.failure is not None

    def begin(self) -> None:
        """Play from the deal, with the answers there are; `changed` is held."""
        self._round += 1
        self.question = None
        Thread(target=self._play, args=(self._round,), daemon=True).start()

    def answer(self, place: int, observation: Observation) -> Any:
        """Return the answer to question number `place`, asked in the game's thread."""
        with self.changed:
            number = self._round
            if place >= len(self.answers) and not self._resigned:
                self.question = question_of(observation)
                self.changed.notify_all()
            while place >= len(self.answers):
                if self._resigned:
                    raise Resigned("resigned")
                if number != self._round:
                    raise Left
                self.changed.wait()
            if number != self._round:
                raise Left
            return self.answers[place]

    def tell(self, text: str) -> None:
        """Answer the question that is open. Raises `UsageError` for what is no answer to it."""
        with self.changed:
            if self.question is None:
                raise UsageError("it is not your turn")
            action = self.question.read(text)
            self.answers.append(action)
            self.question = None
            self.changed.notify_all()

    def undo(self) -> None:
        """Take the last answer back. Raises `UsageError` where that is not allowed."""
        with self.changed:
            if not self.may_undo:
                raise UsageError("with luck or hidden cards no move is taken back")
            if self.question is None or not self.answers:
                raise UsageError("there is no move of yours to take back now")
            self.answers.pop()
            self.begin()
            self.changed.notify_all()

    def resign(self) -> None:
        """Give the game up: what it costs is for the rules to say."""
        with self.changed:
            if self.question is None:
                raise UsageError("it is not your turn")
            self._resigned = True
            self.question = None
            self.changed.notify_all()

    def leave(self) -> None:
        """End the game's thread; nothing is kept."""
        with self.changed:
            self._round += 1
            self.changed.notify_all()

    def wait(self, seconds: float = PATIENCE) -> None:
        """Wait until the person is asked or the game is over."""
        with self.changed:
            self.changed.wait_for(lambda: self.over or self.question is not None, seconds)

    def _play(self, number: int) -> None:
        try:
            episode = self._episode()
        except Left:
            return
        except Exception as error:
            self._end(number, failure=f"{type(error).__name__}: {error}")
            return
        with self.changed:
            if number != self._round:
                return
        run = begin(self.workspace, self.plan, "match" if self.rated else "play")
        play_tournament(self.workspace, run, Playing(Done(episode)))
        self._end(number, match=match_id(run.id, 0), episode=episode)

    def _end(self, number: int, **told: Any) -> None:
        with self.changed:
            if number == self._round:
                for name, value in told.items():
                    setattr(self, name, value)
                self.changed.notify_all()

    def _episode(self) -> Episode:
        """Play the match. Raises `Left`."""
        plan, workspace = self.plan, self.workspace
        make, _ = environment_maker(workspace.registry, plan.game.ref)
        home, trust = workspace.home, workspace.trust
        agents: list[Agent] = [
            Seated(self, plan.spec.model and self.may_undo) if player.agent == "human"
            else make_agent(workspace.registry, home, player.ref, "cpu", trust)
            for player in plan.players
        ]  # fmt: skip
        runner = Runner(make, agents, plan.definition.rules, 1)
        try:
            [episode] = [e for block in runner.blocks([first_match(plan)]) for e in block]
        finally:
            runner.abandon()
            runner.close()
        return episode


def first_match(plan: Plan) -> Match:
    """Return the first match of a plan, with its seeds."""
    entrants = plan.entrants
    nothing = make_results(entrants.names, (), (), len(plan.spec.seats), plan.spec.sides)
    pairings = plan.format.next(entrants, nothing)
    nobody = np.zeros(0, np.int64)
    return next(iter(Numbered(pairings, 0, entrants.seed, nobody, plan.book)))


@dataclass
class Sittings:
    """The games in progress, by id."""

    workspace: Workspace
    _known: dict[str, Sitting] = field(default_factory=dict)

    def begin(
        self, environment: str, against: list[str], seat: int, rated: bool, seed: int | None
    ) -> Sitting:
        """Begin a game. Raises `UsageError`s."""
        plan = prepare(
            self.workspace, play_definition(self.workspace, environment, against, seat, seed),
            untrained,
        )  # fmt: skip
        while len(self._known) >= MOST:
            self._known.pop(next(iter(self._known))).leave()
        sitting = Sitting(self.workspace, plan, seat, rated)
        self._known[sitting.id] = sitting
        with sitting.changed:
            sitting.begin()
        return sitting

    def get(self, identifier: str) -> Sitting:
        """Return a game by its id. Raises `UnknownName`."""
        if identifier not in self._known:
            raise UnknownName("game in progress", identifier, (), "arena web")
        return self._known[identifier]

    def close(self) -> None:
        """Leave all games."""
        for sitting in self._known.values():
            sitting.leave()
        self._known.clear()


def play_definition(
    workspace: Workspace, environment: str, against: list[str], seat: int, seed: int | None
) -> Definition:
    """Return the match of a person against agents, as `arena play` has it. Raises `UsageError`."""
    ref = parse(environment)
    sides = len(environment_maker(workspace.registry, ref)[1].sides)
    if seat >= sides:
        raise UsageError(f"{environment} has the seats 0 to {sides - 1}")
    if sides > 1 and not against:
        raise UsageError(f"{environment} has {sides} sides: say against whom")
    others = against + [against[-1]] * (sides - 1 - len(against)) if against else []
    if len(others) != sides - 1:
        raise UsageError(f"{environment} has {sides - 1} other sides, not {len(others)}")
    names = (*others[:seat], "human", *others[seat:])
    return Definition(ref, agent_refs(numbered_twice(names)), Ref("fixed_seats"), seed=seed)
