"""Rows of text as the tokens that TRL's trainers read.

Answers to a prompt of a game are moves, told from one another by their own tokens: they are not
ended by the end token, as answers of free text (`ends`) are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from arena_llm.models import LanguageModel
from arena_llm.prompts import continuation
from arena_llm.scoring import encode_prompts, encode_replies, reply_logprobs

from arena_align.rows import Example, Pair

Row = dict[str, Any]
UNTOLD = -100
"""The label of a token that is not learnt."""


def reply_ids(
    tokenizer: Any, prompts: Sequence[str], replies: Sequence[str], ends: bool
) -> list[list[int]]:
    """Return the tokens of answers as they follow their prompts."""
    said = encode_replies(tokenizer, [continuation(*pair) for pair in zip(prompts, replies)])
    return [[*ids, tokenizer.eos_token_id] for ids in said] if ends else said


def example_rows(examples: Sequence[Example], tokenizer: Any, ends: bool) -> list[Row]:
    """Return input_ids and labels for TRL's SFTTrainer.

    Where a prompt goes on from the one before and its answer, as the moves of a match do, both are
    one row: what it holds is read once, and every answer in it is learnt. Answers there end where
    the next prompt begins; `ends` has those that stand alone end in the end token, if all do.
    """
    rows: list[Row] = []
    texts = [row.prompt for row in examples]
    said = reply_ids(tokenizer, texts, [row.completion for row in examples], False)
    for prompt, reply in zip(encode_prompts(tokenizer, texts), said):
        before = rows[-1]["input_ids"] if rows else None
        if before and prompt[: len(before)] == before:
            row = rows[-1]
        else:
            row = {"input_ids": [], "labels": []}
            rows.append(row)
        added = prompt[len(row["input_ids"]) :]
        row["input_ids"] = [*row["input_ids"], *added, *reply]
        row["labels"] = [*row["labels"], *([UNTOLD] * len(added)), *reply]
    if ends and len(rows) == len(examples):
        for row in rows:
            row["input_ids"].append(tokenizer.eos_token_id)
            row["labels"].append(tokenizer.eos_token_id)
    return rows


def scored_rows(pairs: Sequence[Pair], tokenizer: Any) -> list[Row]:
    """Return chosen_ids and rejected_ids, prompts and all, for TRL's RewardTrainer."""
    prompts = [pair.prompt for pair in pairs]
    sides = [
        answered(tokenizer, prompts, replies)
        for replies in ([pair.chosen for pair in pairs], [pair.rejected for pair in pairs])
    ]
    return [{"chosen_ids": chosen, "rejected_ids": rejected} for chosen, rejected in zip(*sides)]


def answered(tokenizer: Any, prompts: Sequence[str], replies: Sequence[str]) -> list[list[int]]:
    """Return the tokens of prompts with their answers, as a reward model reads them."""
    asked = encode_prompts(tokenizer, prompts)
    said = reply_ids(tokenizer, prompts, replies, True)
    return [[*prompt, *reply] for prompt, reply in zip(asked, said)]


def preferred_rows(pairs: Sequence[Pair], reference: LanguageModel, ends: bool) -> list[Row]:
    """Return prompt, chosen and rejected as tokens for TRL's DPOTrainer.

    With them are the log-probabilities of both answers under the reference, each computed once.
    """
    tokenizer = reference.tokenizer
    texts = [pair.prompt for pair in pairs]
    prompts = encode_prompts(tokenizer, texts)
    rows: list[Row] = [{"prompt_ids": ids} for ids in prompts]
    for name in ("chosen", "rejected"):
        replies = reply_ids(tokenizer, texts, [getattr(pair, name) for pair in pairs], ends)
        logps = reply_logprobs(reference, prompts, replies).tolist()
        for row, ids, logp in zip(rows, replies, logps):
            row[f"{name}_ids"], row[f"ref_{name}_logps"] = ids, logp
    return rows


def judged_rows(pairs: Sequence[Pair], tokenizer: Any, ends: bool) -> list[Row]:
    """Return prompts with a good answer and with a bad one as tokens for TRL's KTOTrainer."""
    rows: list[Row] = []
    texts = [pair.prompt for pair in pairs]
    sides = [
        reply_ids(tokenizer, texts, replies, ends)
        for replies in ([pair.chosen for pair in pairs], [pair.rejected for pair in pairs])
    ]
    for prompt, *both in zip(encode_prompts(tokenizer, texts), *sides):
        for ids, good in zip(both, (True, False)):
            rows.append({"prompt_ids": prompt, "completion_ids": ids, "label": good})
    return rows


def given(trainer: Any) -> Any:
    """Return a class of TRL's trainers that takes rows as they are, tokens already."""

    class Given(trainer):  # type: ignore[misc]
        def _prepare_dataset(self, dataset: Any, *_: Any, **__: Any) -> Any:
            return dataset

        def _precompute_ref_logps(self, dataset: Any, *_: Any) -> Any:
            return dataset

    return Given


def given_judged(trainer: Any) -> Any:
    """Return TRL's KTOTrainer as one that takes rows as they are.

    Its divergence is estimated from each prompt of a batch with the answer to the one before, which
    is what it would have put beside the rows itself.
    """

    class Given(trainer):  # type: ignore[misc]
        def _prepare_dataset(self, dataset: Any, tokenizer: Any, args: Any, name: str) -> Any:
            ids, size = list(dataset["completion_ids"]), args.per_device_train_batch_size
            parts = [ids[begin : begin + size] for begin in range(0, len(ids), size)]
            other = [reply for part in parts for reply in (part[-1], *part[:-1])]
            return dataset.add_column("KL_completion_ids", other)

    return Given
