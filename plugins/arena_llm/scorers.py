"""Judges that are models: a scalar head, and the reward that a policy's training implies."""

from __future__ import annotations

from collections.abc import Sequence

from arena import Scorer
from arena_llm.models import LanguageModel, load
from arena_llm.prompts import continuation
from arena_llm.scoring import encode_prompt, encode_reply, reply_logprobs, text_scores


class RewardModel(Scorer):
    """What a transformer with a scalar head says at the last token of prompt, reply and its end.

    `model` is a checkpoint, a folder, or owner/name of the hub.
    """

    files = ("model",)

    def __init__(self, model: str, device: str = "auto") -> None:
        self.model = load(model, device, "score")

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> list[float]:
        """Return one number a pair; more is better."""
        end = self.model.tokenizer.eos_token_id
        pairs = zip(prompts, responses)
        texts = [[*asked, *reply, end] for asked, reply in (_ids(self.model, *p) for p in pairs)]
        return text_scores(self.model, texts).tolist()  # type: ignore[no-any-return]


class Dpo(Scorer):
    """The implicit reward of a policy: beta * (log pi(reply) - log pi_ref(reply)).

    Rafailov et al. 2023, equation 5, without the term that depends on the prompt alone. `policy`
    and `reference` are checkpoints, folders, or owner/name of the hub.
    """

    files = ("policy", "reference")

    def __init__(
        self, policy: str, reference: str, beta: float = 0.1, device: str = "auto"
    ) -> None:
        self.policy, self.reference, self.beta = load(policy, device), load(reference, device), beta

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> list[float]:
        """Return one number a pair; more is better."""
        found = [self._logs(model, prompts, responses) for model in (self.policy, self.reference)]
        return [self.beta * (ours - theirs) for ours, theirs in zip(*found)]

    @staticmethod
    def _logs(
        model: LanguageModel, prompts: Sequence[str], responses: Sequence[str]
    ) -> list[float]:
        pairs = [_ids(model, *pair) for pair in zip(prompts, responses)]
        logs = reply_logprobs(model, [asked for asked, _ in pairs], [reply for _, reply in pairs])
        return logs.double().tolist()  # type: ignore[no-any-return]


def _ids(model: LanguageModel, prompt: str, response: str) -> tuple[list[int], list[int]]:
    reply = encode_reply(model.tokenizer, continuation(prompt, response))
    return encode_prompt(model.tokenizer, prompt), reply
