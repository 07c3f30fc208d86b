"""The third stage of InstructGPT: PPO on a reward model's scores, held near a reference.

Ouyang et al., "Training language models to follow instructions with human feedback", 2022, after
Ziegler et al., "Fine-tuning language models from human preferences", 2019; in plain torch, because
TRL has dropped its PPO trainer.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from arena_llm.models import LanguageModel
from arena_llm.scoring import encode_labels, encode_prompts, forward, padded
from torch import Tensor

from arena import derive
from arena_align import ppo_steps
from arena_align.bounds import Bound
from arena_align.course import Course
from arena_align.luck import contained, few_threads
from arena_align.ppo_steps import AdaptiveKL
from arena_align.rewards import Score

Ids = Sequence[int]


@dataclass(frozen=True)
class Terms:
    """How a policy is improved; see the trainer's parameters."""

    batch: int
    minibatch: int
    epochs: int
    clip: float
    decay: float
    value_weight: float
    max_tokens: int


class Answers(NamedTuple):
    """Answers drawn from a policy, with what is known of their tokens.

    prompts, replies   token ids; a reply ends in the end token unless it was cut off
    old, values        float (answers, tokens): log-probabilities and values when they were drawn
    mask               bool of the same shape; tokens are aligned on the left
    advantage, target  float of the same shape
    """

    prompts: list[Ids]
    replies: list[Ids]
    old: Tensor
    values: Tensor
    mask: Tensor
    advantage: Tensor
    target: Tensor

    def take(self, rows: Tensor) -> Answers:
        """Return the chosen answers."""
        listed = rows.tolist()
        return Answers(
            [self.prompts[row] for row in listed], [self.replies[row] for row in listed],
            *(part[rows] for part in self[2:]),
        )  # fmt: skip


