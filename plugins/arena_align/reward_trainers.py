"""Learning from rewards: what such trainers share, and PPO on a reward model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from arena import BadParameter, Spec, Trainer, TrainingRun, derive
from arena_align.checks import above, check_policy, share_of
from arena_align.rows import read_prompts

if TYPE_CHECKING:
    from arena_align.course import Course
    from arena_align.decisions import Decision
    from arena_align.measures import Gauge, Values

ABOUT = """
    policy        what it begins with: a checkpoint, a folder, or a model of the hub
    players       who plays the `matches` whose positions are the prompts ("policy" is the model
                  itself, sampled)
    prompts       else a JSONL file whose rows have a prompt
    values        the agent by whose values of moves it is judged (`worse_...` among the metrics);
                  "" for none. Where it finds all moves alike, a reward model pays none of them
    held_out      the share of boards, up to symmetry, that are kept out of training and judged on
    template      the prompt template, if not the model's own
"""


class Lesson(NamedTuple):
    """What a run learns on.

    asked     the positions that came up, each once; none where prompts come from a file
    prompts   to answer: as often as they came up, those of boards held out left out
    same      prompts to which every legal answer is worth the same, as far as anybody knows
    gauge     what the policy is measured by
    longest   how many tokens an answer may have
    """

    asked: list[Decision]
    prompts: list[str]
    same: list[str]
    gauge: Gauge
    longest: int


class RewardTrainer(Trainer):
    """What those have in common that draw answers to prompts and have them paid."""

    agent = "llm"
    name: str

    def __init__(
        self, policy: str, players: Sequence[str], prompts: str, matches: int, values: str,
        held_out: float, template: str,
    ) -> None:  # fmt: skip
        above(self.name, matches=matches)
        share_of(self.name, held_out=held_out)
        if not policy:
            raise BadParameter(
                f"{self.name}: name the policy to begin with (policy=CHECKPOINT); sft makes one"
            )
        if not players and not prompts:
            raise BadParameter(f"{self.name}: players is empty; name some, like players=random")
        self.policy, self.players, self.prompts = policy, list(players), prompts
        self.matches, self.values, self.held_out = matches, values, held_out
        self.template = template

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` where moves are not counted, unless prompts come from a file."""
        if not self.prompts:
            check_policy(spec)

    def default_steps(self, spec: Spec) -> int:
        """Return what the small model takes for tic_tac_toe."""
        return 40_000

    def _lesson(self, course: Course, max_tokens: int) -> Lesson:
        from arena_align.decisions import distinct
        from arena_align.measures import Gauge, all_alike
        from arena_align.rlhf import legal_tokens

        every = self._played(course)
        asked = distinct(every)
        values = self._values(course, asked)
        prompts = self._texts(every)
        if answers := [(d.prompt, d.labels) for d in asked if d.labels]:
            longest = legal_tokens(course.language.tokenizer, *zip(*answers))
            max_tokens = min(max_tokens, longest)
        same = [d.prompt for d, worth in zip(asked, values or ()) if all_alike(worth)]
        gauge = Gauge(course.language, asked, values, self._out)
        return Lesson(asked, prompts, same, gauge, max_tokens)

    def _played(self, course: Course) -> list[Decision]:
        """Return the positions as often as they come up; none where prompts come from a file."""
        from arena_align.material import Noting, played, players_of

        if self.prompts:
            return []
        run = course.run
        agents = players_of(course, self.players)
        seed = derive(run.seed, "positions")
        return list(played(Noting.of(course), agents, self.matches, seed))

    def _texts(self, every: Sequence[Decision]) -> list[str]:
        """Return the prompts to train on, those of boards held out left out."""
        if self.prompts:
            return read_prompts(self.prompts)
        return [d.prompt for d in every if len(d.legal) > 1 and not self._out(d.group)]

    def _values(self, course: Course, asked: Sequence[Decision]) -> Values | None:
        """Return what moves are worth at each position; None if nobody is to say."""
        from arena_align.continuations import values_of_moves

        run = course.run
        if not self.values or not asked:
            return None
        return values_of_moves(run.make, asked, run.agent(self.values), derive(run.seed, "values"))

    def _out(self, group: str) -> bool:
        from arena_align.groups import held_out
        from arena_align.material import HELD_OUT_SEED

        return held_out(group, self.held_out, HELD_OUT_SEED)


