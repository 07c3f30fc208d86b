"""Log-probabilities of replies given prompts, and scores of texts, in padded batches.

Batches that end in what is asked for are padded on the left, so that only the last logits need be
computed; texts for a scalar head are padded on the right, and read at their true last token.
Positions are counted without the padding, so a row is answered as if it were alone, up to the last
bits of floating-point sums.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import torch
from torch import Tensor

from arena_llm.models import LanguageModel
from arena_llm.prompts import continuation

Ids = Sequence[int]
BUDGET = 16_384
"""Tokens, padding among them, that go through a model at once."""


def encode_prompts(tokenizer: Any, texts: Sequence[str]) -> list[list[int]]:
    """Return each prompt's tokens, never none: begun as the tokenizer begins texts, once."""
    mark = tokenizer.bos_token
    begun = {text: bool(mark) and text.startswith(mark) for text in texts}
    found: dict[str, list[int]] = {}
    for is_begun in set(begun.values()):
        alike = [text for text in begun if begun[text] == is_begun]
        found |= zip(alike, _encoded(tokenizer, alike, not is_begun))
    first = tokenizer.bos_token_id
    nothing = [tokenizer.eos_token_id if first is None else first]
    return [list(found[text]) or nothing for text in texts]


def encode_replies(tokenizer: Any, texts: Sequence[str]) -> list[list[int]]:
    """Return the tokens of texts that follow a prompt (see `prompts.continuation`)."""
    distinct = list(dict.fromkeys(texts))
    found = dict(zip(distinct, _encoded(tokenizer, distinct, False)))
    return [list(found[text]) for text in texts]


def encode_prompt(tokenizer: Any, text: str) -> list[int]:
    """Return what `encode_prompts` does for one prompt."""
    return encode_prompts(tokenizer, [text])[0]


def encode_reply(tokenizer: Any, text: str) -> list[int]:
    """Return what `encode_replies` does for one text."""
    return encode_replies(tokenizer, [text])[0]


def encode_labels(
    tokenizer: Any, prompts: Sequence[str], labels: Sequence[Sequence[str]]
) -> list[list[list[int]]]:
    """Return the tokens of each of the labels that may follow each prompt."""
    texts = [continuation(prompt, label) for prompt, row in zip(prompts, labels) for label in row]
    told = iter(encode_replies(tokenizer, texts))
    return [list(islice(told, len(row))) for row in labels]


def _encoded(tokenizer: Any, texts: list[str], special: bool) -> list[list[int]]:
    """Return the tokens of texts by one call: a tokenizer's call costs more than ten of its words.

    `special` has it begin and end texts as it does.
    """
    if not texts:
        return []
    return list(tokenizer(texts, add_special_tokens=special)["input_ids"])


def fitted(model: LanguageModel, prompt: Ids, room: int) -> list[int]:
    """Return the prompt without its oldest tokens but the first, where it is too long.

    `room` is how many tokens are to follow it.
    """
    over = len(prompt) + room - model.positions
    return list(prompt) if over <= 0 else [prompt[0], *prompt[1 + over :]]


def padded(rows: Sequence[Ids], pad: int, device: str, left: bool) -> tuple[Tensor, Tensor]:
    """Return (tokens, mask), int64 of shape (rows, longest); the mask is 0 where padding is."""
    longest = max(map(len, rows))
    ids, mask = [], []
    for row in rows:
        fill, real = [pad] * (longest - len(row)), [1] * len(row)
        ids.append([*fill, *row] if left else [*row, *fill])
        mask.append([*[0] * len(fill), *real] if left else [*real, *[0] * len(fill)])
    return torch.tensor(ids, device=device), torch.tensor(mask, device=device)


def positions_of(mask: Tensor) -> Tensor:
    """Return each token's place in its row without the padding: int64, of the mask's shape."""
    return (mask.cumsum(1) - 1).clamp(min=0)


def forward(model: Any, ids: Tensor, mask: Tensor, keep: int, **more: Any) -> Any:
    """Run a causal model; its logits are those of the last `keep` positions."""
    if "position_ids" not in more:
        more["position_ids"] = positions_of(mask)
    if "logits_to_keep" in inspect.signature(model.forward).parameters:
        more["logits_to_keep"] = keep
    out = model(input_ids=ids, attention_mask=mask, **more)
    out.logits = out.logits[:, -keep:]
    return out


def reply_logits(
    model: Any, prompts: Sequence[Ids], replies: Sequence[Ids], pad: int, device: str
) -> tuple[Tensor, Tensor, Tensor]:
    """Return (logits, tokens, mask) of replies, right-aligned; gradients flow, for training.

    Shapes (rows, longest reply, vocabulary), (rows, longest reply) and the same; the logits at a
    place are those that the token there was drawn from.
    """
    rows = [[*prompt, *reply] for prompt, reply in zip(prompts, replies)]
    ids, mask = padded(rows, pad, device, left=True)
    keep = max(map(len, replies))
    logits = forward(model, ids, mask, keep + 1).logits[:, :-1]
    _, real = padded(replies, pad, device, left=True)
    return logits, ids[:, -keep:], real


