"""Plays matches of any kind, many at a time, each in a `Slot` of its own.

A tick asks each agent once, for all the games in which it is to move; judges the answers; steps the
games; and deals the next match wherever one has ended. What a match becomes does not depend on how
many others are in flight.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

from arena.agent import Agent
from arena.batch import Batch
from arena.environment import Environment, Stepped
from arena.fixtures import InColumns, Supply
from arena.openings import open_match
from arena.records import DEFAULT_MAX_TURNS, STANDARD_RULES, Ending, Episode, Fault, Match, Rules
from arena.referee import Answers, Referee, Wrong, plain
from arena.slot import Slot

SLOTS = 512
"""Games in flight, if nobody says."""
FIRST_SLOTS = 16
QUICK_TICK = 0.05
"""Seconds: while a tick takes less than this, more games are put in flight."""


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


class SlotRunner:
    """Plays matches of one environment among `agents` (by entrant index)."""

    def __init__(
        self,
        make: Callable[[], Environment],
        agents: Sequence[Agent],
        rules: Rules = STANDARD_RULES,
        slots: int = SLOTS,
        recorder: Recorder | None = None,
    ) -> None:
        self.make, self.agents, self.slots, self.recorder = make, agents, slots, recorder
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
        self.appetite = FIRST_SLOTS
        """How many matches it should have before it, to be as fast as it can."""

    def _empty_queues(self) -> tuple[list[list[Slot]], list[list[int]]]:
        """Return, by agent, the slots that wait for it and the seats it is to move for."""
        return [[] for _ in self.agents], [[] for _ in self.agents]

    def blocks(self, matches: Iterable[Match] | InColumns) -> Iterator[Sequence[Episode]]:
        """Yield the episodes that end in each tick, until all matches are played.

        With a recorder every tick is yielded, also one in which none ended.
        """
        yield from self.ticks(Supply(matches))

    def ticks(self, supply: Supply) -> Iterator[Sequence[Episode]]:
        """Yield as `blocks` does, of matches in flight and of those to come."""
        # What a learner hears must not hang on the clock.
        first = self.slots if self.recorder is not None else max(FIRST_SLOTS, self.flying)
        target = min(self.slots, first)
        while True:
            begun = time.perf_counter()
            self.now = time.time()
            more = self._deal(supply, target)
            if not self.flying and not more and not self.done:
                return
            waiting, self.waiting = self.waiting, self._empty_queues()
            for index, (slots, seats) in enumerate(zip(*waiting)):
                if slots:
                    batch = Batch(slots, seats, self.may_imagine[index])
                    self.answered(index, batch, self.put(index, batch))
            if self.done or self.recorder is not None:
                done, self.done = self.done, []
                yield done
            if target < self.slots and time.perf_counter() - begun < QUICK_TICK:
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

    def _deal(self, supply: Supply, target: int) -> bool:
        """Put matches in flight up to the target; return whether there may be more."""
        wanted = target - self.flying
        matches = supply.matches(wanted)
        if not matches:
            return wanted <= 0
        games = [self.spare.pop() if self.spare else self.make() for _ in matches]
        begun = type(games[0]).reset_many(games, [match.deal for match in matches])
        self.dealt(matches, games, begun)
        return len(matches) == wanted

    def dealt(self, matches: Sequence[Match], games: Sequence[Environment], begun: Stepped) -> None:
        """Put games in flight that have been reset."""
        self.flying += len(matches)
        for row, (match, game, asked) in enumerate(zip(matches, games, begun.asked)):
            slot = Slot(game, match, self.now)
            if row in begun.failed:
                self._void(slot, begun.failed[row])
            elif len(asked) == 1 and asked[0] >= 0 and not match.opening:
                slot.asked = asked
                self.queue(slot)
            else:
                self._begin(slot, asked)

    def _begin(self, slot: Slot, asked: Sequence[int]) -> None:
        """Bring a match that was dealt to where agents are asked."""
        try:
            if slot.match.opening:
                asked = open_match(slot, asked)
        except Exception as error:
            self._void(slot, error)
        else:
            self._advance(slot, asked)

    def put(self, index: int, batch: Batch) -> Answers:
        """Put the question to an agent."""
        begun = time.perf_counter()
        answers = self.referee.ask(self.agents[index], batch)
        self.agent_seconds += time.perf_counter() - begun
        return answers

    def answered(self, index: int, batch: Batch, answers: Answers) -> None:
        """Judge what an agent answered, and play it."""
        slots, seats = batch._slots, batch._seats
        actions, columns = answers
        try:
            legals = batch.legal
        except Exception:
            self._answered_apart(index, batch, answers)
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

    def _answered_apart(self, index: int, batch: Batch, answers: Answers) -> None:
        """One of these environments fails to say what is legal: void that match alone."""
        well: list[int] = []
        for row, (slot, seat) in enumerate(zip(batch._slots, batch._seats)):
            try:
                slot.legal(seat)
            except Exception as error:
                self._void(slot, error)
            else:
                well.append(row)
        if well:
            columns: dict[str, Sequence[Any]] = {
                name: [told[row] for row in well] for name, told in answers.columns.items()
            }
            rest = Answers([answers.actions[row] for row in well], columns)
            self.answered(index, batch.take(well), rest)

    def _play(self, slots: list[Slot], seats: list[int], actions: Sequence[int]) -> None:
        """Step turn-based games with legal actions. The hot loop: a few attribute reads a row."""
        games = [slot.environment for slot in slots]
        self.stepped(slots, seats, actions, type(games[0]).step_many(games, seats, actions))

    def stepped(
        self, slots: list[Slot], seats: list[int], actions: Sequence[int], stepped: Stepped
    ) -> None:
        """Note what came of a step, and queue each game or end it."""
        for row, rewards in stepped.paid.items():
            slots[row].pay(rewards, after=2)
        for row, error in stepped.failed.items():
            self._void(slots[row], error)
        rows: Iterable[Any] = zip(slots, seats, actions, stepped.asked)
        if stepped.failed:  # these moves were not made
            rows = [each for row, each in enumerate(rows) if row not in stepped.failed]
        (slots_of, seats_of), limit = self.waiting, self.limit
        for slot, seat, action, next_asked in rows:
            slot.log += (seat, action)
            slot.turn = turn = slot.turn + 1
            if next_asked and (seat := next_asked[0]) >= 0 and turn < limit:
                agent = slot.players[seat]
                slots_of[agent].append(slot)
                seats_of[agent].append(seat)
            elif next_asked:
                self._advance(slot, next_asked)
            else:
                self._end(slot, "truncated" if slot.environment.truncated else "terminal")

    def _settle(self, index: int, slot: Slot, seat: int, action: Any, legal: Any) -> Any:
        """Return the answer as a legal action, or what the rules put in its place; else None."""
        action = self.referee.judge(seat, action, legal)
        if isinstance(action, Wrong) and action.kind != "infrastructure":
            agent, may_imagine = self.agents[index], self.may_imagine[index]
            action = self.referee.settle(agent, slot, seat, action, may_imagine)
            slot.offences += action is None
        if isinstance(action, Wrong):
            slot.blame(Fault(None, slot.turn, action.kind, "void", *action[1:]))
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
            slot.asked = asked
            self.queue(slot)

    def queue(self, slot: Slot) -> None:
        """Put a game among those that wait for the agents of the seats asked."""
        slots_of, seats_of = self.waiting
        for seat in slot.asked:
            agent = slot.players[seat]
            slots_of[agent].append(slot)
            seats_of[agent].append(seat)

    def _void(self, slot: Slot, error: Exception) -> None:
        """End a match whose environment failed; the environment is not used again."""
        if slot.over:
            return  # another seat of the same turn ran into it before
        slot.blame_game(error)
        self._end(slot, "void")

    def _end(self, slot: Slot, ending: Ending) -> None:
        episode = slot.episode(ending, self.now, self.spec.returns[0])
        if self.recorder is not None:
            self.recorder.ended(slot, episode)
        slot.over = True
        self.flying -= 1
        self.done.append(episode)
        if ending == "void":
            slot.environment.close()
        else:
            self.spare.append(slot.environment)
