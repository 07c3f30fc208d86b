"""`llm`: a causal language model of a folder or of the hub, at the table."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from arena import BadParameter, Batch, Moves, Observation, Spec, Unsuitable, make_scorer
from arena_llm.decoding import Free, OneOf, Walk, decode
from arena_llm.models import load, template_in
from arena_llm.prompts import Prompter, labels_of, shipped_file, template_of
from arena_llm.scoring import choice_logprobs, encode_labels, encode_prompts
from arena_llm.talking import Message, Reply, Talker
from arena_llm.ties import COLUMN, TIE
from arena_llm.writing import Writer, ends_of

Method = Literal["score", "generate", "constrained", "best_of"]


class Llm(Talker):
    """Plays by a language model, all games in flight at once.

    `model` is a checkpoint, a folder, or owner/name of the hub; `template` a prompt template (else
    the model's own, else `board`). `method` says how a move is chosen:
    score: by the log-probability of each legal move's label;
    generate: by what it writes (up to `tokens` tokens), asked again up to `rethinks` times where
    that is no legal move, then forfeit;
    constrained: by what it writes where only legal labels can be written;
    best_of: of `candidates` labels drawn by their odds, the one that `scorer` likes best.
    `temperature` 0 takes the likeliest; else it is drawn. Where moves are words there are no
    labels: generate says what it writes, best_of the best of several texts.
    """

    files = ("model", "template")
    scorers = ("scorer",)

    def __init__(
        self,
        model: str,
        method: Method = "score",
        template: str = "",
        temperature: float = 0.0,
        rethinks: int = 1,
        tokens: int = 32,
        candidates: int = 4,
        scorer: str = "",
        device: str = "auto",
    ) -> None:
        if method not in ("score", "generate", "constrained", "best_of"):
            raise BadParameter(f"llm: method={method!r} is not {Method.__args__}")  # type: ignore[attr-defined]
        if temperature < 0 or rethinks < 0 or tokens < 1 or candidates < 1:
            raise BadParameter("llm: temperature and rethinks are 0 or more, tokens, candidates 1")
        if (method == "best_of") != bool(scorer):
            raise BadParameter("llm: method=best_of and scorer=NAME belong together")
        self.method, self.temperature, self.tokens = method, temperature, tokens
        self.rethinks, self.candidates = rethinks, candidates
        self.scorer = make_scorer(scorer) if scorer else None
        self.model = load(model, device)
        self.prompter = Prompter(template_of(template, self.model.template), self.model.tokenizer)

    @classmethod
    def reads(cls, parameters: Mapping[str, Any]) -> list[str]:
        """Return the file of a shipped template: another prompt is another player."""
        brought = template_in(str(parameters.get("model", "")))
        name = parameters.get("template") or ("board" if brought is None else "")
        return shipped_file(str(name))

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` where there are no labels to choose among, and it is to choose."""
        super().check(spec)
        if self.method in ("score", "constrained") and any(s.in_words for s in spec.seats):
            raise Unsuitable(
                f"method={self.method} chooses among labels, and here any text is a move; say "
                "method=generate, or method=best_of,scorer=NAME"
            )

    def act_batch(self, batch: Batch) -> Moves:
        """Return an action a row, with the transcript beside it."""
        if self.method == "generate":
            return super().act_batch(batch)
        if batch.spec.seats[batch.seats[0]].in_words:
            writer = Writer(
                self.model, self.prompter, self.temperature or 1.0, self.tokens, self.candidates,
                self.scorer,
            )  # fmt: skip
            return writer.act_batch(batch)
        begun = time.perf_counter()
        rows = list(batch)
        moves = [labels_of(row, self.prompter.clean) for row in rows]
        labels = [each for _, each in moves]
        prompts = [self.prompter.prompt(row, each) for row, each in zip(rows, labels)]
        choose = self._spelt if self.method == "constrained" else self._scored
        picks, columns = choose(rows, prompts, labels)
        took = round((time.perf_counter() - begun) / len(rows), 4)
        said = [each[pick] for each, pick in zip(labels, picks)]
        return Moves.of(
            [actions[pick] for (actions, _), pick in zip(moves, picks)],
            prompt=prompts, reply=said, seconds=[took] * len(rows), **columns,
        )  # fmt: skip

    def ask(self, talks: Sequence[list[Message]], rows: Sequence[Observation]) -> list[Reply]:
        """Return what the model writes."""
        begun = time.perf_counter()
        tokenizer = self.model.tokenizer
        prompts = encode_prompts(tokenizer, [self.prompter.chat(talk) for talk in talks])
        ends = ends_of(self.model)
        walks = [Free(ends, self.temperature, row.rng.random) for row in rows]
        found = decode(self.model, prompts, walks, self.tokens)
        took = (time.perf_counter() - begun) / len(rows)
        return [
            Reply(tokenizer.decode(ids, skip_special_tokens=True), len(ids), sum(logs), took)
            for ids, logs in found
        ]

    def _spelt(
        self, rows: list[Observation], prompts: list[str], labels: list[list[str]]
    ) -> tuple[list[int], dict[str, Any]]:
        """Return which labels the model spells, and what is told of it."""
        tokenizer = self.model.tokenizer
        choices = encode_labels(tokenizer, prompts, labels)
        end = tokenizer.eos_token_id
        walks = [
            OneOf(each, end, self.temperature, row.rng.random) for each, row in zip(choices, rows)
        ]
        longest = max(len(choice) for each in choices for choice in each)
        asked = encode_prompts(tokenizer, prompts)
        spoken: Sequence[Walk] = walks
        found = decode(self.model, asked, spoken, longest)
        logprobs = [sum(logs) for _, logs in found]
        told = {"logprob": logprobs, "tokens": [len(ids) for ids, _ in found]}
        return [walk.index for walk in walks], told

    def _scored(
        self, rows: list[Observation], prompts: list[str], labels: list[list[str]]
    ) -> tuple[list[int], dict[str, Any]]:
        """Return which labels are likeliest, or drawn, or best of those; and all their scores."""
        tokenizer = self.model.tokenizer
        choices = encode_labels(tokenizer, prompts, labels)
        found = choice_logprobs(self.model, encode_prompts(tokenizer, prompts), choices)
        sums = [np.array(each) for each in found]
        if self.scorer is not None:
            picks = self._best(rows, prompts, labels, sums)
        elif self.temperature > 0:
            picks = [self._drawn(each, [row.u])[0] for each, row in zip(sums, rows)]
        else:
            picks = [int(each.argmax()) for each in sums]
        told: dict[str, Any] = {
            "scores": [dict(zip(each, logs.tolist())) for each, logs in zip(labels, sums)],
            "logprob": [float(logs[pick]) for logs, pick in zip(sums, picks)],
            "tokens": [len(each[pick]) for each, pick in zip(choices, picks)],
        }
        if self.scorer is None and self.temperature == 0:
            told[COLUMN] = [int((logs > logs.max() - TIE).sum()) - 1 for logs in sums]
        return picks, told

    def _best(
        self, rows: list[Observation], prompts: list[str], labels: list[list[str]], sums: list[Any]
    ) -> list[int]:
        """Return the candidate of each row that the scorer likes best, the first of equals."""
        assert self.scorer is not None
        draws = [row.rng.random(self.candidates) for row in rows]
        drawn = [sorted(set(self._drawn(logs, us))) for logs, us in zip(sums, draws)]
        pairs = [(row, index) for row, picks in enumerate(drawn) for index in picks]
        scores = iter(
            self.scorer.score([prompts[r] for r, _ in pairs], [labels[r][i] for r, i in pairs])
        )
        return [-max((float(next(scores)), -index) for index in picks)[1] for picks in drawn]

    def _drawn(self, logs: Any, us: Sequence[float]) -> list[int]:
        """Return the places that numbers in [0, 1) fall on, by odds at the temperature (else 1)."""
        scaled = logs / (self.temperature or 1.0)
        odds = np.exp(scaled - scaled.max())
        cuts = odds.cumsum() / odds.sum()
        return np.minimum(np.searchsorted(cuts, us, "right"), len(cuts) - 1).tolist()  # type: ignore[no-any-return]
