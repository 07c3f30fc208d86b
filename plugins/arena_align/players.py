"""A model as a player among legal moves: what is trained, while it is trained."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from arena_llm.models import LanguageModel
from arena_llm.prompts import Prompter, continuation, labels_of, read_template
from arena_llm.scoring import choice_logprobs, encode_prompt, encode_reply
from numpy.typing import NDArray

from arena import Agent, Batch, Spec, Unsuitable

Floats = NDArray[np.float64]


def prompter_of(model: LanguageModel, template: str = "") -> Prompter:
    """Return what makes a model's prompts: by the template given, else the model's own, else
    `board`."""
    return Prompter(read_template(template or model.template or "board"), model.tokenizer)


class Scored(Agent):
    """Plays legal moves by the odds that a model gives their labels, or the likeliest of them."""

    def __init__(self, model: LanguageModel, prompter: Prompter, greedy: bool = False) -> None:
        self.model, self.prompter, self.greedy = model, prompter, greedy

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` where moves cannot be counted."""
        for seat in spec.seats:
            if not hasattr(seat.action_space, "n"):
                raise Unsuitable("its moves cannot be counted, so none can be scored")

    def act_batch(self, batch: Batch) -> Sequence[int]:
        """Return a legal action a row."""
        found = []
        for odds, legal, u in zip(self.policy(batch), batch.legal, batch.u.tolist()):
            if self.greedy:
                index = int(odds.argmax())
            else:
                index = min(int(np.searchsorted(odds.cumsum(), u, "right")), len(odds) - 1)
            found.append(legal[index])
        return found

    def policy(self, batch: Batch) -> list[Floats]:
        """Return the odds of each legal action for each row."""
        prompts = [self.prompter.prompt(observation) for observation in batch]
        labels = [labels_of(observation, self.prompter.clean)[1] for observation in batch]
        return label_odds(self.model, prompts, labels)


def label_odds(
    model: LanguageModel, prompts: Sequence[str], labels: Sequence[Sequence[str]]
) -> list[Floats]:
    """Return what odds a model gives each of the replies to each prompt, among these alone."""
    tokenizer = model.tokenizer
    asked = [encode_prompt(tokenizer, prompt) for prompt in prompts]
    choices = [
        [encode_reply(tokenizer, continuation(prompt, label)) for label in row]
        for prompt, row in zip(prompts, labels)
    ]
    logs = choice_logprobs(model, asked, choices)
    return [
        torch.softmax(torch.stack([part.sum() for part in row]).double(), 0).numpy() for row in logs
    ]
