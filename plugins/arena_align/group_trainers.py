"""Learning from several answers to a prompt, judged against each other: GRPO and RLOO, by TRL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from arena import BadParameter, TrainingRun
from arena_align.checks import above
from arena_align.reward_trainers import ABOUT, Lesson, RewardTrainer

if TYPE_CHECKING:
    from arena_align.course import Course


class GroupTrainer(RewardTrainer):
    """What GRPO and RLOO share: several answers to each prompt, judged against each other."""

    def __init__(
        self,
        policy: str = "",
        reward: str = "",
        opponents: tuple[str, ...] = ("random",),
        players: tuple[str, ...] = ("policy", "random"),
        prompts: str = "",
        matches: int = 1_000,
        values: str = "minimax",
        held_out: float = 0.2,
        beta: float = 0.02,
        max_kl: float = 2.0,
        generations: int = 8,
        batch: int = 32,
        max_tokens: int = 64,
        learning_rate: float = 5e-4,
        template: str = "",
    ) -> None:
        super().__init__(policy, players, prompts, matches, values, held_out, template)
        above(
            self.name, max_kl=max_kl, batch=batch, max_tokens=max_tokens,
            learning_rate=learning_rate, generations=generations - 1,
        )  # fmt: skip
        if not reward and prompts:
            raise BadParameter(f"{self.name}: prompts of a file are no positions; name a reward")
        if not reward and not opponents:
            raise BadParameter(f"{self.name}: name a reward model, or opponents to play on with")
        self.reward, self.opponents, self.beta = reward, list(opponents), beta
        self.max_kl, self.generations, self.batch = max_kl, generations, batch
        self.max_tokens, self.learning_rate = max_tokens, learning_rate

    def train(self, run: TrainingRun) -> None:
        """Train until the budget is spent."""
        from arena_align.bounds import Bound
        from arena_align.course import Course
        from arena_align.trl_course import TrlCourse

        course = Course(run, self.policy, self.learning_rate, template=self.template)
        lesson = self._lesson(course, self.max_tokens)
        rows = [{"prompt": prompt} for prompt in lesson.prompts]
        make = self._maker(course, lesson)
        learning = TrlCourse(course, make, rows, self.batch, drawn=self.generations)
        learning.go(Bound(course, lesson.gauge, self.max_kl))
        course.offer(None, prompts=float(len(rows)), **lesson.gauge())
        course.close()

    def _maker(self, course: Course, lesson: Lesson) -> Any:
        """Return what makes TRL's trainer, with the reward of this one."""
        from arena_llm.missing import need

        trl = need("trl")

        def make(dataset: Any, options: Mapping[str, Any], optimisers: Any) -> Any:
            # only now, with luck contained: what these import draws from the process-wide generator
            config_of = getattr(trl, f"{self.library}Config")
            trainer_of = getattr(trl, f"{self.library}Trainer")
            score = self._score(course, lesson, options["seed"])

            def paid(prompts: Sequence[str], completions: Sequence[str], **_: Any) -> list[float]:
                return [float(x) for x in score(prompts, [text.strip() for text in completions])]

            config = config_of(
                **options, num_generations=self.generations, max_completion_length=lesson.longest,
                beta=self.beta, shuffle_dataset=False, temperature=1.0,
            )  # fmt: skip
            return trainer_of(
                course.model, reward_funcs=paid, args=config, train_dataset=dataset,
                optimizers=optimisers, processing_class=course.language.tokenizer,
            )  # fmt: skip

        return make

    library: str
    """What TRL's classes are called before Config and Trainer."""

    def _score(self, course: Course, lesson: Lesson, seed: int) -> Any:
        from arena_align.players import Scored
        from arena_align.rewards import ByArena, Centred, Refereed, by_reward_model

        run = course.run
        low = run.spec.returns[0]
        if self.reward:
            paid = by_reward_model(run, self.reward)
            return Refereed(lesson.asked, Centred(lesson.asked, paid, lesson.same), -10.0)
        opponents = [run.agent(name) for name in self.opponents]
        policy = Scored(course.language, course.prompter)
        low = -1.0 if low is None else low
        return ByArena(run.make, lesson.asked, policy, opponents, seed, low)


_OF_GROUPS = f"""{ABOUT}
    reward        a reward model that pays them: a checkpoint, a folder, or a model of the hub
    opponents     without one the arena itself pays: the return of a match that is played on from
                  the answer, by the model against these in turn; what is illegal forfeits
    generations   answers to a prompt; `batch` prompts make a step of the optimiser
    beta, max_kl  what a nat of divergence from the beginning costs; and the bound on it, a move
"""


class Grpo(GroupTrainer):
    __doc__ = f"""Draws several answers to each prompt and learns from which were paid more, by TRL.

    Shao et al., "DeepSeekMath", 2024 (TRL's GRPOTrainer); a step is an answer drawn.
    {_OF_GROUPS}"""
    name = "grpo"
    library = "GRPO"


class Rloo(GroupTrainer):
    __doc__ = f"""Learns from each answer's reward against the mean of the others', by TRL.

    Ahmadian et al., "Back to basics", 2024 (TRL's RLOOTrainer); a step is an answer drawn.
    {_OF_GROUPS}"""
    name = "rloo"
    library = "RLOO"
