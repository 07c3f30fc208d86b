"""Reward models: which of two answers is better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from arena import BadParameter, Spec
from arena_align.checks import share_of
from arena_align.preference_trainers import ABOUT, PreferenceTrainer
from arena_align.rows import Pair

if TYPE_CHECKING:
    from arena_align.course import Course
    from arena_align.decisions import Decision
    from arena_align.measures import Values


class RewardModel(PreferenceTrainer):
    __doc__ = f"""Learns which of two answers is better (Bradley-Terry), by TRL's RewardTrainer.
    {ABOUT}
    weight_decay  of AdamW
    average       what the mean of the weights, which it ends with, keeps of itself at a step; 0 for
                  the last weights alone

    The checkpoint is a model that scores answers (`reward_model:model=NAME`); at a table it plays
    the move that it scores highest.
    """
    agent = "reward_greedy"
    name = "reward_model"
    head = "score"

    def __init__(
        self,
        policy: str = "",
        pairs: str = "",
        values: str = "minimax",
        players: tuple[str, ...] = ("policy", "random"),
        matches: int = 4_000,
        games: int = 1,
        draws: int = 10,
        held_out: float = 0.2,
        weight_decay: float = 0.0,
        average: float = 0.998,
        batch: int = 64,
        learning_rate: float = 1e-3,
        template: str = "",
    ) -> None:
        super().__init__(
            policy, pairs, values, players, matches, games, draws, held_out, batch, learning_rate,
            template,
        )  # fmt: skip
        if weight_decay < 0:
            raise BadParameter(f"reward_model: weight_decay={weight_decay:g} is less than 0")
        share_of(self.name, average=average)
        self.weight_decay, self.average = weight_decay, average

    def default_steps(self, spec: Spec) -> int:
        """Return what the small model takes for tic_tac_toe."""
        return 100_000

    def _learn(
        self, course: Course, pairs: list[Pair], asked: Sequence[Decision], values: Values | None
    ) -> None:
        from arena_llm.missing import need

        from arena_align.pairs import parted
        from arena_align.tokens import scored_rows
        from arena_align.trl_course import TrlCourse

        trl = need("trl")
        seen, held = parted(pairs, self._out)

        def make(dataset: Any, options: Mapping[str, Any], optimisers: Any) -> Any:
            config = trl.RewardConfig(
                **options, train_sampling_strategy="sequential", max_length=None
            )
            return trl.RewardTrainer(
                course.model, args=config, train_dataset=dataset, optimizers=optimisers,
                processing_class=course.language.tokenizer,
            )  # fmt: skip

        rows = scored_rows(seen, course.language.tokenizer)
        TrlCourse(course, make, rows, self.batch, average=self.average).go()
        course.offer(
            None, pairs=float(len(seen)),
            **judged(course.language, seen, "seen"), **judged(course.language, held, "held_out"),
        )  # fmt: skip


def judged(language: Any, pairs: Sequence[Pair], name: str, most: int = 4_000) -> dict[str, float]:
    """Return how a reward model does on pairs: its accuracy and loss, by the name given."""
    from arena_llm.scoring import text_scores

    from arena_align.losses import accuracy, bradley_terry_loss
    from arena_align.pairs import sampled
    from arena_align.tokens import answered

    pairs = sampled(pairs, most, 0)
    if not pairs:
        return {}
    sides = [
        text_scores(language, answered(language.tokenizer, [p.prompt for p in pairs], replies))
        for replies in ([p.chosen for p in pairs], [p.rejected for p in pairs])
    ]
    loss = float(bradley_terry_loss(*sides).mean())
    return {f"accuracy_{name}": accuracy(*sides), f"loss_{name}": loss}
