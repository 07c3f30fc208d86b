"""The rules of `check_environment` that can be seen at a single moment of a game."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, get_args

import numpy as np

from arena.columns import stack
from arena.environment import Environment
from arena.records import CHANCE, Kind, Seat, Spec
from arena.testing.probe import Keepsakes, same
from arena.testing.report import Report, short
from arena.testing.walk import Line, Walk

_TALKS = 5  # decisions a game at which labels are read back, for that may be slow
_LABELS = 12  # actions each time
_NONSENSE = "no move in any game is called this: \u2603"


def check_spec(report: Report, environment: Environment) -> Spec:
    """Check what can be known before the game is dealt, and return it."""

    def broken(what: str, cure: str) -> Exception:
        return report.broken("spec", what, cure)

    if not isinstance(environment, Environment):
        raise broken(f"make() returned {short(environment)}", "derive from arena.Environment")
    spec = getattr(environment, "spec", None)
    if not isinstance(spec, Spec):
        raise broken(f"spec is {short(spec)}", "set self.spec to an arena.Spec in __init__")
    if not spec.name or not spec.seats:
        raise broken("it has no name or no seats", "give the Spec a name and at least one Seat")
    for number, seat in enumerate(spec.seats):
        if not isinstance(seat, Seat) or not all(
            hasattr(space, "contains") and hasattr(space, "sample")
            for space in (seat.observation_space, seat.action_space)
        ):
            raise broken(
                f"seat {number} is {short(seat)}",
                "make each an arena.Seat with two spaces of gymnasium.spaces",
            )
    if spec.kind not in get_args(Kind):
        raise broken(f"kind is {spec.kind!r}", f"use one of {', '.join(get_args(Kind))}")
    low, high = spec.returns
    if low is not None and high is not None and not low <= high:
        raise broken(f"returns is {spec.returns}", "put (low, high), None where unbounded")
    if spec.max_turns is not None and spec.max_turns < 1:
        raise broken(f"max_turns is {spec.max_turns}", "use a positive number, or None")
    if not spec.model and not spec.no_model:
        raise broken("model is False and no_model empty", "say in no_model why it has no model")
    return spec


def compare_specs(report: Report, first: Spec, other: Spec) -> None:
    """Check that two games of one maker have equal specs."""
    if first != other:
        raise report.broken(
            "spec", "two games from one maker have different specs",
            "make the spec from the constructor's parameters alone",
        )  # fmt: skip


class Inspection:
    """Looks at a game before each step; one for each game."""

    def __init__(self, report: Report, spec: Spec) -> None:
        self.report, self.spec = report, spec
        self.kept = Keepsakes()
        self.talks = 0

    def __call__(self, walk: Walk, asked: tuple[int, ...]) -> None:
        """Check everything that this moment of the game shows."""
        environment = walk.environment
        self.check_asked(asked)
        if tuple(environment.acting()) != asked:
            raise self.moving("acting()")
        if asked == (CHANCE,):
            self.check_odds(environment)
            return
        for seat in asked:
            self.check_legal(environment, seat)
            self.check_seen(environment, seat)
        if not asked and environment.truncated:  # learners bootstrap from what was seen last
            for seat in range(len(self.spec.seats)):
                self.check_seen(environment, seat)
        if self.talks < _TALKS or not asked:
            self.talks += 1
            self.check_words(environment, asked)

    def moving(self, what: str) -> Exception:
        """Return the error for a question that changes its own answer."""
        return self.report.broken(
            "still", f"{what} asked twice gives two answers",
            "change the game in reset and step only",
        )  # fmt: skip

    def check_asked(self, asked: tuple[int, ...]) -> None:
        """Check who is asked."""
        seats = range(len(self.spec.seats))
        if asked == (CHANCE,):
            return
        if not all(isinstance(s, int) and s in seats for s in asked):
            what, cure = f"acting() is {asked}", f"name seats from 0 to {len(seats) - 1}"
        elif len(set(asked)) < len(asked):
            what, cure = f"acting() is {asked}", "name each seat once"
        elif self.spec.turn_based and len(asked) > 1:
            what, cure = f"acting() is {asked} and the spec says turn_based", "say turn_based=False"
        else:
            return
        raise self.report.broken("acting", what, cure)

    def check_odds(self, environment: Environment) -> None:
        """Check nature's odds."""
        with self.report.guard("chance", "chance() must give the odds while nature is asked"):
            odds = list(environment.chance())
            again = list(environment.chance())
        total = math.fsum(probability for _, probability in odds)
        if any(not probability >= 0.0 for _, probability in odds) or abs(total - 1.0) > 1e-6:
            raise self.report.broken(
                "chance", f"the odds {short(odds)} sum to {total:.9g}",
                "give every outcome a probability of nought or more, 1 in all",
            )  # fmt: skip
        if not same(odds, again):
            raise self.moving("chance()")

    def check_legal(self, environment: Environment, seat: int) -> None:
        """Check the legal actions of a seat that is asked."""
        with self.report.guard("legal", "legal() must answer for every seat that is asked"):
            legal, again = environment.legal(seat), environment.legal(seat)
        space = self.spec.seats[seat].action_space
        if not same(_listed(legal), _listed(again)):
            raise self.moving(f"legal({seat})")
        if legal is None:
            return
        what = _unlawful(legal, space)
        if what is not None:
            raise self.report.broken(
                "legal", f"legal({seat}) is {short(legal)}: {what}",
                "return distinct actions in ascending order, or None for the whole space",
            )  # fmt: skip
        self.kept.keep(f"what legal({seat}) returned", legal)

    def check_seen(self, environment: Environment, seat: int) -> None:
        """Check what a seat sees."""
        space = self.spec.seats[seat].observation_space
        with self.report.guard("observe", "observe() must answer for every seat that is asked"):
            seen, again = environment.observe(seat), environment.observe(seat)
            contained = space.contains(seen)
        if not contained:
            raise self.report.broken(
                "observe", f"what seat {seat} sees is not an element of {short(space)}: "
                f"{_kind_of(seen)} {short(seen, 50)}",
                "correct the space, or the shape, dtype or values of what observe returns",
            )  # fmt: skip
        if not same(seen, again):
            raise self.moving(f"observe({seat})")
        self.kept.keep(f"what observe({seat}) returned", seen)
        if _overrides_observe_many(environment):
            self.check_seen_together(environment, seat, stack([seen, seen]))

    def check_seen_together(self, environment: Environment, seat: int, stacked: Any) -> None:
        """Check that `observe_many` is what `observe` is."""
        cure = "let observe_many return what observe does, stacked, or do without it"
        with self.report.guard("observe", cure):
            together = type(environment).observe_many([environment] * 2, [seat] * 2)
            agrees = same(together, stacked)
        if not agrees:
            raise self.report.broken(
                "observe", f"observe_many shows seat {seat} something else than observe", cure
            )
        self.kept.keep(f"what observe_many showed seat {seat}", together)

    def check_words(self, environment: Environment, asked: Sequence[int]) -> None:
        """Check what is said in words."""
        with self.report.guard("text", "render, text, label and parse must not raise"):
            words: list[Any] = [environment.render()]
            for seat in asked:
                words.append(environment.text(seat))
                words += self.check_labels(environment, seat)
        wrong = [word for word in words if not isinstance(word, str)]
        if wrong:
            raise self.report.broken(
                "text", f"{short(wrong[0])} is not text", "return a str from render, text and label"
            )

    def check_labels(self, environment: Environment, seat: int) -> list[Any]:
        """Check that labels are read back as the actions they name; return them."""
        if self.spec.seats[seat].in_words:
            return self.check_text_moves(environment, seat)
        legal = environment.legal(seat)
        actions = list(legal)[:_LABELS] if legal is not None else []
        labels = [environment.label(seat, action) for action in actions]
        for action, label in zip(actions, labels):
            read = environment.parse(seat, label)
            if read is None or int(read) != action:
                raise self.report.broken(
                    "text", f"action {action} is called {label!r}, which parse reads as {read!r}",
                    "give each legal action a label of its own that parse knows",
                )  # fmt: skip
        if environment.parse(seat, _NONSENSE) is not None:
            raise self.report.broken(
                "text", "parse finds a move in nonsense", "return None for what names no legal move"
            )
        return labels

    def check_text_moves(self, environment: Environment, seat: int) -> list[Any]:
        """Check that parse, where moves are text, gives text that is a move; return labels."""
        space = self.spec.seats[seat].action_space
        space.seed(seat)
        texts = [space.sample(), _NONSENSE]
        for text in texts:
            read = environment.parse(seat, text)
            if read is not None and not space.contains(read):
                raise self.report.broken(
                    "text", f"parse reads {text!r} as {short(read)}, which is not in {space}",
                    "return a text of the action space, or None",
                )  # fmt: skip
        return [environment.label(seat, text) for text in texts]

    def check_pay(self, line: Line) -> None:
        """Check what a step paid."""
        if line.pay is None:
            return
        with self.report.guard("step", "return one number a seat, or None"):
            finite = all(math.isfinite(float(part)) for part in line.pay)
        if len(line.pay) != len(self.spec.seats) or not finite:
            raise self.report.broken(
                "step", f"step returned {short(line.pay)} for {len(self.spec.seats)} seats",
                "return one finite number a seat, or None where nobody is paid",
            )  # fmt: skip

    def check_kept(self) -> None:
        """Check that nothing that was handed out has changed since."""
        if name := self.kept.changed():
            raise self.report.broken(
                "kept", f"{name} was changed later",
                "return a copy, or build a new array at each step",
            )  # fmt: skip


def _overrides_observe_many(environment: Environment) -> bool:
    kinds = set(type(environment).__mro__) - {Environment}
    return any("observe_many" in vars(kind) for kind in kinds)


def _unlawful(legal: Sequence[int], space: Any) -> str | None:
    """Return what is wrong with a list of legal actions."""
    if not len(legal):
        return "a seat that is asked can do nothing"
    try:
        numbers = [operator.index(action) for action in legal]
    except TypeError:
        return "not all are whole numbers"
    if any(b <= a for a, b in pairwise(numbers)):
        return "they are not distinct and ascending"
    outside = next((a for a in numbers if not space.contains(np.int64(a))), None)
    return None if outside is None else f"{outside} is not in {short(space)}"


def _listed(legal: Sequence[int] | None) -> list[int] | None:
    return None if legal is None else list(legal)


def _kind_of(value: Any) -> str:
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return f"{value.dtype} {tuple(value.shape)}"
    return type(value).__name__
