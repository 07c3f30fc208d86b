"""Checkpoints at the table: a policy by the odds of its moves, a reward model by its scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from arena_llm.models import Head, load
from arena_llm.prompts import labels_of
from arena_llm.scoring import text_scores

from arena import Agent, Batch, Spec
from arena_align.checks import check_policy
from arena_align.players import Floats, Scored, prompter_of
from arena_align.tokens import answered


class LanguagePolicy(Scored):
    """Plays the legal move whose label a model finds likeliest; `greedy=false` by their odds."""

    files = ("checkpoint",)

    def __init__(self, checkpoint: str, greedy: bool = True, device: str = "auto") -> None:
        model = load(checkpoint, device)
        super().__init__(model, prompter_of(model), greedy)


class RewardGreedy(Agent):
    """Plays the legal move that a reward model scores highest."""

    files = ("checkpoint",)

    def __init__(self, checkpoint: str, device: str = "auto") -> None:
        head: Head = "score"
        self.model = load(checkpoint, device, head)
        self.prompter = prompter_of(self.model)

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` where moves cannot be counted."""
        check_policy(spec)

    def act_batch(self, batch: Batch) -> Sequence[int]:
        """Return a legal action a row."""
        texts, rows = [], []
        for row, observation in enumerate(batch):
            prompt = self.prompter.prompt(observation)
            for label in labels_of(observation, self.prompter.clean)[1]:
                texts.append(answered(self.model.tokenizer, prompt, label))
                rows.append(row)
        scores = text_scores(self.model, texts).double().numpy()
        rows_of = np.array(rows)
        best: list[Floats] = [scores[rows_of == row] for row in range(len(batch))]
        return [legal[int(found.argmax())] for legal, found in zip(batch.legal, best)]
