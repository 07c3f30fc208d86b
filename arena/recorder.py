"""Hears the runner on behalf of learners, and hands out what it heard as `Experience`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from arena.agent import Agent
from arena.batch import Batch
from arena.errors import ArenaError, Infrastructure
from arena.experience import EMPTY, Bools, Experience, Ints, join, pick
from arena.records import Episode, Fault
from arena.slot import Slot


class Ends(NamedTuple):
    """How matches have ended: their numbers (n,), whether they were cut off (n,), their returns
    (n, seats)."""

    match: Any
    truncated: Any
    returns: Any


_KEYS = ("match", "seat", "turn", "before", "extra", "action")


class Recorder:
    """Keeps the moves of the agents `learners` (by index), to be taken as `Experience`.

    `fields` name what is captured of each batch ("data", "mask", "legal", "u", ...); columns that
    an agent hands back beside its moves are kept as they are and cost no second look.

    `steps` counts the moves of all agents (seats that move at once make one move), `over` those of
    the matches that have ended since the last `take`.
    """

    def __init__(
        self,
        agents: Sequence[Agent],
        learners: Collection[int] = (0,),
        fields: Collection[str] = (),
    ) -> None:
        self.agents, self.learners, self.fields = agents, frozenset(learners), tuple(fields)
        self.steps = self.over = 0
        self._parts: list[dict[str, Any]] = []
        self._ends: list[Ends] = []
        self._cut: list[tuple[int, Any, Any]] = []
        self._alike: bool | None = None  # whether all seats have the same spaces

    def moved(
        self, agent: int, batch: Batch, actions: Sequence[Any], columns: dict[str, Sequence[Any]]
    ) -> None:
        """Hear the answers of an agent, before any of them is played."""
        if batch.spec.turn_based:
            self.steps += len(batch)
        else:
            self.steps += sum(s.asked[0] == seat for s, seat in zip(batch._slots, batch._seats))
        if agent in self.learners:
            self._parts.append(self._part(batch, actions, columns, extra=False))

    def ended(self, slot: Slot, episode: Episode) -> None:
        """Hear that a match is over. Raises for a fault that would spoil what is learnt."""
        check_faults(episode.faults, slot.players, self.learners)
        self.over += episode.turns
        truncated = episode.ending == "truncated"
        if truncated:
            self._ask_last(slot)
        self._ends.append(Ends([episode.match.number], [truncated], [episode.returns]))

    def take(self, whole: bool = False) -> Experience:
        """Hand out what was kept and forget it; with `whole`, only matches that have ended.

        Of a match that goes on, the last row of each trajectory is open and is kept for the next
        time, when its outcome is known.
        """
        if not self._parts:
            return EMPTY
        table = self._table()
        order = np.lexsort((table["turn"], table["seat"], table["match"]))
        table = {key: pick(column, order) for key, column in table.items()}
        ends = Ends(*map(np.concatenate, zip(*self._ends))) if self._ends else _NO_ENDS
        index, ended = _find(table["match"], ends.match)
        if whole:
            self._parts = _rest(table, ~ended)
            rows = np.flatnonzero(ended)
            table = {key: pick(column, rows) for key, column in table.items()}
            index, ended = index[rows], ended[rows]
        else:
            self._parts = _rest(table, _last(table) & ~ended)
        experience = _experience(table, index, ended, ends)
        self._ends, self.over = [], 0
        return experience

    def _table(self) -> dict[str, Any]:
        """Return all that was kept, column by column."""
        return {key: join([part[key] for part in self._parts]) for key in self._names()}

    def _part(
        self, batch: Batch, actions: Sequence[Any], columns: Mapping[str, Any], extra: bool
    ) -> dict[str, Any]:
        slots, seats = batch._slots, batch._seats
        paid = np.zeros((len(slots), len(batch.spec.seats)))
        for row, slot in enumerate(slots):
            if slot.returns is not None:
                paid[row] = slot.returns
        return {
            **{name: self._capture(batch, name) for name in self.fields},
            **columns,
            "match": [slot.match.number for slot in slots],
            "seat": seats,
            "turn": batch.turns,
            "before": paid,
            "extra": np.full(len(slots), extra),
            "action": actions,
        }

    def _capture(self, batch: Batch, name: str) -> Any:
        if self._alike is None:
            first = batch.spec.seats[0]
            self._alike = all(
                seat.observation_space == first.observation_space
                and seat.action_space == first.action_space
                for seat in batch.spec.seats
            )
        if self._alike:
            return getattr(batch, name)
        return [getattr(observation, name) for observation in batch]

    def _ask_last(self, slot: Slot) -> None:
        """Have the position in which a match was cut off seen by those who would move there.

        Their agent is asked for its columns; its action is played nowhere. Where a seat cannot be
        asked, the outcome of its last move stays unknown instead.
        """
        for seat, agent in enumerate(slot.players):
            if agent not in self.learners:
                continue
            try:
                if (acting := slot.environment.acting()) and seat not in acting:
                    continue
                batch = Batch([slot], [seat])
                answer = self.agents[agent].act_batch(batch)
                actions, columns = answer if isinstance(answer, tuple) else (answer, {})
                part = self._part(batch, actions, columns, extra=True)
            except Exception:  # games differ in what they still answer once they are cut off
                continue
            self._parts.append(part)

    def _names(self) -> list[str]:
        names = list(self._parts[0])
        for part in self._parts:
            if part.keys() != self._parts[0].keys():
                differ = sorted(part.keys() ^ self._parts[0].keys())
                raise ArenaError(f"the agent that learns gives column {differ[0]!r} only sometimes")
        return names


def check_faults(
    faults: Sequence[Fault], players: Sequence[int], learners: Collection[int]
) -> None:
    """Raise for a fault of the environment, or of an agent that learns."""
    for fault in faults:
        if fault.seat is None or players[fault.seat] in learners:
            who = "the environment" if fault.seat is None else "the agent that learns"
            kind = Infrastructure if fault.seat is None else ArenaError
            error = kind(f"training stopped: {who} failed ({fault.kind}): {fault.message}")
            if fault.traceback:
                error.add_note(fault.traceback)
            raise error


_NO_ENDS = Ends(np.zeros(0, np.int64), np.zeros(0, np.bool_), np.zeros((0, 0)))


def _find(matches: Ints, numbers: Ints) -> tuple[Ints, Bools]:
    """Return where each row's match stands in `numbers`, and whether it does."""
    if not len(numbers):
        return np.zeros(len(matches), np.int64), np.zeros(len(matches), np.bool_)
    order = np.argsort(numbers)
    index = order[np.minimum(np.searchsorted(numbers, matches, sorter=order), len(order) - 1)]
    return index, numbers[index] == matches


