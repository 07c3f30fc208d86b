"""What answers are paid: by a reward model, a scorer, or the matches that they lead to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
from arena_llm.models import load
from arena_llm.scoring import text_scores
from numpy.typing import NDArray

from arena import Agent, Environment, TrainingRun, derive
from arena_align.continuations import returns_after
from arena_align.course import located
from arena_align.decisions import Decision
from arena_align.tokens import answered

Floats = NDArray[np.float64]
Score = Callable[[Sequence[str], Sequence[str]], Floats]
"""From prompts and replies to one number each: more is better."""


def by_reward_model(run: TrainingRun, name: str) -> Score:
    """Return what a reward model says; `name` is a checkpoint's, a folder or a model of the hub."""
    model = load(located(run, name), run.device, "score")

    def score(prompts: Sequence[str], replies: Sequence[str]) -> Floats:
        return text_scores(model, answered(model.tokenizer, prompts, replies)).double().numpy()

    return score


class ByArena:
    """Pays an answer the return of a match: the position with the move made, then played on.

    The seat is then played by `policy`, the others by the `opponents` in turn. What is no legal
    move forfeits: it is paid `low`.
    """

    def __init__(
        self, make: Callable[[], Environment], asked: Sequence[Decision], policy: Agent,
        opponents: Sequence[Agent], seed: int, low: float,
    ) -> None:  # fmt: skip
        self.make, self.policy, self.opponents = make, policy, opponents
        self.asked = {decision.prompt: decision for decision in asked}
        self.seed, self.low, self.calls = seed, low, 0

    def __call__(self, prompts: Sequence[str], replies: Sequence[str]) -> Floats:
        """Return the return of each reply's match: float64 (replies,)."""
        asks, rows = [], []
        for row, (prompt, reply) in enumerate(zip(prompts, replies)):
            decision = self.asked[prompt]
            if reply in decision.labels:
                asks.append((decision, decision.labels.index(reply)))
                rows.append(row)
        paid = np.full(len(prompts), self.low)
        self.calls += 1
        paid[rows] = returns_after(
            self.make, asks, [self.policy], self.opponents, derive(self.seed, self.calls)
        )
        return paid


class Centred:
    """Scores a reply above the mean of all legal replies to the same prompt.

    What is learnt from pairs alone (Bradley-Terry) leaves open what is added to all replies to one
    prompt: this takes it away. Nor does it say anything of prompts to which every legal reply is
    worth the `same`, as nobody ever preferred one: all of them score 0. Prompts of no position are
    scored as they are.
    """

    def __init__(self, asked: Sequence[Decision], score: Score, same: Collection[str] = ()) -> None:
        self.score, self.same = score, frozenset(same)
        told = [(d.prompt, label) for d in asked for label in d.labels]
        scores = score([prompt for prompt, _ in told], [label for _, label in told])
        self.known = dict(zip(told, scores.tolist()))
        self.means = {
            d.prompt: float(np.mean([self.known[d.prompt, label] for label in d.labels]))
            for d in asked
            if d.labels
        }

    def __call__(self, prompts: Sequence[str], replies: Sequence[str]) -> Floats:
        """Return one number a reply: float64 (replies,)."""
        asked = list(zip(prompts, replies))
        if new := [pair for pair in dict.fromkeys(asked) if pair not in self.known]:
            scores = self.score([prompt for prompt, _ in new], [reply for _, reply in new])
            self.known.update(zip(new, scores.tolist()))
        return np.array([self._above(prompt, self.known[prompt, reply]) for prompt, reply in asked])

    def _above(self, prompt: str, score: float) -> float:
        return 0.0 if prompt in self.same else score - self.means.get(prompt, 0.0)


class Refereed:
    """Pays what is no legal move a fixed amount, and all else as a scorer does."""

    def __init__(self, asked: Sequence[Decision], score: Score, illegal: float) -> None:
        self.legal = {decision.prompt: frozenset(decision.labels) for decision in asked}
        self.score, self.illegal = score, illegal

    def __call__(self, prompts: Sequence[str], replies: Sequence[str]) -> Floats:
        """Return one number a reply: float64 (replies,)."""
        paid = self.score(prompts, replies)
        for row, (prompt, reply) in enumerate(zip(prompts, replies)):
            if self.legal.get(prompt) and reply not in self.legal[prompt]:
                paid[row] = self.illegal
        return paid
