"""A reward model at the table, by its scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from arena_llm.models import Head, load
from arena_llm.prompts import labels_of
from arena_llm.scoring import text_scores

from arena import Agent, Batch, Spec
from arena_align.checks import check_policy
from arena_align.players import Floats, prompter_of
from arena_align.tokens import answered


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
        asked: list[str] = []
        said: list[str] = []
        rows: list[int] = []
        for row, observation in enumerate(batch):
            labels = labels_of(observation, self.prompter.clean)[1]
            asked += [self.prompter.prompt(observation, labels)] * len(labels)
            said += labels
            rows += [row] * len(labels)
        texts = answered(self.model.tokenizer, asked, said)
        scores = text_scores(self.model, texts).double().numpy()
        rows_of = np.array(rows)
        best: list[Floats] = [scores[rows_of == row] for row in range(len(batch))]
        return [legal[int(found.argmax())] for legal, found in zip(batch.legal, best)]
