"""The two drivers side by side: games with tables, players that answer both, and comparison."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import permutations, product
from typing import Any

import numpy as np
import torch
from gymnasium.spaces import Box, Discrete, MultiDiscrete

from arena.agent import Agent
from arena.batch import Batch, Moves
from arena.column_runner import ColumnRunner
from arena.environment import Environment
from arena.loop_table import LoopTable
from arena.records import CHANCE, Episode, Match, Seat, Spec
from arena.runner import Runner
from arena.seeds import Luck, derive, uniform
from arena.tensor_luck import tensor_pick
from arena.testing.probe import same

Make = Callable[[], Environment]


def tabled(make: Make, alternating: bool = False) -> Make:
    """Return what makes the same game with a table, which is a loop over such games."""

    def table(size: int, device: str) -> LoopTable:
        made = LoopTable(make, size)
        made.alternating = alternating
        return made

    def made() -> Environment:
        game = make()
        game.table = table  # type: ignore[method-assign]
        return game

    return made


class Jungle(Environment):
    """Whoever is asked, what is paid, what nature does and when it ends are hashes of the deal.

    Any of the seats, or nature, may be asked; some matches are over when they are dealt, some are
    cut off. What seats did decides what comes. With `alike` off each seat has spaces of its own.
    """

    def __init__(self, seats: int = 3, alike: bool = True, limit: int | None = 9) -> None:
        actions = [Discrete(5, start=2), Discrete(3), Box(-1.0, 2.0, (2,)), MultiDiscrete([3, 2])]
        spaces = [actions[0 if alike else seat % 4] for seat in range(seats)]
        seen = [Box(-9.0, 9.0, (1 if alike else seat + 1,)) for seat in range(seats)]
        places = tuple(map(Seat, seen, spaces))
        self.spec = Spec("jungle", places, "mixed", max_turns=limit, returns=(-7.0, None))

    def reset(self, rng: Luck) -> None:
        self.state, self.truncated = derive(rng.seed, "jungle"), False
        self._look(0)

    def _look(self, steps: int) -> None:
        self.steps, luck = steps, [uniform(self.state, n, 0) for n in range(4)]
        seats = [s for s in range(len(self.spec.seats)) if uniform(self.state, s, 1) < 0.5]
        self.asked: Sequence[int] = seats or [steps % len(self.spec.seats)]
        if luck[0] < 0.2:
            self.asked = (CHANCE,)
        if luck[1] < (0.1 if steps else 0.05):
            self.asked, self.truncated = (), luck[2] < 0.3

    def acting(self) -> Sequence[int]:
        return self.asked

    def chance(self) -> Sequence[tuple[int, float]]:
        return [(3, 0.25), (0, 0.5), (7, 0.25)]

    def legal(self, seat: int) -> Sequence[int] | None:
        space = self.spec.seats[seat].action_space
        if not isinstance(space, Discrete):
            return None
        first = int(space.start)
        every = range(first, first + int(space.n))
        return [a for a in every if uniform(self.state, seat, a) < 0.6] or [first]

    def observe(self, seat: int) -> Any:
        shape = self.spec.seats[seat].observation_space.shape
        return np.full(shape, uniform(self.state, seat, 2), np.float32)

    def step(self, actions: Mapping[int, Any]) -> Sequence[float] | None:
        for seat, action in actions.items():
            told = np.asarray(action, np.float64).tobytes()
            self.state = derive(self.state, seat, *told)
        first = self.steps == 0 and CHANCE in actions
        self._look(self.steps + (CHANCE not in actions))
        if first or self.state % 3 == 0:
            return None
        # eighths, of which sums are exact in any order
        return [int(8 * uniform(self.state, s, 3)) / 8 - 0.25 for s in range(len(self.spec.seats))]


class Chooses(Agent):
    """Plays by its luck, in spaces of any kind; `shift` makes several of them differ."""

    columns = True

    def __init__(self, shift: float = 0.0) -> None:
        self.shift = shift

    def act_batch(self, batch: Batch) -> Any:
        u = (batch.u + self.shift) % 1
        if batch.device is not None:
            return self.choose(batch, u)
        rows = zip(batch, batch.legal, u.tolist())
        return [_choice(row.action_space, legal, luck) for row, legal, luck in rows]

    def choose(self, batch: Any, u: torch.Tensor) -> torch.Tensor:
        """Return a column of what `_choice` finds."""
        space = batch.action_space
        if isinstance(space, Discrete):
            return tensor_pick(batch.mask, u) + int(space.start)
        low, high = _bounds(space)
        parts = zip(low.tolist(), (high - low).tolist(), range(1, len(low) + 1))
        steered = torch.stack([least + u * n % 1 * wide for least, wide, n in parts], 1)
        return steered.to(torch.float32 if isinstance(space, Box) else torch.int64)


def _choice(space: Any, legal: Sequence[int] | None, u: float) -> Any:
    if legal is not None:
        return legal[int(u * len(legal))]
    low, high = _bounds(space)
    at = low + u * np.arange(1, len(low) + 1) % 1 * (high - low)
    return at.astype(np.float32 if isinstance(space, Box) else np.int64)


def _bounds(space: Any) -> tuple[Any, Any]:
    if isinstance(space, Box):
        return space.low.astype(np.float64), space.high.astype(np.float64)
    return np.zeros(len(space.nvec)), space.nvec.astype(np.float64)


class Notes(Chooses):
    """Hands back what it saw of the match, and how often it was asked."""

    def act_batch(self, batch: Batch) -> Moves:
        asked = batch.recall("asked", batch.u[:, None]) + 1
        batch.keep("asked", asked)
        actions = super().act_batch(batch)
        return Moves.of(actions, asked=asked[:, 0], turn=batch.turns, seat=batch.seats)


def lineups(entrants: int, seats: int) -> list[tuple[int, ...]]:
    """Return every way to seat entrants, each in one seat if there are enough of them."""
    if entrants >= seats:
        return list(permutations(range(entrants), seats))
    return list(product(range(entrants), repeat=seats))


def field(spec: Spec, entrants: int, matches: int, seed: int = 3) -> list[Match]:
    """Return matches among entrants, in an order that is none."""
    known = lineups(entrants, len(spec.seats))
    return [
        Match(n, known[derive(seed, n) % len(known)], derive(seed, 1, n), derive(seed, 2, n // 2))
        for n in range(matches)
    ]


def played(episodes: Iterable[Episode]) -> dict[int, Episode]:
    """Return episodes by number, without times, traces and openings (blocks do not hold these)."""
    found = {}
    for e in episodes:
        faults = tuple(f._replace(traceback="") for f in e.faults)
        match = e.match._replace(opening=0)
        assert match.number not in found
        found[match.number] = e._replace(match=match, started=0.0, seconds=0.0, faults=faults)
    return found


def by_objects(make: Make, agents: Sequence[Agent], matches: Sequence[Match]) -> dict[int, Episode]:
    """Play with the object driver."""
    runner = Runner(make, agents)
    return played(episode for block in runner.blocks(matches) for episode in block)


def by_columns(
    make: Make, agents: Sequence[Agent], matches: Sequence[Match], slots: int = 64
) -> dict[int, Episode]:
    """Play with the column driver."""
    runner = ColumnRunner(make, agents, slots)
    found = played(episode for block in runner.blocks(matches) for episode in block)
    runner.close()
    return found


def differ(one: Mapping[int, Episode], other: Mapping[int, Episode]) -> Iterator[str]:
    """Yield what is not the same, and where."""
    if one.keys() != other.keys():
        yield f"matches {sorted(one.keys() ^ other.keys())}"
    for number in one.keys() & other.keys():
        for name, mine, theirs in zip(Episode._fields, one[number], other[number]):
            if not same(mine, theirs):
                yield f"match {number}: {name}: {mine} / {theirs}"


def agree(
    make: Make, agents: Sequence[Agent], matches: Sequence[Match], slots: int = 64
) -> dict[int, Episode]:
    """Play with both drivers, which have to come to the same; return it."""
    found = by_columns(make, agents, matches, slots)
    wrong = list(differ(by_objects(make, agents, matches), found))
    assert not wrong, "\n".join(wrong[:5])
    return found
