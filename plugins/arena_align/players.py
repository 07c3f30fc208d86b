"""A model as a player among legal moves: what is trained, while it is trained."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from arena_llm.models import LanguageModel
from arena_llm.prompts import Prompter, labels_of, template_of
from arena_llm.scoring import label_logprobs
from numpy.typing import NDArray

from arena import Agent, Batch, Spec, Unsuitable

Floats = NDArray[np.float64]


def prompter_of(model: LanguageModel, template: str = "") -> Prompter:
    """Return what makes a model's prompts: by the template given, else the model's own, else
    `board`."""
    return Prompter(template_of(template, model.template), model.tokenizer)


class Scored(Agent):
    """Plays legal moves by the odds that a model in memory gives their labels, without a record."""

    def __init__(self, model: LanguageModel, prompter: Prompter) -> None:
        self.model, self.prompter = model, prompter

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` where moves cannot be counted."""
        for seat in spec.seats:
            if not hasattr(seat.action_space, "n"):
                raise Unsuitable("its moves cannot be counted, so none can be scored")

    def act_batch(self, batch: Batch) -> Sequence[int]:
        """Return a legal action a row."""
        return [
            legal[min(int(np.searchsorted(odds.cumsum(), u, "right")), len(odds) - 1)]
            for odds, legal, u in zip(self.policy(batch), batch.legal, batch.u.tolist())
        ]

    def policy(self, batch: Batch) -> list[Floats]:
        """Return the odds of each legal action for each row."""
        rows = list(batch)
        labels = [labels_of(row, self.prompter.clean)[1] for row in rows]
        prompts = [self.prompter.prompt(row, each) for row, each in zip(rows, labels)]
        return label_odds(self.model, prompts, labels)


def label_odds(
    model: LanguageModel, prompts: Sequence[str], labels: Sequence[Sequence[str]]
) -> list[Floats]:
    """Return what odds a model gives each of the replies to each prompt, among these alone."""
    return [
        torch.softmax(torch.tensor(row, dtype=torch.float64), 0).numpy()
        for row in label_logprobs(model, prompts, labels)
    ]
