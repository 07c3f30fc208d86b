"""Asking an agent the same thing in several ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from arena.agent import Agent
from arena.batch import Batch, Moves
from arena.records import Spec
from arena.seeds import derive
from arena.testing.probe import global_luck, same, stir, touched
from arena.testing.report import Broken, Report, short
from arena.testing.watched import Watched

_ALONE = 16  # rows of a batch that are asked one by one
_CLOSE = 1e-4  # floats this near are the same answer, computed in another order
_TIES = 0.01  # the share of rows that may turn on a tie between floats


class Tally:
    """How many rows were asked again in each way, and how many answers changed."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.changed: Counter[str] = Counter()
        self.example: dict[str, str] = {}

    def add(self, rule: str, before: Any, after: Any, where: str) -> None:
        """Count one row."""
        self.asked[rule] += 1
        if not same(before, after, _CLOSE):
            self.changed[rule] += 1
            self.example.setdefault(rule, f"{short(before, 30)}, then {short(after, 30)}, {where}")

    def judge(self, report: Report, spec: Spec) -> None:
        """Raise if more answers changed than ties between floats explain; note those that did."""
        cures = {
            "order": "answer rows in the order of the batch, each from its own observation",
            "batch": "let a row's answer depend on that row alone (batch.u is already by row)",
        }
        for rule, cure in cures.items():
            asked, changed = self.asked[rule], self.changed[rule]
            if changed > max(1, _TIES * asked):
                what = f"{changed} of {asked} answers change in {spec.name}: {self.example[rule]}"
                raise report.broken(rule, what, cure)
            if changed:
                report.notes.append(
                    f"{rule}: {changed} of {asked} rows changed in {spec.name}, as a tie between "
                    f"floats may: {self.example[rule]}"
                )


class Probe(Agent):
    """Plays as `subject` does, and asks it the first `asks` batches again in other ways."""

    def __init__(
        self, report: Report, subject: Agent, games: Sequence[Watched], asks: int, tally: Tally,
        seed: int,
    ) -> None:  # fmt: skip
        self.report, self.subject, self.games = report, subject, games
        self.asks, self.tally, self.seed = asks, tally, seed
        self.needs = subject.needs
        self.found: Broken | None = None

    def act_batch(self, batch: Batch) -> Sequence[Any] | Moves:
        """Return the subject's answers."""
        if self.found is not None:
            raise self.found
        try:
            return self._ask(batch)
        except Broken as error:
            self.found = error
            raise

    def _ask(self, batch: Batch) -> Sequence[Any] | Moves:
        if self.asks <= 0:
            return self.subject.act_batch(batch)
        self.asks -= 1
        pages = batch._pages()
        answer, first = self._once(batch)
        remembered = batch._pages()
        self._check_again(batch, pages, first)
        rows = range(len(batch))
        mixed = np.random.default_rng(derive(self.seed, self.asks)).permutation(len(rows)).tolist()
        self._reset(batch, pages)
        shuffled = self._once(batch.take(mixed))[1]
        for row, action in zip(mixed, shuffled):
            self.tally.add("order", first[row], action, "rows in another order")
        self._reset(batch, pages)
        for row in mixed[:_ALONE]:
            alone = self._once(batch.take([row]))[1]
            self.tally.add("batch", first[row], alone[0], f"a row of {len(rows)} asked alone")
        self._reset(batch, remembered)
        return answer

    def _check_again(self, batch: Batch, pages: list[dict[str, Any]], first: list[Any]) -> None:
        """Ask the very same again: here nothing at all may change."""
        self._reset(batch, pages)
        again = self._once(batch.take(range(len(batch))))[1]
        for mine, other in zip(first, again):
            if not same(mine, other, _CLOSE):
                raise self.report.broken(
                    "repeat", f"asked again it answers {short(other, 30)}, not {short(mine, 30)}",
                    "keep the state of a game in observation.memory (replaced, not changed in "
                    "place), and take luck from batch.u or observation.rng only",
                )  # fmt: skip

    @staticmethod
    def _reset(batch: Batch, pages: list[dict[str, Any]]) -> None:
        batch._restore([dict(page) for page in pages])

    def _once(self, batch: Batch) -> tuple[Sequence[Any] | Moves, list[Any]]:
        """Ask once, with other global luck each time; return the answer and its actions."""
        stir(derive(self.seed, "stir", self.tally.asked.total(), self.asks))
        before = global_luck()
        with self.report.guard("raises", "answer every observation of a game that suits it"):
            answer = self.subject.act_batch(batch)
            actions = list(answer.actions if isinstance(answer, Moves) else answer)
        if moved := touched(before):
            raise self.report.broken(
                "luck", f"it draws from the process-wide {' and '.join(moved)}",
                "draw from batch.u or observation.rng, or wrap the library in arena.GlobalLuck",
            )  # fmt: skip
        if len(actions) != len(batch):
            raise self.report.broken(
                "legal", f"it gave {len(actions)} answers to {len(batch)} rows",
                "return one action a row",
            )  # fmt: skip
        changed = next((name for game in self.games if (name := game.shown.changed())), None)
        if changed is not None:
            raise self.report.broken(
                "observation", f"it changed {changed}", "copy what is to be changed"
            )
        return answer, actions
