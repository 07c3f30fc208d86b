"""`llm_judge`: a language model that compares answers in pairs, each pair in both orders.

After Zheng et al. 2023 (MT-Bench, section 3.4): a judge prefers places, so it is asked twice, the
answers changed over, and where its two verdicts differ the pair is a tie.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from arena import BadParameter, Infrastructure, Scorer
from arena_llm.cleaning import Cleaner
from arena_llm.prompts import quoted, read_template, shipped_file
from arena_llm.server import Server
from arena_llm.talking import Message

_LABELS = ("A", "B", "tie")
_SIGNS = {"A": 1, "B": -1, "tie": 0}
_SHOWN = ("prompt", "first", "second")
_TOLD = (*_SHOWN, *(f"{name}_quoted" for name in _SHOWN))
"""What a judge's template sees."""


class LlmJudge(Scorer):
    """Asks a language model which of two answers is better, in both orders; a tie if it differs.

    `model` is a folder or owner/name of the hub, whose verdict is the likeliest of A, B and tie; or
    with `base_url` a model behind an OpenAI-compatible server, whose verdict is what it writes, and
    a tie where that is none. `template` is a file that sees `prompt`, `first` and `second`, each
    also as `first_quoted`. The key is read from the environment variable that `key` names. A single
    answer is scored by how it does against the other ones to its prompt.
    """

    files = ("model", "template")

    def __init__(
        self, model: str, base_url: str = "", template: str = "judge", tokens: int = 16,
        requests: int = 16, timeout: float = 60.0, retries: int = 4, pause: float = 0.5,
        requests_a_minute: float = 0.0, key: str = "OPENAI_API_KEY", device: str = "auto",
    ) -> None:  # fmt: skip
        self.page = read_template(template, _TOLD)
        self.asks: _Asks
        if base_url:
            server = Server(
                base_url, model, key, requests, timeout, retries, pause, requests_a_minute
            )
            self.asks = _Served(server, tokens)
        else:
            self.asks = _Local(model, device)
        self.known: dict[tuple[str, str, str], int] = {}
        self.counts = dict.fromkeys(("pairs", "disagreed", "verdicts", "first", "second"), 0)

    @classmethod
    def reads(cls, parameters: Mapping[str, Any]) -> list[str]:
        """Return the file of a shipped template: another question is another judge."""
        return shipped_file(str(parameters.get("template", "judge")))

    def compare(
        self, prompts: Sequence[str], firsts: Sequence[str], seconds: Sequence[str]
    ) -> list[float]:
        """Return 1, -1 or 0 for each pair of answers. Raises `Infrastructure` if a server fails."""
        pairs = [*zip(prompts, firsts, seconds)]
        turned = [(prompt, two, one) for prompt, one, two in pairs]
        asked = [pair for pair in dict.fromkeys([*pairs, *turned]) if pair not in self.known]
        if asked:
            for pair, sign in zip(asked, self.asks.verdicts([self._talk(*pair) for pair in asked])):
                self.known[pair] = sign
                self.counts["verdicts"] += 1
                self.counts["first"] += sign > 0
                self.counts["second"] += sign < 0
        return [self._both(pair, other) for pair, other in zip(pairs, turned)]

    def _both(self, pair: tuple[str, str, str], turned: tuple[str, str, str]) -> float:
        one, other = self.known[pair], -self.known[turned]
        self.counts["pairs"] += 1
        self.counts["disagreed"] += one != other
        return float(one) if one == other else 0.0

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> list[float]:
        """Return the mean verdict of each answer against the other ones to its prompt, -1 to 1."""
        rivals: dict[str, list[str]] = {}
        for prompt, response in zip(prompts, responses):
            known = rivals.setdefault(prompt, [])
            known += [response] * (response not in known)
        pairs = [
            (prompt, one, two)
            for prompt, each in rivals.items() for i, one in enumerate(each) for two in each[:i]
        ]  # fmt: skip
        sums: dict[tuple[str, str], float] = {}
        told = self.compare(*map(list, zip(*pairs))) if pairs else []
        for (prompt, one, two), verdict in zip(pairs, told):
            sums[prompt, one] = sums.get((prompt, one), 0.0) + verdict
            sums[prompt, two] = sums.get((prompt, two), 0.0) - verdict
        return [
            sums.get((prompt, response), 0.0) / max(1, len(rivals[prompt]) - 1)
            for prompt, response in zip(prompts, responses)
        ]

    def findings(self) -> Mapping[str, Any]:
        """Return how often it differed with itself, and which place it preferred."""
        pairs, decided = self.counts["pairs"], self.counts["first"] + self.counts["second"]
        if not pairs:
            return {}
        says = (
            f"The judge, asked in both orders, contradicted itself in {self.counts['disagreed']:,} "
            f"of {pairs:,} pairs, which are ties"
        )
        if decided:
            says += (
                f"; it preferred the answer shown first in {self.counts['first']:,} of {decided:,} "
                "verdicts"
            )
        return {**self.counts, "says": f"{says}."}

    def _talk(self, prompt: str, first: str, second: str) -> list[Message]:
        """Return what the judge is asked; the answers are data, cleaned and quoted."""
        clean = self.asks.clean
        told = dict(zip(_SHOWN, map(clean, (prompt, first, second))))
        told |= {f"{name}_quoted": quoted(told[name]) for name in _SHOWN}
        return [{"role": "user", "content": self.page.fill(told)}]


