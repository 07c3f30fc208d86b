"""Whether an answer is a move, and what it costs if it is not."""

from __future__ import annotations

import time
import traceback
from collections.abc import Sequence
from operator import contains
from typing import Any, NamedTuple

import numpy as np

from arena.agent import Agent
from arena.batch import Batch, Moves
from arena.errors import BadParameter, Infrastructure
from arena.records import Fault, Rules, Spec
from arena.seeds import derive, uniform
from arena.slot import Slot

_COSTS = ("forfeit", "random")


class Wrong(NamedTuple):
    """An answer that is not a move."""

    kind: str
    message: str
    traceback: str = ""


class Answers(NamedTuple):
    """One action or `Wrong` a row, and what the agent handed back beside them."""

    actions: Sequence[Any]
    columns: dict[str, Sequence[Any]]


class Referee:
    """Asks agents, and judges what they answer by the rules."""

    def __init__(self, spec: Spec, rules: Rules) -> None:
        self.spec, self.rules = spec, rules
        self.costs = check_rules(rules)

    def ask(self, agent: Agent, batch: Batch) -> Answers:
        """Return the agent's answers, `Wrong` where it raised or took too long."""
        if type(agent).act_batch is Agent.act_batch:
            return Answers([self._ask_row(agent, observation) for observation in batch], {})
        pages = batch._pages()
        begun = time.perf_counter()
        try:
            answers = checked(agent.act_batch(batch), len(batch))
        except Exception as error:
            batch._restore(pages)
            if len(batch) == 1:
                return Answers([wrong_of(error)], {})
            return self._one_by_one(agent, batch)
        limit = self.rules.move_seconds
        if limit is not None and (took := time.perf_counter() - begun) > limit * len(batch):
            return Answers([_late(took / len(batch), limit)] * len(batch), {})
        return answers

    def _ask_row(self, agent: Agent, observation: Any) -> Any:
        begun = time.perf_counter() if self.rules.move_seconds is not None else 0.0
        try:
            action = agent.act(observation)
        except Exception as error:
            return wrong_of(error)
        limit = self.rules.move_seconds
        if limit is not None and (took := time.perf_counter() - begun) > limit:
            return _late(took, limit)
        return action

    def _one_by_one(self, agent: Agent, batch: Batch) -> Answers:
        """Ask each row alone, so that the rows that are well do not pay for the one that raises."""
        alone = [self.ask(agent, batch.take([row])) for row in range(len(batch))]
        names = {name for answers in alone for name in answers.columns}
        columns: dict[str, Sequence[Any]] = {
            n: [a.columns[n][0] if n in a.columns else None for a in alone] for n in names
        }
        return Answers([answers.actions[0] for answers in alone], columns)

    def judge(self, seat: int, action: Any, legal: Sequence[int] | None) -> Any:
        """Return the action in its canonical form, or `Wrong`."""
        if isinstance(action, Wrong):
            return action
        space = self.spec.seats[seat].action_space
        if self.spec.seats[seat].in_words:
            return _words(space, action)
        if legal is None:
            return _element(space, action)
        try:
            number = int(action.item() if hasattr(action, "item") else action)
        except (TypeError, ValueError, OverflowError):
            kind = "nan" if isinstance(action, float) and action != action else "type"
            return Wrong(kind, f"{_short(action)} is not an integer action")
        if isinstance(action, str) or number != action:
            return Wrong("type", f"{_short(action)} is not an integer action")
        if number not in legal:
            return Wrong("illegal", f"action {number} is not among the {len(legal)} legal ones")
        return number

    def settle(self, agent: Agent, slot: Slot, seat: int, wrong: Wrong, may_imagine: bool) -> Any:
        """Return the action that the rules put in place of a wrong one.

        None for a forfeit; a `Wrong` of kind "infrastructure" if that is what a retry ran into.
        """
        cost, tries = self.costs[wrong.kind]
        for attempt in range(1, tries + 1):
            self._blame(slot, seat, wrong, "retry")
            batch = Batch([slot], [seat], may_imagine, attempt)
            action = self.judge(seat, self.ask(agent, batch).actions[0], slot.legal(seat))
            if not isinstance(action, Wrong) or action.kind == "infrastructure":
                return action
            wrong = action
        if cost == "random":
            self._blame(slot, seat, wrong, "random")
            return random_action(self.spec, slot, seat)
        self._blame(slot, seat, wrong, "forfeit")
        return None

    def _blame(self, slot: Slot, seat: int, wrong: Wrong, cost: str) -> None:
        slot.blame(Fault(seat, slot.turn, wrong.kind, cost, wrong.message, wrong.traceback))