def _last(table: Mapping[str, Any]) -> Bools:
    """Return which rows are the last of their trajectory."""
    match, seat = table["match"], table["seat"]
    last = np.ones(len(match), np.bool_)
    last[:-1] = (match[1:] != match[:-1]) | (seat[1:] != seat[:-1])
    return last


def _rest(table: Mapping[str, Any], kept: Bools) -> list[dict[str, Any]]:
    rows = np.flatnonzero(kept)
    return [{key: pick(column, rows) for key, column in table.items()}] if len(rows) else []


def _experience(table: dict[str, Any], index: Ints, ended: Bools, ends: Ends) -> Experience:
    match, seat, turn, before, extra, action = (table.pop(key) for key in _KEYS)
    last = _last({"match": match, "seat": seat})
    after = np.full(before.shape, np.nan)
    open_ = extra | (last & ~ended)
    if ended.any():
        after[ended] = ends.returns[index[ended]]
        cut = ends.truncated[index]
        open_ |= last & ended & cut
    rows = np.arange(len(match))
    later = np.where(last, after[rows, seat], np.append(before[rows, seat][1:], 0.0))
    reward = np.where(open_, 0.0, later - before[rows, seat])
    offsets = np.concatenate([[0], np.flatnonzero(last) + 1])
    return Experience(match, seat, turn, reward, open_, offsets, action, before, after, table)
