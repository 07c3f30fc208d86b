"""The best of several answers: drawn from a policy, ranked by a reward model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from arena_llm.models import load, save
from arena_llm.prompts import labels_of
from arena_llm.scoring import text_scores

from arena import Agent, BadParameter, Batch, Spec, Trainer, TrainingRun
from arena_align.checks import above, check_policy
from arena_align.course import located
from arena_align.players import Floats, Scored, prompter_of
from arena_align.quiet import quiet
from arena_align.tokens import answered


class BestOf(Agent):
    """Draws `candidates` moves by a policy's odds, and plays the one that a reward model prefers.

    `checkpoint` holds both, as the trainer `best_of` puts them together.
    """

    files = ("checkpoint",)

    def __init__(self, checkpoint: str, candidates: int = 4, device: str = "auto") -> None:
        above("best_of", candidates=candidates)
        policy = load(Path(checkpoint) / "policy", device)
        self.policy_model = Scored(policy, prompter_of(policy))
        self.reward = load(Path(checkpoint) / "reward", device, "score")
        self.prompter = prompter_of(self.reward)
        self.candidates = candidates

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` where moves cannot be counted."""
        check_policy(spec)

    def act_batch(self, batch: Batch) -> Sequence[int]:
        """Return a legal action a row."""
        drawn = [
            _drawn(odds, self.candidates, seed)
            for odds, seed in zip(self.policy_model.policy(batch), _seeds(batch))
        ]
        texts = []
        for observation, rows in zip(batch, drawn):
            prompt = self.prompter.prompt(observation)
            labels = labels_of(observation, self.prompter.clean)[1]
            texts += [answered(self.reward.tokenizer, prompt, labels[index]) for index in rows]
        scores = iter(text_scores(self.reward, texts).tolist())
        best = [max((next(scores), -index) for index in rows) for rows in drawn]
        return [legal[-negated] for legal, (_, negated) in zip(batch.legal, best)]


def _seeds(batch: Batch) -> list[int]:
    return [observation.rng.seed for observation in batch]


def _drawn(odds: Floats, count: int, seed: int) -> list[int]:
    """Return which moves are drawn, each once."""
    luck = np.random.default_rng(seed)
    return sorted(set(luck.choice(len(odds), size=count, p=odds / odds.sum()).tolist()))


class BestOfTrainer(Trainer):
    """Puts a policy and a reward model together into a checkpoint that plays the best of N moves.

    `policy` and `reward` name checkpoints, folders or models of the hub; `candidates` is N. There
    is nothing to learn, so its steps are none.
    """

    agent = "best_of"

    def __init__(self, policy: str = "", reward: str = "", candidates: int = 4) -> None:
        above("best_of", candidates=candidates)
        for name, value in (("policy", policy), ("reward", reward)):
            if not value:
                raise BadParameter(f"best_of: name the {name} model ({name}=CHECKPOINT)")
        self.policy, self.reward, self.candidates = policy, reward, candidates

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` where moves cannot be counted."""
        check_policy(spec)

    def default_steps(self, spec: Spec) -> int:
        """Return one: nothing is learnt."""
        return 1

    def train(self, run: TrainingRun) -> None:
        """Copy both."""
        policy = load(located(run, self.policy), "cpu")
        reward = load(located(run, self.reward), "cpu", "score")

        def write(folder: Path) -> None:
            with quiet():
                for name, one in (("policy", policy), ("reward", reward)):
                    save(one.model, one.tokenizer, folder / name, one.template)

        run.step = run.steps
        run.offer(write, {"candidates": self.candidates})
