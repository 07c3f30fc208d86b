"""Judges that are models agree with what is computed by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from arena_llm.models import load, save
from arena_llm.scorers import Dpo, RewardModel
from arena_llm.tiny import make_tiny

PROMPTS, REPLIES = ["", "x(0,0)", "x(0,0) o(1,1)"], ["x(1,1)", "o(0,1)", "x(2,2)"]


def test_a_reward_is_of_prompt_reply_and_end(tiny: Path, tmp_path: Path) -> None:
    import torch

    made = load(tiny, "cpu", "score", fresh=True)
    save(made.model, made.tokenizer, tmp_path / "reward")
    found = RewardModel(str(tmp_path / "reward"), "cpu").score(PROMPTS, REPLIES)
    for prompt, reply, score in zip(PROMPTS, REPLIES, found):
        ids = torch.tensor([made.tokenizer(f"{prompt} {reply} <eos>").input_ids])
        with torch.no_grad():
            hidden = made.model.transformer(ids).last_hidden_state
            assert float(made.model.score(hidden)[0, -1, 0]) == pytest.approx(score, abs=1e-5)


def test_the_implicit_reward_of_dpo(tiny: Path, tmp_path: Path) -> None:
    import torch

    other = make_tiny("tic_tac_toe", 2, tmp_path / "other")
    assert Dpo(str(tiny), str(tiny), device="cpu").score(PROMPTS, REPLIES) == [0, 0, 0]
    found = Dpo(str(tiny), str(other), 0.5, "cpu").score(PROMPTS, REPLIES)
    models = [load(tiny, "cpu"), load(other, "cpu")]
    for prompt, reply, score in zip(PROMPTS, REPLIES, found):
        logs = []
        for one in models:
            ids = torch.tensor([one.tokenizer(f"{prompt} {reply}").input_ids])
            with torch.no_grad():
                logs.append(float(one.model(ids).logits[0, -2].log_softmax(-1)[ids[0, -1]]))
        assert score == pytest.approx(0.5 * (logs[0] - logs[1]), abs=1e-5)