def plain(actions: Sequence[Any], legals: Sequence[Any]) -> bool:
    """Whether every action is an `int` among its row's legal ones; nothing in it is Python code."""
    return set(map(type, actions)) == {int} and all(legals) and all(map(contains, legals, actions))


def check_rules(rules: Rules) -> dict[str, tuple[str, int]]:
    """Return (final cost, retries) by kind of fault. Raises `BadParameter`."""
    return {
        **dict.fromkeys(("illegal", "type", "nan"), _cost("illegal", rules.illegal)),
        "exception": _cost("error", rules.error),
        "clock": _cost("overtime", rules.overtime),
    }


def random_action(spec: Spec, slot: Slot, seat: int) -> Any:
    """Return a uniformly random legal action from luck of its own."""
    legal = slot.legal(seat)
    luck = derive(slot.seed, "referee")
    if legal is not None:
        return legal[int(uniform(luck, seat, slot.turn) * len(legal))]
    space = spec.seats[seat].action_space
    space.seed(derive(luck, seat, slot.turn))
    return space.sample()


def _cost(rule: str, text: str) -> tuple[str, int]:
    """Return (final cost, retries) of a rule such as "forfeit", "random" or "retry:2"."""
    if text in _COSTS:
        return text, 0
    word, _, count = text.partition(":")
    if word == "retry" and count.isdigit() and rule != "overtime":
        return "forfeit", int(count)
    choices = "forfeit or random" if rule == "overtime" else "forfeit, random or retry:N"
    raise BadParameter(f"rules: {rule} = {text!r} is not {choices}")


def checked(answer: Sequence[Any] | Moves, rows: int) -> Answers:
    """Return what an agent answered. Raises `ValueError` if it is not of as many rows."""
    actions, columns = answer if isinstance(answer, Moves) else (answer, {})
    if hasattr(actions, "tolist") and getattr(actions, "ndim", 0) == 1:
        actions = actions.tolist()
    for name, column in [("actions", actions), *columns.items()]:
        if len(column) != rows:
            raise ValueError(f"act_batch gave {len(column)} {name} for {rows} rows")
    return Answers(actions, columns)


def wrong_of(error: Exception) -> Wrong:
    """Return what it means that an agent raised."""
    if isinstance(error, Infrastructure):
        return Wrong("infrastructure", str(error), traceback.format_exc())
    return Wrong("exception", f"{type(error).__name__}: {error}", traceback.format_exc())


def _late(took: float, limit: float) -> Wrong:
    return Wrong("clock", f"took {took:.3f} s for a move of at most {limit:g} s")


def _words(space: Any, action: Any) -> Any:
    """Return `action` as text of a space of texts, or `Wrong`."""
    if not isinstance(action, str):
        return Wrong("type", f"{_short(action)} is not text, and here a move is text")
    if not space.contains(action):
        return Wrong("illegal", f"{_short(action)}, {len(action):,} characters, is not in {space}")
    return str(action)


def _element(space: Any, action: Any) -> Any:
    """Return `action` as an element of a space that cannot be counted, or `Wrong`."""
    try:
        if hasattr(space, "dtype") and space.dtype is not None and space.shape is not None:
            action = np.asarray(action)
            if action.dtype == object:
                return Wrong("type", f"{_short(action)} is not an array of numbers")
            if np.issubdtype(action.dtype, np.floating) and np.isnan(action).any():
                return Wrong("nan", "the action holds NaN")
            if not np.can_cast(action.dtype, space.dtype, "same_kind"):
                return Wrong("type", f"{action.dtype} is not the space's {space.dtype}")
            action = action.astype(space.dtype)
        if space.contains(action):
            return action
    except Exception as error:
        return Wrong("type", f"{_short(action)} is not in {space}: {error}")
    return Wrong("illegal", f"{_short(action)} is not in {space}")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