class RlhfPpo(RewardTrainer):
    __doc__ = f"""Improves a policy by PPO on a reward model's scores, held near where it began.

    The third stage of InstructGPT (Ouyang et al., 2022); a step is an answer drawn.
    {ABOUT}
    reward        the reward model: a checkpoint, a folder, or a model of the hub
    beta          what a nat of divergence costs, in deviations of the scores at first
    target_kl     the divergence of an answer, in nats, that beta is steered to; fixed if not said
    horizon       of that steering, in answers
    max_kl        nats a move that it may leave the model it begins with: it stops there
    illegal       how far below the mean of the legal moves' scores what is no move is paid
    batch         answers of a round; `minibatch` of a step; each is learnt from `epochs` times
    clip, decay   of PPO, and lambda of the advantages; `value_weight` of the loss of values
    lora          the rank of LoRA's matrices, if only these are to be trained; 0 for all weights
    """
    name = "rlhf_ppo"

    def __init__(
        self,
        policy: str = "",
        reward: str = "",
        players: tuple[str, ...] = ("policy", "policy", "random"),
        prompts: str = "",
        matches: int = 2_000,
        values: str = "minimax",
        held_out: float = 0.2,
        beta: float = 0.2,
        target_kl: float | None = None,
        horizon: float = 10_000.0,
        max_kl: float = 2.0,
        illegal: float = 3.0,
        batch: int = 256,
        minibatch: int = 128,
        epochs: int = 4,
        clip: float = 0.2,
        decay: float = 0.95,
        value_weight: float = 0.1,
        max_tokens: int = 64,
        learning_rate: float = 1e-3,
        lora: int = 0,
        template: str = "",
    ) -> None:
        super().__init__(policy, players, prompts, matches, values, held_out, template)
        if not reward:
            raise BadParameter("rlhf_ppo: name the reward model (reward=CHECKPOINT)")
        above(
            self.name, horizon=horizon, max_kl=max_kl, batch=batch, minibatch=minibatch,
            epochs=epochs, clip=clip, max_tokens=max_tokens, learning_rate=learning_rate,
        )  # fmt: skip
        self.reward, self.beta, self.target_kl, self.horizon = reward, beta, target_kl, horizon
        self.max_kl, self.illegal, self.batch, self.minibatch = max_kl, illegal, batch, minibatch
        self.epochs, self.clip, self.decay, self.value_weight = epochs, clip, decay, value_weight
        self.max_tokens, self.learning_rate, self.lora = max_tokens, learning_rate, lora

    def default_steps(self, spec: Spec) -> int:
        """Return what the small model takes for tic_tac_toe."""
        return 50_000

    def train(self, run: TrainingRun) -> None:
        """Train until the budget is spent."""
        from arena_align.bounds import Bound
        from arena_align.course import Course
        from arena_align.ppo_steps import AdaptiveKL
        from arena_align.rewards import Centred, Refereed, by_reward_model
        from arena_align.rlhf import Ppo, Terms

        course = Course(
            run, self.policy, self.learning_rate, template=self.template, lora=self.lora
        )
        lesson = self._lesson(course, self.max_tokens)
        terms = Terms(
            self.batch, self.minibatch, self.epochs, self.clip, self.decay, self.value_weight,
            lesson.longest,
        )  # fmt: skip
        centred = Centred(lesson.asked, by_reward_model(run, self.reward), lesson.same)
        ppo = Ppo(
            course, course.read(), lesson.prompts,
            Refereed(lesson.asked, centred, -self.illegal), terms,
            AdaptiveKL(self.beta, self.target_kl, self.horizon),
        )  # fmt: skip
        ppo.go(Bound(course, lesson.gauge, self.max_kl))
        course.offer(None, prompts=float(len(lesson.prompts)), **lesson.gauge())
        course.close()
