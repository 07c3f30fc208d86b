"""Plays matches, many at a time: the tick.

A tick asks each agent once, for all the games in which it is to move; judges the answers; steps the
games; and deals the next match wherever one has ended. What a match becomes does not depend on how
many others are in flight.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from operator import itemgetter
from typing import Any, Protocol

from arena.agent import Agent
from arena.batch import Batch
from arena.environment import Environment
from arena.openings import open_match
from arena.records import DEFAULT_MAX_TURNS, STANDARD_RULES, Ending, Episode, Fault, Match, Rules
from arena.referee import Referee, Wrong, plain
from arena.slot import Slot

SLOTS = 256
"""Games in flight, if nobody says."""
_FIRST_SLOTS = 16
_QUICK_TICK = 0.05
"""Seconds: while a tick takes less than this, more games are put in flight."""


_as_episode: Callable[[tuple[Any, ...]], Episode] = partial(tuple.__new__, Episode)
"""`Episode(...)` at half of the time: it runs for every match that is played."""


class Recorder(Protocol):
    """Hears what learners learn from. Attached to `play`, it is told of every batch and ending.

    What agents hand back beside their moves goes to it, and not into the episodes.
    """

    def moved(
        self, agent: int, batch: Batch, actions: Sequence[Any], columns: dict[str, Sequence[Any]]
    ) -> None:
        """Hear the answers of an agent (by index), before any of them is played."""

    def ended(self, slot: Slot, episode: Episode) -> None:
        """Hear that a match is over; `slot` holds its last position and what is still owed."""


class Runner:
    """Plays matches of one environment among `agents` (by entrant index)."""

    def __init__(
        self,
        make: Callable[[], Environment],
        agents: Sequence[Agent],
        rules: Rules = STANDARD_RULES,
        slots: int = SLOTS,
        recorder: Recorder | None = None,
    ) -> None:
        self.make, self.agents, self.rules = make, agents, rules
        self.recorder, self.slots = recorder, slots
        self.spare: list[Environment] = [make()]
        self.spec = self.spare[0].spec
        self.limit = self.spec.max_turns or DEFAULT_MAX_TURNS
        self.referee = Referee(self.spec, rules)
        self.may_imagine = [rules.imagine and "model" in agent.needs for agent in agents]
        self.waiting: tuple[list[list[Slot]], list[list[int]]] = self._empty_queues()
        self.done: list[Episode] = []
        self.flying = 0
        self.now = 0.0  # the time at which the tick began: one reading for all its matches
        self.agent_seconds = 0.0
        self.appetite = _FIRST_SLOTS
        """How many matches it should have before it, to be as fast as it can."""

    def _empty_queues(self) -> tuple[list[list[Slot]], list[list[int]]]:
        """Return, by agent, the slots that wait for it and the seats it is to move for."""
        return [[] for _ in self.agents], [[] for _ in self.agents]

    def blocks(self, matches: Iterable[Match]) -> Iterator[list[Episode]]:
        """Yield the episodes that end in each tick, until all matches are played.

        With a recorder every tick is yielded, also one in which none ended.
        """
        source = iter(matches)
        # What a learner hears must not hang on the clock.
        target = self.slots if self.recorder is not None else min(self.slots, _FIRST_SLOTS)
        while True:
            begun = time.perf_counter()
            self.now = time.time()
            more = self._deal(source, target)
            if not self.flying and not more and not self.done:
                return
            waiting, self.waiting = self.waiting, self._empty_queues()
            for index, (slots, seats) in enumerate(zip(*waiting)):
                if slots:
                    self._ask(index, slots, seats)
            if self.done or self.recorder is not None:
                done, self.done = self.done, []
                yield done
            if target < self.slots and time.perf_counter() - begun < _QUICK_TICK:
                target = min(2 * target, self.slots)

    def abandon(self) -> None:
        """Forget the matches in flight, between blocks; their environments are kept for others."""
        flying = {id(slot): slot for slots in self.waiting[0] for slot in slots}
        self.spare += [slot.environment for slot in flying.values()]
        self.waiting, self.flying, self.done = self._empty_queues(), 0, []

    def close(self) -> None:
        """Let go of the environments that are not in a game."""
        while self.spare:
            self.spare.pop().close()

    def _deal(self, source: Iterator[Match], target: int) -> bool:
        """Put matches in flight up to the target; return whether there may be more."""
        wanted = target - self.flying
        matches = list(islice(source, wanted))
        if not matches:
            return wanted <= 0
        spare = self.spare
        games = [spare.pop() if spare else self.make() for _ in matches]
        begun = type(games[0]).reset_many(games, [match.deal for match in matches])
        self.flying += len(matches)
        (slots_of, seats_of), now = self.waiting, self.now
        for row, (match, game, asked) in enumerate(zip(matches, games, begun.asked)):
            slot = Slot(game, match, now)
            if row in begun.failed:
                self._void(slot, begun.failed[row])
            elif len(asked) == 1 and (seat := asked[0]) >= 0 and not match.opening:
                slot.asked = asked
                agent = slot.players[seat]
                slots_of[agent].append(slot)
                seats_of[agent].append(seat)
            else:
                self._begin(slot, asked)
        return len(matches) == wanted

    def _begin(self, slot: Slot, asked: Sequence[int]) -> None:
        """Bring a match that was dealt to where agents are asked."""
        try:
            if slot.match.opening:
                asked = open_match(slot, asked)
        except Exception as error:
            self._void(slot, error)
        else:
            self._advance(slot, asked)

    def _ask(self, index: int, slots: list[Slot], seats: list[int]) -> None:
        """Ask one agent for all its moves of this tick, and play them."""
        batch = Batch(slots, seats, self.may_imagine[index])
        begun = time.perf_counter()
        actions, columns = self.referee.ask(self.agents[index], batch)
        self.agent_seconds += time.perf_counter() - begun
        try:
            legals = batch.legal
        except Exception:
            self._ask_apart(index, slots, seats)
            return
        if self.recorder is not None:
            self.recorder.moved(index, batch, actions, columns)
        else:
            for name, values in columns.items():
                for slot, seat, value in zip(slots, seats, values):
                    slot.keep(name, value, seat)
        easy = plain(actions, legals)
        if not easy:
            rows = zip(slots, seats, actions, legals)
            actions = [self._settle(index, *row) for row in rows]
        if easy and self.spec.turn_based:
            self._play(slots, seats, actions)
            return
        for slot, seat, action in zip(slots, seats, actions):
            if self.spec.turn_based:
                slot.asked = (seat,)
            self._join(slot, seat, action)

    def _ask_apart(self, index: int, slots: list[Slot], seats: list[int]) -> None:
        """One of these environments fails to say what is legal: void that match alone."""
        well: tuple[list[Slot], list[int]] = ([], [])
        for slot, seat in zip(slots, seats):
            try:
                slot.legal(seat)
            except Exception as error:
                self._void(slot, error)
            else:
                well[0].append(slot)
                well[1].append(seat)
        if well[0]:
            self._ask(index, *well)

    def _play(self, slots: list[Slot], seats: list[int], actions: Sequence[int]) -> None:
        """Step turn-based games with legal actions. The hot loop: a few attribute reads a row."""
        games = [slot.environment for slot in slots]
        asked, paid, failed = type(games[0]).step_many(games, seats, actions)
        for row, rewards in paid.items():
            slots[row].pay(rewards, after=2)
        for row, error in failed.items():
            self._void(slots[row], error)
        (slots_of, seats_of), limit = self.waiting, self.limit
        for slot, seat, action, next_asked in zip(slots, seats, actions, asked):
            slot.log += (seat, action)
            slot.turn = turn = slot.turn + 1
            if next_asked and (seat := next_asked[0]) >= 0 and turn < limit:
                agent = slot.players[seat]
                slots_of[agent].append(slot)
                seats_of[agent].append(seat)
            elif next_asked:
                self._advance(slot, next_asked)
            elif not slot.over:
                self._end(slot, "truncated" if slot.environment.truncated else "terminal")

    def _settle(self, index: int, slot: Slot, seat: int, action: Any, legal: Any) -> Any:
        """Return the answer as a legal action, or what the rules put in its place; else None."""
        action = self.referee.judge(seat, action, legal)
        if isinstance(action, Wrong) and action.kind != "infrastructure":
            agent, may_imagine = self.agents[index], self.may_imagine[index]
            action = self.referee.settle(agent, slot, seat, action, may_imagine)
            slot.offences += action is None
        if isinstance(action, Wrong):
            fault = Fault(None, slot.turn, action.kind, "void", action.message, action.traceback)
            slot.blame(fault)
            return None
        return action

    def _join(self, slot: Slot, seat: int, action: Any) -> None:
        """Keep an answer until all the seats asked have given theirs, then step."""
        slot.joint[seat] = action
        if len(slot.joint) < len(slot.asked):
            return
        joint, slot.joint = {s: slot.joint[s] for s in slot.asked}, {}
        if any(fault.cost == "void" for fault in slot.faults or ()):
            self._end(slot, "void")
            return
        if slot.offences:
            self._end(slot, "forfeit")
            return
        try:
            asked = slot.step(joint)
        except Exception as error:
            self._void(slot, error)
            return
        self._advance(slot, asked)

    def _advance(self, slot: Slot, asked: Sequence[int]) -> None:
        """Let nature move while it is asked; then queue the seats asked, or end the match."""
        try:
            asked = slot.nature(asked)
        except Exception as error:
            self._void(slot, error)
            return
        if not asked:
            self._end(slot, "truncated" if slot.environment.truncated else "terminal")
        elif slot.turn >= self.limit:
            self._end(slot, "truncated")
        else:
            self._queue(slot, asked)

    def _queue(self, slot: Slot, asked: Sequence[int]) -> None:
        """Put a game among those that wait for the agents of the seats asked."""
        slot.asked = asked
        slots_of, seats_of = self.waiting
        for seat in asked:
            agent = slot.players[seat]
            slots_of[agent].append(slot)
            seats_of[agent].append(seat)

    def _void(self, slot: Slot, error: Exception) -> None:
        """End a match whose environment failed; the environment is not used again."""
        if slot.over:
            return  # another seat of the same turn ran into it before
        message = f"{type(error).__name__}: {error}"
        trace = "".join(traceback.format_exception(error))
        fault = Fault(None, slot.turn, "infrastructure", "void", message, trace)
        slot.blame(fault)
        self._end(slot, "void")

    def _end(self, slot: Slot, ending: Ending) -> None:
        returns = slot.returns
        if returns is None:
            returns = [0.0] * len(slot.players)
        faults = tuple(slot.faults) if slot.faults else ()
        if ending == "forfeit" and (low := self.spec.returns[0]) is not None:
            for fault in faults:
                if fault.cost == "forfeit" and fault.seat is not None:
                    returns[fault.seat] = low
        if slot.columns is not None and not self.spec.turn_based:
            for told in slot.columns.values():
                told.sort(key=itemgetter(0))  # seats that move at once are not asked in their order
        episode = _as_episode((
            slot.match, tuple(returns), ending, slot.turn, slot.log, faults,
            slot.started, self.now - slot.started, slot.columns,
        ))  # fmt: skip
        if self.recorder is not None:
            self.recorder.ended(slot, episode)
        slot.over = True
        self.flying -= 1
        self.done.append(episode)
        if ending == "void":
            slot.environment.close()
        else:
            self.spare.append(slot.environment)
