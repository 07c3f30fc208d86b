"""Answers in words: written token by token, one or the best of several by a scorer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from arena import Agent, Batch, Luck, Moves, Observation, Scorer, derive
from arena_llm.decoding import Decoded, Free, decode
from arena_llm.models import LanguageModel
from arena_llm.prompts import Prompter
from arena_llm.scoring import encode_prompts


def ends_of(model: LanguageModel) -> set[int]:
    """Return the tokens that end a reply."""
    kept = model.model.generation_config.eos_token_id
    ends = {model.tokenizer.eos_token_id, *(kept if isinstance(kept, list) else [kept])}
    return {end for end in ends if end is not None}


class Writer(Agent):
    """Writes what it says, of up to `tokens` tokens; the best of `candidates` by `scorer`.

    `temperature` 0 takes the likeliest tokens; else they are drawn. The scorer is told what the
    seat sees, and not the prompt around it.
    """

    def __init__(
        self, model: LanguageModel, prompter: Prompter, temperature: float, tokens: int,
        candidates: int = 1, scorer: Scorer | None = None,
    ) -> None:  # fmt: skip
        self.model, self.prompter = model, prompter
        self.temperature, self.tokens = temperature, tokens
        self.candidates, self.scorer = candidates, scorer

    def act_batch(self, batch: Batch) -> Moves:
        """Return a text a row, with the transcript beside it."""
        begun = time.perf_counter()
        rows = list(batch)
        prompts = [self.prompter.prompt(row) for row in rows]
        told = self._written(rows, prompts)
        texts = [[self._text(row, reply) for reply in each] for row, each in zip(rows, told)]
        scores = self._scores(rows, texts)
        picks = [max(range(len(each)), key=each.__getitem__) for each in scores]
        took = round((time.perf_counter() - begun) / len(rows), 4)
        columns: dict[str, Sequence[Any]] = {
            "prompt": prompts,
            "tokens": [sum(len(reply.ids) for reply in each) for each in told],
            "logprob": [sum(each[pick].logprobs) for each, pick in zip(told, picks)],
            "seconds": [took] * len(rows),
        }
        said = [each[pick] for each, pick in zip(texts, picks)]
        if self.scorer is not None:
            columns["scores"] = [dict(zip(*pair)) for pair in zip(texts, scores)]
        return Moves.of(said, reply=said, **columns)

    def _written(self, rows: Sequence[Observation], prompts: list[str]) -> list[list[Decoded]]:
        """Return the candidates of each row; each has luck of its own."""
        tokenizer, ends = self.model.tokenizer, ends_of(self.model)
        asked = encode_prompts(tokenizer, prompts)
        walks = [
            Free(ends, self.temperature, Luck(derive(row.rng.seed, number)).random)
            for row in rows for number in range(self.candidates)
        ]  # fmt: skip
        repeated = [ids for ids in asked for _ in range(self.candidates)]
        found = iter(decode(self.model, repeated, walks, self.tokens))
        return [[next(found) for _ in range(self.candidates)] for _ in rows]

    def _text(self, row: Observation, reply: Decoded) -> str:
        """Return a reply as text, cut where the game takes no more."""
        text = self.model.tokenizer.decode(reply.ids, skip_special_tokens=True).strip()
        most = getattr(row.action_space, "max_length", None)
        return str(text)[:most]

    def _scores(
        self, rows: Sequence[Observation], texts: Sequence[Sequence[str]]
    ) -> list[list[float]]:
        if self.scorer is None:
            return [[0.0] * len(each) for each in texts]
        seen = [row.text for row, each in zip(rows, texts) for _ in each]
        found = iter(self.scorer.score(seen, [text for each in texts for text in each]))
        return [[float(next(found)) for _ in each] for each in texts]
