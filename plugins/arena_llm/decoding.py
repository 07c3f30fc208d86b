"""Replies token by token, many at once, each row read once: its keys and values are kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from arena_llm.models import LanguageModel
from arena_llm.scoring import BUDGET, Ids, fitted, forward, padded, parts, positions_of

Draw = Callable[[], float]
"""Gives a number in [0, 1) that belongs to the row."""


class Decoded(NamedTuple):
    """A reply: its tokens, and the log-probability that the model gave each of them."""

    ids: list[int]
    logprobs: list[float]


class Walk(ABC):
    """Chooses the tokens of one reply: the likeliest at `temperature` 0, else drawn."""

    def __init__(self, temperature: float = 0.0, draw: Draw = lambda: 0.0) -> None:
        self.temperature, self.draw = temperature, draw

    @abstractmethod
    def pick(self, logs: Tensor) -> int | None:
        """Return the next token given the vocabulary's log-probabilities; None ends the reply."""

    def chosen(self, logs: Tensor) -> int:
        """Return the place of what is chosen among log-probabilities."""
        if self.temperature <= 0 or len(logs) == 1:
            return int(logs.argmax())
        odds = (logs.double() / self.temperature).softmax(0).cumsum(0)
        return min(int(torch.searchsorted(odds, self.draw(), right=True)), len(odds) - 1)


class Free(Walk):
    """Any token, up to one of the `ends`."""

    def __init__(self, ends: set[int], temperature: float = 0.0, draw: Draw = lambda: 0.0) -> None:
        super().__init__(temperature, draw)
        self.ends = ends

    def pick(self, logs: Tensor) -> int | None:
        """Return the next token, None at an end."""
        token = self.chosen(logs)
        return None if token in self.ends else token


class OneOf(Walk):
    """Only what spells one of the choices: a walk down the trie of their tokens.

    Where one choice begins another, the odds of `end` decide whether it stops there. `index` is
    the choice that was spelt, when the walk is over.
    """

    def __init__(
        self,
        choices: Sequence[Ids],
        end: int,
        temperature: float = 0.0,
        draw: Draw = lambda: 0.0,
    ) -> None:
        super().__init__(temperature, draw)
        self.end, self.index = end, -1
        self.node: dict[Any, Any] = {}
        for index, choice in enumerate(choices):
            node = self.node
            for token in choice:
                node = node.setdefault(token, {})
            node.setdefault(None, index)  # of two that are spelt alike, the first

    def pick(self, logs: Tensor) -> int | None:
        """Return the next token, None where a choice is complete."""
        allowed = list(self.node)
        ids = [self.end if token is None else token for token in allowed]
        token = allowed[self.chosen(logs[ids])]
        self.index = self.node.get(None, -1)
        if token is not None:
            self.node = self.node[token]
            self.index = self.node.get(None, -1)
        return token


def decode(
    model: LanguageModel,
    prompts: Sequence[Ids],
    walks: Sequence[Walk],
    limit: int,
    budget: int = BUDGET,
) -> list[Decoded]:
    """Return the reply to each prompt, of at most `limit` tokens, as its walk chooses them."""
    prompts = [fitted(model, prompt, limit) for prompt in prompts]
    found: list[Decoded] = []
    with torch.inference_mode():
        for part in parts([len(prompt) + limit for prompt in prompts], budget):
            found += _decoded(model, prompts[part], walks[part], limit)
    return found


def _decoded(
    model: LanguageModel, prompts: Sequence[Ids], walks: Sequence[Walk], limit: int
) -> list[Decoded]:
    pad = model.tokenizer.pad_token_id
    ids, mask = padded(prompts, pad, model.device, left=True)
    places, cache = positions_of(mask), None
    found = [Decoded([], []) for _ in prompts]
    going = [True] * len(prompts)
    for _ in range(limit):
        out = forward(
            model.model, ids, mask, 1, use_cache=True, past_key_values=cache, position_ids=places
        )
        cache = out.past_key_values
        logs = out.logits[:, -1].float().log_softmax(-1).cpu()
        tokens = [pad] * len(prompts)
        for row, walk in enumerate(walks):
            token = walk.pick(logs[row]) if going[row] else None
            going[row] = token is not None
            if token is not None:
                tokens[row] = token
                found[row].ids.append(token)
                found[row].logprobs.append(float(logs[row, token]))
        if not any(going):
            break
        ids = torch.tensor(tokens, device=model.device)[:, None]
        mask = torch.cat([mask, torch.ones_like(ids)], 1)
        places = places[:, -1:] + 1
    return found