class Ppo:
    """Draws answers to prompts, has them scored, and improves the policy that drew them."""

    def __init__(
        self, course: Course, reference: LanguageModel, prompts: Sequence[str], reward: Score,
        terms: Terms, penalty: AdaptiveKL,
    ) -> None:  # fmt: skip
        self.course, self.run, self.terms, self.penalty = course, course.run, terms, penalty
        self.policy, self.reference, self.reward = course.model, reference.model, reward
        self.tokenizer, self.device = course.language.tokenizer, course.language.device
        self.texts = list(prompts)
        self.prompts = encode_prompts(self.tokenizer, self.texts)
        with torch.random.fork_rng(devices=[]):
            self.head = torch.nn.Linear(self.policy.config.hidden_size, 1).to(self.device)
        torch.nn.init.zeros_(self.head.weight)
        torch.nn.init.zeros_(self.head.bias)
        course.optimiser.add_param_group(
            {"params": list(self.head.parameters()), "lr": course.rate}
        )
        self.round, self.scale = 0, (0.0, 1.0)
        self.total = course.batches(terms.batch)
        resumed = course.run.resumed
        if resumed is not None:
            self._restore(resumed.values, resumed.arrays)

    def go(self, after: Bound, every: int = 8) -> None:
        """Train to the end of the budget; `after` is called every few rounds."""
        self.course.prepared()
        while self.run.step < self.run.steps:
            seed = derive(self.run.seed, "round", self.round)
            begun = time.perf_counter()
            with contained(seed), few_threads(self.policy):
                if self.round == 0:
                    self.scale = self._spread(self._draw(min(1024, 4 * self.terms.batch)))
                self.run.report(self._improve(self._draw(self.terms.batch)))
            self.run.spent(learning=time.perf_counter() - begun)
            self.round += 1
            self.run.step = min(self.round * self.terms.batch, self.run.steps)
            if self.round % every == 0 or self.run.step >= self.run.steps:
                after()
            self.course.save(self._values, self._arrays)

    def _draw(self, count: int) -> tuple[list[int], list[Ids]]:
        """Return the indices of prompts, and an answer to each."""
        asked = torch.randint(len(self.prompts), (count,)).tolist()
        prompts = [self.prompts[index] for index in asked]
        pad, end = self.tokenizer.pad_token_id, self.tokenizer.eos_token_id
        ids, mask = padded(prompts, pad, self.device, left=True)
        self.policy.eval()
        with torch.no_grad():
            drawn = self.policy.generate(
                input_ids=ids, attention_mask=mask, do_sample=True, top_k=0, top_p=1.0,
                temperature=1.0, max_new_tokens=self.terms.max_tokens, pad_token_id=pad,
                eos_token_id=end,
            )  # fmt: skip
        rows = drawn[:, ids.shape[1] :].tolist()
        return asked, [row[: row.index(end) + 1] if end in row else row for row in rows]

    def _scores(self, asked: Sequence[int], replies: Sequence[Ids]) -> Tensor:
        said = [self.tokenizer.decode(reply, skip_special_tokens=True).strip() for reply in replies]
        paid = self.reward([self.texts[index] for index in asked], said)
        return torch.as_tensor(paid, dtype=torch.float32, device=self.device)

    def _spread(self, drawn: tuple[list[int], list[Ids]]) -> tuple[float, float]:
        """Return mean and deviation of the scores at first, in whose terms scores are paid."""
        scores = self._scores(*drawn)
        return float(scores.mean()), max(float(scores.std()), 1e-6)

    def _improve(self, drawn: tuple[list[int], list[Ids]]) -> Mapping[str, float]:
        """Improve the policy on answers drawn from it; return how it goes."""
        answers, told = self._judge(*drawn)
        factor = self.course.factor(self.round, self.total, warmup=0.0)
        for group in self.course.optimiser.param_groups:
            group["lr"] = self.course.rate * factor
        losses = [
            self._learn(answers.take(rows))
            for _ in range(self.terms.epochs)
            for rows in torch.randperm(len(answers.replies)).split(self.terms.minibatch)
        ]
        self.penalty.update(told["kl_of_answers"], len(answers.replies))
        means = np.mean(losses, axis=0)
        return {**told, "policy_loss": float(means[0]), "value_loss": float(means[1])}

    def _judge(self, asked: list[int], replies: list[Ids]) -> tuple[Answers, dict[str, float]]:
        """Return answers with their advantages, and the means of what they were paid."""
        prompts = [self.prompts[index] for index in asked]
        with torch.no_grad():
            old, values, mask = self._read(self.policy, prompts, replies)
            before, _, _ = self._read(self.reference, prompts, replies)
        raw = self._scores(asked, replies)
        scores = (raw - self.scale[0]) / self.scale[1]
        kl = ppo_steps.kl_terms(old, before, mask)
        rewards = ppo_steps.token_rewards(scores, kl, mask, self.penalty.coefficient)
        found = ppo_steps.advantages(rewards, values, mask, self.terms.decay)
        told = {
            "score": float(raw.mean()), "kl_of_answers": float(kl.sum(1).mean()),
            "kl_coefficient": self.penalty.coefficient,
        }  # fmt: skip
        advantage = ppo_steps.whitened(found, mask)
        return Answers(prompts, replies, old, values, mask, advantage, found + values), told

    def _learn(self, answers: Answers) -> tuple[float, float]:
        """Make one step of the optimiser; return the two losses."""
        terms = self.terms
        new, values, mask = self._read(self.policy, answers.prompts, answers.replies)
        width = new.shape[1]
        old, before, advantage, target = (
            part[:, :width]
            for part in (answers.old, answers.values, answers.advantage, answers.target)
        )
        policy = ppo_steps.policy_loss(new, old, advantage, mask, terms.clip)
        value = ppo_steps.value_loss(values, before, target, mask, terms.clip)
        self.course.optimiser.zero_grad()
        (policy + terms.value_weight * value).backward()
        for group in self.course.optimiser.param_groups:
            torch.nn.utils.clip_grad_norm_(group["params"], 1.0)
        self.course.optimiser.step()
        return float(policy.detach()), float(value.detach())

    def _read(
        self, model: Any, prompts: Sequence[Ids], replies: Sequence[Ids]
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return the log-probabilities of replies' tokens, values before each, and their mask."""
        pad = self.tokenizer.pad_token_id
        after, real = padded(replies, pad, self.device, left=False)
        before, seen = padded(prompts, pad, self.device, left=True)
        ids, mask = torch.cat([before, after], 1), torch.cat([seen, real], 1)
        keep = after.shape[1]
        out = forward(model, ids, mask, keep + 1, output_hidden_states=True)
        logs = out.logits[:, :-1].float().log_softmax(-1).gather(2, after[..., None])[..., 0]
        hidden = out.hidden_states[-1][:, -keep - 1 : -1].float()
        return logs, self.head(hidden)[..., 0], real.bool()

    @property
    def _values(self) -> dict[str, Any]:
        return {
            "round": self.round, "scale": list(self.scale),
            "coefficient": self.penalty.coefficient,
        }  # fmt: skip

    def _arrays(self) -> dict[str, Any]:
        return {f"head.{k}": v.detach().cpu().numpy() for k, v in self.head.state_dict().items()}

    def _restore(self, values: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
        self.round, self.penalty.coefficient = values["round"], values["coefficient"]
        self.scale = (values["scale"][0], values["scale"][1])
        own = {name[5:]: torch.as_tensor(a) for name, a in arrays.items() if name[:5] == "head."}
        self.head.load_state_dict(own)
        self.course.restore(arrays)


def legal_tokens(tokenizer: Any, prompts: Sequence[str], labels: Sequence[Sequence[str]]) -> int:
    """Return how many tokens the longest label takes."""
    return max(len(ids) for row in encode_labels(tokenizer, prompts, labels) for ids in row)