class _Asks(ABC):
    """Whom the judge asks."""

    clean = Cleaner()

    @abstractmethod
    def verdicts(self, talks: Sequence[list[Message]]) -> list[int]:
        """Return 1 where the first answer is the better one, -1 where the second is, else 0."""


class _Local(_Asks):
    """A model on this machine: its likeliest label."""

    def __init__(self, model: str, device: str) -> None:
        from arena_llm.models import load
        from arena_llm.prompts import Prompter, Template

        self.model = load(model, device)
        self.prompter = Prompter(Template(""), self.model.tokenizer)
        self.clean = self.prompter.clean

    def verdicts(self, talks: Sequence[list[Message]]) -> list[int]:
        """Return the likeliest verdicts, by the mean log-probability of a label's tokens."""
        from arena_llm.scoring import choice_logprobs, encode_labels, encode_prompts

        tokenizer = self.model.tokenizer
        prompts = [self.prompter.chat(talk) for talk in talks]
        asked = encode_prompts(tokenizer, prompts)
        choices = encode_labels(tokenizer, prompts, [_LABELS] * len(prompts))
        logs = choice_logprobs(self.model, asked, choices)
        best = [
            int(np.argmax([log / len(ids) for log, ids in zip(told, each)]))
            for told, each in zip(logs, choices)
        ]
        return [_SIGNS[_LABELS[index]] for index in best]


class _Served(_Asks):
    """A model behind a server: the verdict that it writes."""

    def __init__(self, server: Server, tokens: int) -> None:
        if tokens < 1:
            raise BadParameter("llm_judge: tokens is 1 or more")
        self.server, self.tokens = server, tokens

    def verdicts(self, talks: Sequence[list[Message]]) -> list[int]:
        """Return the verdicts. Raises `Infrastructure` if one cannot be had."""
        found = self.server.ask(talks, 0.0, self.tokens)
        failed = [reply for reply in found if isinstance(reply, str)]
        if failed:
            raise Infrastructure(failed[0])
        return [_read(reply.text) for reply in found if not isinstance(reply, str)]


def _read(text: str) -> int:
    """Return what a written verdict says: its last word that is A, B or tie; 0 if there is none."""
    words = [word.strip(".,:;!?*[]()\"'`").casefold() for word in text.split()]
    signs = {label.casefold(): sign for label, sign in _SIGNS.items()}
    return next((signs[word] for word in reversed(words) if word in signs), 0)
