"""What an agent does at every decision of a game, asked as it is asked in play."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from arena.agent import Agent
from arena.allowance import FOREVER, Allowance
from arena.batch import Batch, Moves
from arena.environment import Environment
from arena.errors import ArenaError, Unsuitable
from arena.gametree import Decision, Floats, GameTree, Joint
from arena.records import CHANCE, Match
from arena.seeds import Luck, derive
from arena.slot import Slot

FOLDS = 10
_FIRST, _ROWS, _ANSWERS = 20, 4096, 10_000_000
_SPARE = 1.3
"""Answers may take longer than the first did."""

Source = Literal["stated", "certain", "sampled"]
Pages = dict[int, dict[str, Any]]


@dataclass(frozen=True)
class Asked:
    """An agent's policy in a game: `odds` float64 (sequences,), see `arena.sequence_form`.

    source   "stated": the agent said it (`Agent.policy`); "certain": it answered the same whatever
             its luck; "sampled": estimated from `samples` answers at each decision
    folds    float64 (10, sequences): the policies that each leave a tenth of the answers out
    """

    odds: Floats
    source: Source
    samples: int = 0
    folds: Floats | None = None


def ask(
    agent: Agent,
    tree: GameTree,
    make: Callable[[], Environment],
    samples: int,
    seed: int = 0,
    allowance: Allowance = FOREVER,
) -> Asked:
    """Return the policy of an agent that holds every seat.

    It is asked at one of the positions that it cannot tell apart, on the way to which it was asked
    at each of its decisions, and did what leads here. Raises `ArenaError` for an answer that breaks
    the rules, and whatever the agent raises. Of a large game fewer samples are taken, so that there
    are ten million answers at most, and as many as there is time for. Raises `Unsuitable` where
    that is too little to ask it at every decision.
    """
    interview = _Interview(agent, tree, make, seed, allowance)
    odds = interview.stated()
    if odds is not None:
        return Asked(odds, "stated")
    begun = allowance.spent
    counts = interview.counts(_FIRST)
    if np.isin(counts, (0, _FIRST)).all():
        return Asked(_shares(tree, counts), "certain")
    each = (allowance.spent - begun) / _FIRST
    samples = min(samples, _ANSWERS // max(1, len(tree.decisions)))
    if allowance.left < _SPARE * samples * each:
        samples = int(allowance.left / (_SPARE * each))
        if samples < 2 * FOLDS:
            raise interview.slow()
    each = max(2, -(-samples // FOLDS))
    folds = np.stack([interview.counts(each, fold) for fold in range(FOLDS)])
    total = folds.sum(axis=0)
    without = np.stack([_shares(tree, total - fold) for fold in folds])
    return Asked(_shares(tree, total), "sampled", each * FOLDS, without)


def decisions_shown(
    tree: GameTree, make: Callable[[], Environment]
) -> Iterator[tuple[list[int], Batch]]:
    """Yield all decisions of a game (by index), and each as the row of a batch that agents see."""
    yield from _Interview(Agent(), tree, make, 0, FOREVER).batches(1, 0)


def _shares(tree: GameTree, counts: Floats) -> Floats:
    """Return the share of the answers that each action has; 1 for the empty sequence."""
    shares = np.ones(tree.sequences)
    for decision in tree.decisions:
        part = slice(decision.first, decision.first + len(decision.legal))
        shares[part] = counts[part] / counts[part].sum()
    return shares


class _Interview:
    """Asks one agent at all decisions, those that come first in a match first."""

    def __init__(
        self, agent: Agent, tree: GameTree, make: Callable[[], Environment], seed: int,
        allowance: Allowance,
    ) -> None:  # fmt: skip
        self.agent, self.tree, self.make, self.seed = agent, tree, make, seed
        self.allowance = allowance
        self.name = type(agent).__name__
        self.owner = np.zeros(tree.sequences, np.int64)  # the decision of each sequence
        for index, decision in enumerate(tree.decisions):
            self.owner[decision.first : decision.first + len(decision.legal)] = index

    def slow(self) -> Unsuitable:
        """Return what is raised where time is up."""
        return Unsuitable(
            f"{self.name} takes too long to be asked at all {len(self.tree.decisions):,} decisions"
        )

    def stated(self) -> Floats | None:
        """Return the odds that the agent states, None if it does not."""
        odds = np.ones(self.tree.sequences)
        for indices, batch in self.batches(1, 0):
            rows = self.agent.policy(batch)
            if rows is None:
                return None
            for index, row in zip(indices, rows):
                decision, told = self.tree.decisions[index], np.asarray(row, np.float64)
                fits = told.shape == (len(decision.legal),) and told.min() >= 0
                if not fits or abs(told.sum() - 1) > 1e-6:
                    raise ArenaError(
                        f"{self.name}.policy returned {told.tolist()} for {len(decision.legal)} "
                        "legal actions; return odds that sum to 1, in the order of batch.legal"
                    )
                odds[decision.first : decision.first + len(told)] = told / told.sum()
        return odds

    def counts(self, each: int, stream: int = -1) -> Floats:
        """Return how often each action was the answer, of `each` at every decision."""
        counts = np.zeros(self.tree.sequences)
        for indices, batch in self.batches(each, stream):
            answer = self.agent.act_batch(batch)
            actions = answer.actions if isinstance(answer, Moves) else answer
            for row, action in enumerate(actions):
                decision = self.tree.decisions[indices[row // each]]
                counts[decision.first + _place(self.name, decision, action)] += 1
        return counts

    def batches(self, each: int, stream: int) -> Iterator[tuple[list[int], Batch]]:
        """Yield some decisions (by index) and a batch of `each` rows for each of them."""
        pages: Pages = {}
        may_imagine = "model" in self.agent.needs
        levels = list(self.tree.levels())
        wanted = max(map(len, levels), default=0)  # games are slow to make
        games = [self.make() for _ in range(max(1, min(_ROWS // each, wanted)))]
        for level in levels:
            later: Pages = {}
            for begin in range(0, len(level), len(games)):
                indices = level[begin : begin + len(games)]
                rows = [
                    slot
                    for index, game in zip(indices, games)
                    for slot in self._slots(game, index, each, stream, pages)
                ]
                seats = [self.tree.decisions[index].seat for index in indices]
                if self.allowance.over():
                    raise self.slow()
                yield indices, Batch(rows, np.repeat(seats, each).tolist(), may_imagine)
                for index, seat, slot in zip(indices, seats, rows[::each]):
                    if slot.pages and slot.pages.get(seat):
                        later[index] = slot.pages[seat]
            pages = later
        for game in games:
            game.close()

    def _slots(
        self, game: Environment, index: int, each: int, stream: int, pages: Pages
    ) -> Iterator[Slot]:
        """Yield matches that have come to a decision, which differ in the agent's luck alone."""
        decision = self.tree.decisions[index]
        game.reset(Luck(0))
        for number in range(each):
            luck = derive(self.seed, "asked", stream, index, number)
            match = Match(index, (0,) * len(self.tree.spec.seats), luck, 0)
            slot = Slot(game, match, 0.0)
            if number == 0:
                first = slot
                for joint in self.tree.path(decision.node):
                    _play(slot, joint)
            slot.turn, slot.log, slot.draws = first.turn, list(first.log), first.draws
            slot.returns, slot.payments = first.returns, list(first.payments or ()) or None
            if decision.before and (page := pages.get(int(self.owner[decision.before]))):
                slot.pages = {decision.seat: dict(page)}
            yield slot


def _play(slot: Slot, joint: Joint) -> None:
    """Play what was done, by chance or by the seats asked."""
    slot.step(dict(joint))
    if joint[0][0] == CHANCE:
        slot.turn -= 1
        slot.draws += 1


def _place(name: str, decision: Decision, action: Any) -> int:
    """Return where an answer stands among the legal actions."""
    try:
        return decision.legal.index(int(action))
    except (TypeError, ValueError):
        raise ArenaError(
            f"{name} answered {action!r}, and legal is {list(decision.legal)[:20]}"
        ) from None
