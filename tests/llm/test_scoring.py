"""Padded batches give what one text at a time gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from arena_llm.models import LanguageModel, load

torch = pytest.importorskip("torch")
pytest.importorskip("transformers", reason="needs pip install 'arena-games[llm]'")

from arena_llm import scoring  # noqa: E402

WORDS = ["x(0,0)", "o(1,1)", "x(2,2)", "o(0,1)", "x(2,1)", "o(2,0)"]


@pytest.fixture(scope="module")
def model(tiny: Path) -> LanguageModel:
    return load(tiny, device="cpu")


@pytest.fixture(scope="module", params=["gpt2", "llama"])
def kinds(request: pytest.FixtureRequest, model: LanguageModel) -> LanguageModel:
    """A model with learnt positions, and one with rotary ones."""
    if request.param == "gpt2":
        return model
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(model.tokenizer), hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64,
        pad_token_id=0, bos_token_id=1, eos_token_id=2,
    )  # fmt: skip
    return LanguageModel(LlamaForCausalLM(config).eval(), model.tokenizer, "cpu")


def loop_logprobs(model: LanguageModel, prompt: list[int], reply: list[int]) -> list[float]:
    """Return the log-probability of each token, by one unpadded pass."""
    with torch.no_grad():
        logits = model.model(torch.tensor([prompt + reply])).logits[0].log_softmax(-1)
    return [float(logits[len(prompt) + i - 1, token]) for i, token in enumerate(reply)]


def questions(model: LanguageModel) -> tuple[list[list[int]], list[list[int]]]:
    """Return prompts of many lengths, and replies of one to three tokens."""
    prompts = [scoring.encode_prompt(model.tokenizer, " ".join(WORDS[:n])) for n in range(6)]
    replies = [
        scoring.encode_reply(model.tokenizer, " ".join(WORDS[: 1 + n % 3])) for n in range(6)
    ]
    return prompts, replies


@pytest.mark.parametrize("budget", [1, 20, 10_000])
def test_a_batch_agrees_with_a_loop(kinds: LanguageModel, budget: int) -> None:
    prompts, replies = questions(kinds)
    batched = scoring.token_logprobs(kinds, prompts, replies, budget)
    for prompt, reply, found in zip(prompts, replies, batched):
        np.testing.assert_allclose(found, loop_logprobs(kinds, prompt, reply), atol=1e-5)
    whole = scoring.reply_logprobs(kinds, prompts, replies, budget)
    np.testing.assert_allclose(whole, [float(row.sum()) for row in batched], atol=1e-5)


@pytest.mark.parametrize("budget", [1, 30, 10_000])
def test_choices_after_kept_keys_agree_with_a_loop(kinds: LanguageModel, budget: int) -> None:
    prompts, replies = questions(kinds)
    choices = [replies[: 1 + n] for n in range(6)]
    found = scoring.choice_logprobs(kinds, prompts, choices, budget)
    for prompt, row, told in zip(prompts, choices, found):
        assert len(row) == len(told)
        for choice, log in zip(row, told):
            assert log == pytest.approx(sum(loop_logprobs(kinds, prompt, choice)), abs=1e-5)


def test_probabilities_of_all_words_sum_to_one(model: LanguageModel) -> None:
    prompt = scoring.encode_prompt(model.tokenizer, "x(0,0)")
    every = [[token] for token in range(len(model.tokenizer))]
    logs = scoring.choice_logprobs(model, [prompt], [every])[0]
    assert float(np.exp(logs).sum()) == pytest.approx(1, abs=1e-5)


def test_gradients_flow_through_reply_logits(model: LanguageModel) -> None:
    prompts, replies = questions(model)
    logits, ids, real = scoring.reply_logits(model.model, prompts, replies, 0, "cpu")
    assert logits.shape[:2] == ids.shape == real.shape == (6, 3)
    assert real.sum(1).tolist() == [len(reply) for reply in replies]
    assert logits.requires_grad


def test_a_reward_is_read_at_the_true_last_token(tiny: Path) -> None:
    reward = load(tiny, device="cpu", head="score", fresh=True)
    pad = reward.tokenizer.pad_token_id
    texts = [[1, 5, 6], [1, 7], [1, 8, 9, 10, pad], [1]]  # one ends in the padding token
    alone = [float(scoring.text_scores(reward, [text])[0]) for text in texts]
    with torch.no_grad():
        hidden = [reward.model.transformer(torch.tensor([t])).last_hidden_state for t in texts]
        byhand = [float(reward.model.score(h)[0, -1, 0]) for h in hidden]
    np.testing.assert_allclose(alone, byhand, atol=1e-5)
    for budget in (1, 8, 10_000):
        np.testing.assert_allclose(scoring.text_scores(reward, texts, budget), byhand, atol=1e-5)


def test_a_prompt_that_is_too_long_loses_its_oldest_tokens(model: LanguageModel) -> None:
    long = list(range(model.positions + 10))
    kept = scoring.fitted(model, long, 3)
    assert len(kept) == model.positions - 3
    assert kept[0] == 0 and kept[1:] == long[-len(kept) + 1 :]


def test_an_empty_prompt_begins_with_a_token(model: LanguageModel) -> None:
    assert scoring.encode_prompt(model.tokenizer, "") == [model.tokenizer.bos_token_id]
    assert scoring.encode_prompt(model.tokenizer, "<bos> x(0,0)")[:2] != [1, 1]
