"""An answer to a frozen agent that is learnt by playing against it, where none can be computed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from arena.agent import Agent
from arena.allowance import Allowance
from arena.checkpoints import load_checkpoint
from arena.environment import Environment
from arena.errors import ArenaError, Unsuitable, UsageError
from arena.experience import Experience
from arena.gametree import Floats
from arena.lookup import checkpoint_ref, make_agent
from arena.playing import runner_for
from arena.plugins import Registry
from arena.recorder import Recorder
from arena.records import Match, Pairing, Ref, Spec
from arena.runner import Runner
from arena.seeds import derive
from arena.specs import bind, canonical
from arena.trainer import Learner, Round
from arena.training_progress import Terms
from arena.training_run import LiveRun
from arena.workspace import Workspace

PREFERRED = ("ppo", "dqn", "q_learning")
"""Who learns an answer if nobody is named: the first of these that is there and suits the game."""
_FIRST = 4
"""Deals that are played before the time that one takes is known."""
_OWN, _LEARN = 0.15, 0.75
"""The share of the time in which the agent plays itself; that of a seat in which is learnt."""
_LEAST = 0.1
"""The share that the agent by itself, and each answer, has of all the time at least."""


@dataclass(frozen=True)
class Responder:
    """A trainer that learns answers: what it is called, and what it is made with."""

    ref: Ref
    given: dict[str, Any]
    trainer: Learner


def find_responder(registry: Registry, spec: Spec, named: Ref | None) -> Responder:
    """Return the trainer that is named, else the first of `PREFERRED` that suits the game.

    Raises `UsageError`s, with the reason of each that does not suit.
    """
    known = [name for name in PREFERRED if name in registry.table("trainers")]
    reasons = []
    for ref in [named] if named else map(Ref, known):
        entry = registry.find("trainers", ref.name)
        given = bind(f"trainer {ref.name!r}", entry.parameters(), ref.parameters)
        trainer = entry.make(given)
        if not isinstance(trainer, Learner):
            raise UsageError(
                f"trainer {ref.name!r} plays as it likes, and cannot learn to answer; name another"
            )
        try:
            trainer.check(spec)
        except Unsuitable as error:
            reasons.append(f"trainer {ref.name!r} does not suit {spec.name} either: {error}")
        else:
            return Responder(ref, given, trainer)
    raise Unsuitable("; ".join(reasons) or "no trainer learns to answer here: name a --responder")


@dataclass(frozen=True)
class Answers:
    """What learnt answers return: float64 (deals, seats), to each seat's own answer, and to the
    agent that holds all seats, on the same deals; and the moves they were learnt from, by seat."""

    own: Floats
    best: Floats
    steps: tuple[int, ...]


@dataclass
class Contest:
    """Learns an answer for each seat and lets it play the agent.

    `steps` and `games` are what each seat may learn from and is judged by at most, `seed` decides
    all luck, and `show` hears how far it is. What there is no time for is left out.
    """

    workspace: Workspace
    responder: Responder
    game: Ref
    spec: Spec
    make: Callable[[], Environment]
    agent: Agent
    steps: int
    games: int
    seed: int
    device: str
    show: Callable[[str], None]

    def answers(self, allowance: Allowance) -> Answers:
        """Return what comes of it. Raises `ArenaError` where not two deals could be played."""
        least = _LEAST * allowance.whole
        own = self._returns(self.agent, None, allowance.part(_OWN, least))
        best, steps, count = [], [], len(self.spec.seats)
        for seat in range(count):
            mine = allowance.part(1 / (count - seat), least)
            with tempfile.TemporaryDirectory() as folder:
                run = self._learn(seat, Path(folder), mine.part(_LEARN))
                answer = self._made(run)
                best.append(self._returns(answer, seat, mine.part(1.0, least))[:, seat])
            steps.append(run.step)
        deals = min(map(len, [own, *best]))
        return Answers(own[:deals], np.stack([b[:deals] for b in best], axis=1), tuple(steps))

    def _learn(self, seat: int, folder: Path, allowance: Allowance) -> LiveRun:
        """Return a run in which an answer to the agent in a seat was learnt."""
        responder = self.responder
        arguments = {
            "trainer": canonical(responder.ref), "environment": canonical(self.game),
            "steps": self.steps, "seed": derive(self.seed, "answer", seat) % 2**31,
        }  # fmt: skip
        # What a trainer selects by is about play with itself; here the latest answer counts.
        terms = Terms(
            "answer", arguments, responder.ref.name, responder.given, responder.trainer.agent
        )
        workspace = replace(self.workspace, home=folder)
        run = _Against(workspace, terms, self.game, self.spec, self.make, self.device)
        run.seat, run.opponent = seat, self.agent

        def progress(run: LiveRun) -> None:
            run.stopped = allowance.over() and run.step > 0
            self.show(
                f"{canonical(responder.ref)} learns to answer in seat {seat}: {run.step:,} of "
                f"{self.steps:,} moves, {_time(allowance)}"
            )

        run.progress = progress
        try:
            responder.trainer.train(run)
        finally:
            run.close()
        return run

    def _made(self, run: LiveRun) -> Agent:
        """Return the agent that was learnt."""
        workspace = run.workspace
        ref = checkpoint_ref(workspace.registry, load_checkpoint(run.folder / "best"))
        return make_agent(workspace.registry, workspace.home, ref, self.device, workspace.trust)

    def _returns(self, answer: Agent, seat: int | None, allowance: Allowance) -> Floats:
        """Return what every seat gets by deal, an answer in a seat: float64 (deals, seats).

        Deals are played in blocks, each to its end: short games must not count for more.
        """
        players = tuple(int(each == seat) for each in range(len(self.spec.seats)))
        who = "the agent plays itself" if seat is None else f"the answer in seat {seat} plays"
        rows = np.zeros((0, len(players)))
        size = _FIRST
        while size >= 1 and len(rows) < self.games:
            begun = allowance.spent
            luck = "luck", str(seat)
            block = [
                Match(n, players, derive(self.seed, *luck, n), derive(self.seed, "deal", n))
                for n in range(len(rows), min(len(rows) + size, self.games))
            ]
            played = self._block(block, [self.agent, answer], allowance)
            if played is None:
                break
            rows = np.concatenate([rows, played])
            each = (allowance.spent - begun) / len(block)
            size = int(min(4 * len(block), 0.8 * allowance.left / max(each, 1e-9)))
            self.show(f"{who}: {len(rows):,} of {self.games:,} deals, {_time(allowance)}")
        if len(rows) < 2:
            raise ArenaError(
                f"{who}, and not {_FIRST} games were over in {allowance.whole:.0f} s: give it more "
                "--seconds"
            )
        return rows

    def _block(
        self, block: Sequence[Match], agents: Sequence[Agent], allowance: Allowance
    ) -> Floats | None:
        """Return what each seat got, float64 (matches, seats); None where time was up before."""
        rows = {}
        runner: Any = runner_for(self.make, agents, device=self.device)
        if isinstance(runner, Runner):  # hears of every tick, so that none is too long to be seen
            runner.recorder = Recorder(agents, ())
        try:
            for episodes in runner.blocks(block):
                for episode in episodes:
                    if episode.ending in ("forfeit", "void"):
                        told = episode.faults[0].message
                        raise Unsuitable(f"a match ended in a fault ({told}): nothing to judge by")
                    rows[episode.match.number] = episode.returns
                if allowance.over() and len(rows) < len(block):
                    return None
        finally:
            runner.abandon()
            runner.close()
        return np.array([rows[match.number] for match in block])


class _Against(LiveRun):
    """A run in which the learner holds one seat, and the agent to be answered all others."""

    seat: int
    opponent: Agent

    def play(self, round_: Round) -> Iterator[Experience]:
        """Play what the learner wants played, but in its seat and against the opponent alone."""
        agents: list[Any] = [*round_.agents, self.opponent]
        learner, other = round_.learners[0], len(agents) - 1
        seats = tuple(
            learner if seat == self.seat else other for seat in range(len(self.spec.seats))
        )
        pairings = (Pairing(seats, pairing.deal) for pairing in round_.pairings)
        return super().play(replace(round_, pairings=pairings, agents=agents))


def _time(allowance: Allowance) -> str:
    if np.isinf(allowance.whole):
        return f"{allowance.spent:.0f} s"
    return f"{allowance.spent:.0f} of {allowance.whole:.0f} s"
