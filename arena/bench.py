"""How fast matches are played, and where the time goes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from arena.campaign import Numbered, begin
from arena.environment import Environment
from arena.executors.here import gather
from arena.lookup import environment_maker, make_agent
from arena.planning import Plan
from arena.records import CHANCE, Episode
from arena.results import Results, ResultsLog
from arena.runner import Runner
from arena.seeds import Luck
from arena.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Speed:
    """What a bench measured.

    `share` divides the time: `agents` (asked for moves), `store`, `game` (the same moves played
    again on bare environments, with no runner around them) and `referee`, the rest: the runner.
    """

    environment: str
    games: int
    games_per_second: float
    moves_per_second: float
    share: dict[str, float]


def bench(workspace: Workspace, plan: Plan, slots: int = 256) -> Speed:
    """Play a plan's first round in this process, stored in a history that is then thrown away."""
    registry = workspace.registry
    make, _ = environment_maker(registry, plan.game.ref)
    agents = [make_agent(registry, workspace.home, player.ref) for player in plan.players]
    runner = Runner(make, agents, plan.definition.rules, slots)
    pairings = plan.format.next(plan.entrants, _nothing(plan))
    matches = Numbered(pairings, 0, plan.entrants.seed, np.zeros(0, np.int64))
    stored, moves, played = 0.0, 0, 0
    sample: list[Episode] = []
    with TemporaryDirectory() as folder:
        scratch = Workspace(Path(folder), f"sqlite:///{Path(folder) / 'bench.db'}")
        run = begin(scratch, plan)
        begun = time.perf_counter()
        for episodes in gather(runner.blocks(matches)):
            before = time.perf_counter()
            scratch.store.add(run.id, episodes)
            stored += time.perf_counter() - before
            played += len(episodes)
            moves += int(episodes.turns.sum())
            sample = sample or list(episodes)
        whole = time.perf_counter() - begun
        scratch.store.close()
    runner.close()
    game = min(_game_seconds(make(), sample) * played / len(sample), whole)
    seconds = {"game": game, "agents": runner.agent_seconds, "store": stored}
    seconds["referee"] = max(whole - sum(seconds.values()), 0.0)
    return Speed(
        plan.game.short, played, played / whole, moves / whole,
        {name: spent / whole for name, spent in seconds.items()},
    )  # fmt: skip


def _nothing(plan: Plan) -> Results:
    return ResultsLog([p.name for p in plan.players], len(plan.spec.seats)).results()


def _game_seconds(environment: Environment, episodes: Sequence[Episode]) -> float:
    """Return how long the environment alone takes for these episodes' moves."""
    begun = time.perf_counter()
    for episode in episodes:
        environment.reset(Luck(episode.match.deal))
        for _ in _steps(environment, episode.log):
            pass
    return time.perf_counter() - begun


def _steps(environment: Environment, log: Sequence[object]) -> Iterator[None]:
    index = 0
    while index < len(log):
        seats = environment.acting()
        for seat in seats:
            if seat != CHANCE:
                environment.legal(seat)
        environment.step(dict(zip(seats, log[index + 1 : index + 2 * len(seats) : 2])))
        index += 2 * len(seats)
        yield