def token_logprobs(
    model: LanguageModel, prompts: Sequence[Ids], replies: Sequence[Ids], budget: int = BUDGET
) -> list[Tensor]:
    """Return the log-probability of each token of each reply: float32 tensors, (length,)."""
    pad, found = model.tokenizer.pad_token_id, []
    prompts = [fitted(model, prompt, len(reply)) for prompt, reply in zip(prompts, replies)]
    lengths = [len(prompt) + len(reply) for prompt, reply in zip(prompts, replies)]
    with torch.inference_mode():
        for part in parts(lengths, budget):
            if not any(map(len, replies[part])):
                found += [torch.zeros(0)] * len(replies[part])
                continue
            logits, ids, _ = reply_logits(
                model.model, prompts[part], replies[part], pad, model.device
            )
            logs = logits.float().log_softmax(-1).gather(2, ids[..., None])[..., 0].cpu()
            found += [row[len(row) - len(reply) :] for row, reply in zip(logs, replies[part])]
    return found


def reply_logprobs(
    model: LanguageModel, prompts: Sequence[Ids], replies: Sequence[Ids], budget: int = BUDGET
) -> Tensor:
    """Return the log-probability of each whole reply: float32, shape (rows,)."""
    logs = token_logprobs(model, prompts, replies, budget)
    return torch.stack([row.sum() for row in logs]) if logs else torch.zeros(0)


def label_logprobs(
    model: LanguageModel, prompts: Sequence[str], labels: Sequence[Sequence[str]]
) -> list[list[float]]:
    """Return, for each prompt, the log-probability of each of the labels that may follow it."""
    asked = encode_prompts(model.tokenizer, prompts)
    return choice_logprobs(model, asked, encode_labels(model.tokenizer, prompts, labels))


def choice_logprobs(
    model: LanguageModel,
    prompts: Sequence[Ids],
    choices: Sequence[Sequence[Ids]],
    budget: int = BUDGET,
) -> list[list[float]]:
    """Return, for each prompt, the log-probability of each of its choices.

    Each prompt is read once, and its choices are read after it from the keys and values kept.
    """
    room = max((len(ids) for row in choices for ids in row), default=0)
    prompts = [fitted(model, prompt, room) for prompt in prompts]
    found: list[list[float]] = []
    costs = [len(p) + sum(map(len, row)) for p, row in zip(prompts, choices)]
    with torch.inference_mode():
        for part in parts(costs, budget):
            told = iter(_chosen(model, prompts[part], choices[part]).tolist())
            found += [list(islice(told, len(each))) for each in choices[part]]
    return found


def _chosen(
    model: LanguageModel, prompts: Sequence[Ids], choices: Sequence[Sequence[Ids]]
) -> Tensor:
    """Return the log-probability of every choice, for prompts that fit into one pass: float64."""
    pad = model.tokenizer.pad_token_id
    ids, mask = padded(prompts, pad, model.device, left=True)
    long = any(len(choice) > 1 for row in choices for choice in row)
    out = forward(model.model, ids, mask, 1, use_cache=long)
    first = out.logits[:, -1].float().log_softmax(-1)
    owner = [row for row, each in enumerate(choices) for _ in each]
    flat = [choice for each in choices for choice in each]
    index = torch.tensor(owner, device=model.device)
    begins = torch.tensor([choice[0] for choice in flat], device=model.device)
    logs = first[index, begins].double()
    if long:
        logs += _after(model, out.past_key_values, mask[index], index, flat)
    return logs.cpu()


def _after(
    model: LanguageModel, cache: Any, seen: Tensor, index: Tensor, flat: list[Ids]
) -> Tensor:
    """Return the log-probability of what follows each choice's first token: float64, (choices,)."""
    pad = model.tokenizer.pad_token_id
    ids, real = padded(flat, pad, model.device, left=False)
    cache.batch_select_indices(index)
    mask = torch.cat([seen, real[:, :-1]], 1)
    places = positions_of(mask)[:, seen.shape[1] :]
    keep = ids.shape[1] - 1
    out = forward(model.model, ids[:, :-1], mask, keep, past_key_values=cache, position_ids=places)
    logs = out.logits.float().log_softmax(-1).gather(2, ids[:, 1:, None])[..., 0]
    return (logs.double() * real[:, 1:]).sum(1)


def last_token_scores(model: Any, ids: Tensor, mask: Tensor) -> Tensor:
    """Return a scalar head's score at each row's last real token: float32, (rows,); differentiable.

    Rows are padded on the right. The place is read from the mask: a library that looks for the
    padding token instead is wrong where a text ends in that token.
    """
    hidden = model.base_model(
        input_ids=ids, attention_mask=mask, position_ids=positions_of(mask)
    ).last_hidden_state
    last = mask.sum(1) - 1
    rows = torch.arange(len(ids), device=ids.device)
    scores: Tensor = model.score(hidden[rows, last]).float()[:, 0]
    return scores


def text_scores(model: LanguageModel, texts: Sequence[Ids], budget: int = BUDGET) -> Tensor:
    """Return a reward model's score of each text: float32, shape (texts,)."""
    texts = [fitted(model, text, 0) for text in texts]
    found = []
    with torch.inference_mode():
        for part in parts([len(text) for text in texts], budget):
            ids, mask = padded(texts[part], model.tokenizer.pad_token_id, model.device, left=False)
            found.append(last_token_scores(model.model, ids, mask).cpu())
    return torch.cat(found) if found else torch.zeros(0)


def parts(lengths: Sequence[int], budget: int) -> Iterator[slice]:
    """Yield slices of consecutive rows, so that rows times the longest stay within the budget."""
    begin, longest = 0, 0
    for row, length in enumerate(lengths):
        longest = max(longest, length)
        if row > begin and longest * (row + 1 - begin) > budget:
            yield slice(begin, row)
            begin, longest = row, length
    if begin < len(lengths):
        yield slice(begin, len(lengths))
