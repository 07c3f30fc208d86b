"""Plays matches in lanes: what is known of those in flight is in columns, and none is an object.

It is for the ordinary: games whose seats take turns and that pay when they are over, and agents
that answer a batch with legal actions and nothing else. At the first thing out of the ordinary
(a wrong answer, luck, a page of memory, a look at a single match) every match in flight becomes a
`Slot`, and a `SlotRunner` plays these and all that are still to come. What becomes of a match is
the same either way.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena.block import ENDINGS, Block, Logs, offsets_of
from arena.environment import Environment, Stepped
from arena.fixtures import Fixtures, Supply
from arena.lane_batch import LaneBatch
from arena.records import CHANCE, Match
from arena.referee import plain
from arena.slot import Slot
from arena.slot_runner import FIRST_SLOTS, QUICK_TICK, SlotRunner

_OVER = -2
"""The seat that is to move when a match is over."""
_TERMINAL, _TRUNCATED = ENDINGS.index("terminal"), ENDINGS.index("truncated")
_TURNS = 16
"""So many turns a match are made room for at first."""
_LARGE = 1 << 25
"""Bytes of room for moves that are not doubled any more: matches so long go on in slots."""

Ints = NDArray[np.int64]


class Lanes:
    """Matches in flight, a row of each column; rows that have ended stay until they are handed on.

    seat     the seat that is to move, _OVER if none
    turn     how many moves have been made
    log      (rows, room, 2): the seat and the action of each move
    games    the environments
    flying   which rows are in flight
    lifted   the slots of these, once they had to be made
    """

    def __init__(self, runner: SlotRunner, supply: Supply) -> None:
        self.runner, self.supply = runner, supply
        rows, seats = 2 * runner.slots, len(runner.spec.seats)
        self.number, self.seed, self.deal, self.seat, self.turn = np.zeros((5, rows), np.int64)
        self.players = np.zeros((rows, seats), np.int32)
        self.returns = np.zeros((rows, seats))
        self.ending = np.zeros(rows, np.int8)
        self.started, self.seconds = np.zeros((2, rows))
        self.log = np.zeros((rows, min(_TURNS, runner.limit), 2), np.int64)
        self.games = np.empty(rows, object)
        self.free, self.flying = np.arange(rows), np.zeros(0, np.int64)
        self.ended: list[Ints] = []
        self.lifted: dict[int, Slot] | None = None
        self.left = False
        """Whether the matches have been handed over to the runner."""

    def blocks(self) -> Iterator[Block]:
        """Yield what has ended, now and then, until all is played or handed over."""
        runner, target = self.runner, min(self.runner.slots, FIRST_SLOTS)
        handed_on = time.perf_counter()
        while True:
            begun = time.perf_counter()
            runner.now = time.time()
            more = self._deal(target)
            if len(self.flying) and not self.left:
                self._tick()
            idle = self.left or not (more or len(self.flying))
            spent = time.perf_counter()
            if self.ended and (idle or self._full() or spent > handed_on + QUICK_TICK):
                yield self._block()
                handed_on = time.perf_counter()
            if idle:
                return
            if target < runner.slots and spent < begun + QUICK_TICK:
                target = min(2 * target, runner.slots)

    def abandon(self) -> None:
        """Forget the matches in flight; their environments are the runner's again."""
        if not self.left:
            self.runner.spare += self.games[self.flying].tolist()
        self.flying = self.flying[:0]

    def _deal(self, target: int) -> bool:
        """Put matches in flight up to the target; return whether there may be more."""
        wanted = target - len(self.flying)
        if wanted <= 0:
            return True
        some = self.supply.take(wanted)
        if some is None:
            return False
        runner, count = self.runner, len(some.numbers)
        spare, fresh = runner.spare[-count:], count - len(runner.spare)
        del runner.spare[-count:]
        games = spare + [runner.make() for _ in range(fresh)]
        begun = type(games[0]).reset_many(games, some.deals.tolist())
        seats = _seats(begun)
        if begun.failed or some.openings is not None or seats.min() < 0:
            self._leave()
            for slot in self.lift().values():
                runner.queue(slot)
            runner.dealt(list(some.matches()), games, begun)
        else:
            self._enter(some, games, seats)
        return count == wanted

    def _enter(self, some: Fixtures, games: list[Environment], seats: Ints) -> None:
        """Give matches that were dealt a row each."""
        rows, self.free = self.free[: len(games)], self.free[len(games) :]
        self.number[rows], self.players[rows], self.seed[rows], self.deal[rows], _ = some
        self.seat[rows], self.turn[rows], self.returns[rows] = seats, 0, 0.0
        self.started[rows] = self.runner.now
        self.games[rows] = games
        self.flying = np.concatenate([self.flying, rows])

    def _tick(self) -> None:
        """Ask each agent once for all its moves, and play them."""
        runner, asked = self.runner, []
        whole, bounds = self._by_agent()
        for index, (begin, end) in enumerate(pairwise(bounds)):
            if begin < end:
                batch = whole.part(slice(begin, end), runner.may_imagine[index])
                asked.append((index, batch, runner.put(index, batch)))
        actions = [action for _, _, answers in asked for action in answers.actions]
        try:
            easy = plain(actions, whole.legal)
        except Exception:
            easy = False  # the runner finds out which game it is that fails
        if easy and self.lifted is None and not any(answers.columns for _, _, answers in asked):
            self._play(whole, actions)
            return
        self._leave()
        for index, batch, answers in asked:
            runner.answered(index, batch, answers)

    def _by_agent(self) -> tuple[LaneBatch, list[int]]:
        """Return the matches in flight by the agent that is to move, and where each agent's end."""
        rows = self.flying
        agents = self.players[rows, self.seat[rows]]
        order = agents.argsort(kind="stable")
        rows = self.flying = rows[order]
        bounds = agents[order].searchsorted(np.arange(len(self.runner.agents) + 1))
        whole = LaneBatch(self, rows, self.seat[rows].tolist(), self.games[rows].tolist())
        return whole, bounds.tolist()

    def _play(self, whole: LaneBatch, actions: list[int]) -> None:
        """Step all games in flight, with legal actions."""
        games, seats = whole._games(), whole._seats
        stepped = type(games[0]).step_many(games, seats, actions)
        following, paid = _seats(stepped), list(stepped.paid)
        over = following == _OVER
        if stepped.failed or CHANCE in following or not over[paid].all() or not self._room():
            self._leave()
            self.runner.stepped(whole._slots, seats, actions, stepped)
            return
        rows = self.flying
        if paid:
            self.returns[rows[paid]] = list(stepped.paid.values())
        turns = self.turn[rows]
        self.log[rows, turns, 0] = self.seat[rows]
        self.log[rows, turns, 1] = actions
        self.seat[rows] = following
        turns += 1
        self.turn[rows] = turns
        self._end(over | (turns >= self.runner.limit), over, games)

    def _room(self) -> bool:
        """Make room for another move of each match; return whether there is any."""
        if self.turn[self.flying].max() >= self.log.shape[1]:
            if self.log.nbytes > _LARGE:
                return False
            self.log = np.concatenate([self.log, np.zeros_like(self.log)], axis=1)
        return True

    def _end(self, ended: NDArray[np.bool_], over: NDArray[np.bool_], games: Any) -> None:
        """End matches in flight: those that are `over` by themselves, and those cut off."""
        places = ended.nonzero()[0]
        if not len(places):
            return
        rows, self.flying = self.flying[places], self.flying[~ended]
        last = [games[place] for place in places.tolist()]
        cut = np.array([game.truncated for game in last]) | ~over[places]
        self.ending[rows] = np.where(cut, _TRUNCATED, _TERMINAL)
        self.seconds[rows] = self.runner.now - self.started[rows]
        self.runner.spare += last
        self.ended.append(rows)

    def _full(self) -> bool:
        """Whether so many have ended that there would be no row for others."""
        return len(self.free) + len(self.flying) < self.runner.slots

    def _block(self) -> Block:
        """Hand on what has ended; its rows are free for others."""
        rows = np.concatenate(self.ended)
        self.ended = []
        self.free = np.concatenate([rows, self.free])  # the latest first: they are in the cache
        turns = self.turn[rows]
        made = np.arange(self.log.shape[1]) < turns[:, None]
        return Block(
            self.number[rows], self.players[rows], self.seed[rows], self.deal[rows],
            self.returns[rows], self.ending[rows], turns.astype(np.int32),
            self.started[rows], self.seconds[rows],
            Logs(_small(self.log[rows][made].ravel()), offsets_of(2 * turns)),
        )  # fmt: skip

    def lift(self) -> dict[int, Slot]:
        """Return the matches in flight as slots, by row; from now on they are nothing else."""
        if self.lifted is None:
            self.lifted = {row: self._slot(row) for row in self.flying.tolist()}
        return self.lifted

    def _slot(self, row: int) -> Slot:
        players = tuple(self.players[row].tolist())
        match = Match(int(self.number[row]), players, int(self.seed[row]), int(self.deal[row]))
        slot = Slot(self.games[row], match, float(self.started[row]))
        slot.turn = int(self.turn[row])
        slot.log = self.log[row, : slot.turn].ravel().tolist()
        slot.asked = (int(self.seat[row]),)
        return slot

    def _leave(self) -> None:
        """Make the matches in flight the runner's, which is to go on from where they are."""
        self.left = True
        self.runner.flying += len(self.lift())


def _seats(stepped: Stepped) -> Ints:
    """Return the seat that each game asks, `_OVER` for none."""
    return np.array([asked[0] if asked else _OVER for asked in stepped.asked])


def _small(values: Ints) -> NDArray[Any]:
    """Return integers as bytes, if they are."""
    if len(values) and (values.min() < 0 or values.max() > 255):
        return values
    return values.astype(np.uint8)
