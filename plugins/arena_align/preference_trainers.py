"""Learning from preferences by TRL: what all share, DPO and KTO."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from arena import BadParameter, Spec, Trainer, TrainingRun, Unsuitable, derive
from arena_align.checks import above, check_policy, share_of
from arena_align.rows import Pair, read_pairs

if TYPE_CHECKING:
    from arena_align.course import Course
    from arena_align.decisions import Decision
    from arena_align.measures import Values

ABOUT = """
    policy        what it begins with: a checkpoint, a folder, or a model of the hub; if not said, a
                  small untrained model that is made for the game's notation
    pairs         a JSONL file of prompt, chosen and rejected (`arena preferences` makes them)
    values        else the agent that says what moves are worth: at every position of `matches`
                  among `players` ("policy" is the model itself, sampled) a move is drawn, and one
                  that is worse: by the returns of `games` matches that this agent plays on with
                  itself. With values="" it is answers of winners and of losers in the newest
                  `matches` of the history that were won
    draws         pairs drawn at a position each time that it comes up
    held_out      the share of boards, up to symmetry, that are kept out of training and judged on
    template      the prompt template, if not the model's own
"""


class PreferenceTrainer(Trainer):
    """Learns from pairs of answers; a step is a pair learnt from."""

    agent = "llm"
    name: str
    head: Any = "words"
    weight_decay = 0.0

    def __init__(
        self,
        policy: str = "",
        pairs: str = "",
        values: str = "minimax",
        players: tuple[str, ...] = ("policy", "random"),
        matches: int = 12_000,
        games: int = 1,
        draws: int = 1,
        held_out: float = 0.2,
        batch: int = 64,
        learning_rate: float = 1e-3,
        template: str = "",
    ) -> None:
        above(
            self.name, matches=matches, games=games, draws=draws, batch=batch,
            learning_rate=learning_rate,
        )  # fmt: skip
        share_of(self.name, held_out=held_out)
        if not players:
            raise BadParameter(f"{self.name}: players is empty; name some, like players=random")
        self.policy, self.pairs, self.values, self.players = policy, pairs, values, list(players)
        self.matches, self.games, self.draws, self.held_out = matches, games, draws, held_out
        self.batch, self.learning_rate, self.template = batch, learning_rate, template

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` where moves are neither counted nor read from a file."""
        if not self.pairs:
            check_policy(spec)

    def default_steps(self, spec: Spec) -> int:
        """Return what the small model takes for tic_tac_toe."""
        return 60_000

    def train(self, run: TrainingRun) -> None:
        """Train until the budget is spent."""
        from arena_align.course import Course

        told = read_pairs(self.pairs) if self.pairs else []
        course = Course(
            run, self.policy, self.learning_rate, self.head, self.template,
            decay=self.weight_decay,
            texts=[text for p in told for text in (f"{p.prompt} {p.chosen}", p.rejected)],
        )  # fmt: skip
        pairs, asked, values = (told, [], None) if told else self._pairs(course)
        if not pairs:
            raise Unsuitable(
                f"there are no pairs in {run.spec.name}; play matches of it first, name an agent "
                "that values moves (values=minimax), or give pairs=FILE.jsonl"
            )
        self._learn(course, pairs, asked, values)
        course.close()

    def _pairs(self, course: Course) -> tuple[list[Pair], list[Decision], Values | None]:
        """Return the pairs; the positions they are from, and what moves are worth there."""
        from arena_align.continuations import values_of_moves
        from arena_align.decisions import distinct
        from arena_align.material import Noting, in_history, played, players_of
        from arena_align.pairs import by_outcome, drawn_by_value

        run = course.run
        if not self.values:
            told = [decision for _, decision in in_history(course, self.matches)]
            return by_outcome(told), distinct(told), None
        agents = players_of(course, self.players)
        seed = derive(run.seed, "positions")
        every = list(played(Noting.of(course), agents, self.matches, seed))
        asked = distinct(every)
        values = values_of_moves(
            run.make, asked, run.agent(self.values), derive(run.seed, "values"), self.games
        )
        known = {decision.prompt: worth for decision, worth in zip(asked, values)}
        worths = [known[decision.prompt] for decision in every]
        seed = derive(run.seed, "pairs")
        return drawn_by_value(every, worths, seed, self.draws), asked, values

    def _out(self, group: str) -> bool:
        from arena_align.groups import held_out
        from arena_align.material import HELD_OUT_SEED

        return held_out(group, self.held_out, HELD_OUT_SEED)

    @abstractmethod
    def _learn(
        self, course: Course, pairs: list[Pair], asked: Sequence[Decision], values: Values | None
    ) -> None:
        """Learn from the pairs, and offer what was learnt."""


class PolicyTrainer(PreferenceTrainer):
    """What DPO and KTO share: a penalty for leaving the reference, and its bound."""

    def __init__(
        self,
        policy: str = "",
        pairs: str = "",
        values: str = "minimax",
        players: tuple[str, ...] = ("policy", "random"),
        matches: int = 12_000,
        games: int = 1,
        draws: int = 1,
        held_out: float = 0.2,
        beta: float = 0.1,
        max_kl: float = 2.0,
        batch: int = 64,
        learning_rate: float = 1e-3,
        template: str = "",
    ) -> None:
        super().__init__(
            policy, pairs, values, players, matches, games, draws, held_out, batch, learning_rate,
            template,
        )  # fmt: skip
        above(self.name, beta=beta, max_kl=max_kl)
        self.beta, self.max_kl = beta, max_kl

    def _learn(
        self, course: Course, pairs: list[Pair], asked: Sequence[Decision], values: Values | None
    ) -> None:
        from arena_align.bounds import Bound
        from arena_align.measures import Gauge
        from arena_align.pairs import parted
        from arena_align.trl_course import TrlCourse

        seen, _ = parted(pairs, self._out)
        gauge = Gauge(course.language, asked, values, self._out)
        rows = self._rows(course, seen)
        learning = TrlCourse(course, self._maker(course), rows, self.batch)
        learning.go(Bound(course, gauge, self.max_kl))
        course.offer(None, pairs=float(len(seen)), **gauge())

    @property
    def _ends(self) -> bool:
        """Whether answers are free text, which ends in the end token."""
        return bool(self.pairs)

    @abstractmethod
    def _rows(self, course: Course, pairs: Sequence[Pair]) -> Sequence[Mapping[str, Any]]:
        """Return what TRL reads."""

    @abstractmethod
    def _maker(self, course: Course) -> Any:
        """Return what makes TRL's trainer."""


class Dpo(PolicyTrainer):
    __doc__ = f"""Learns from pairs without a reward model, by TRL's DPOTrainer.

    Rafailov et al., "Direct preference optimization", 2023.
    {ABOUT}
    beta          how dear it is to leave the model that it begins with
    max_kl        nats a move that it may leave it by, over the positions played: it stops there
    """
    name = "dpo"

    def default_steps(self, spec: Spec) -> int:
        """Return what the small model takes for tic_tac_toe."""
        return 80_000

    def _rows(self, course: Course, pairs: Sequence[Pair]) -> Sequence[Mapping[str, Any]]:
        from arena_align.tokens import preferred_rows

        return preferred_rows(pairs, course.read(), self._ends)

    def _maker(self, course: Course) -> Any:
        from arena_llm.missing import need

        from arena_align.tokens import given

        trl = need("trl")

        def make(dataset: Any, options: Mapping[str, Any], optimisers: Any) -> Any:
            config = trl.DPOConfig(
                **options,
                train_sampling_strategy="sequential",
                max_length=None,
                beta=self.beta,
                precompute_ref_log_probs=True,
            )
            return given(trl.DPOTrainer)(
                course.model, args=config, train_dataset=dataset,
                optimizers=optimisers, processing_class=course.language.tokenizer,
            )  # fmt: skip

        return make


class Kto(PolicyTrainer):
    __doc__ = f"""Learns from answers that are good or bad by themselves, by TRL's KTOTrainer.

    Ethayarajh et al., "KTO: Model alignment as prospect theoretic optimization", 2024. Of every
    pair the chosen answer is a good one, and the rejected a bad one.
    {ABOUT}
    beta          how dear it is to leave the model that it begins with
    max_kl        nats a move that it may leave it by, over the positions played: it stops there
    """
    name = "kto"

    def _rows(self, course: Course, pairs: Sequence[Pair]) -> Sequence[Mapping[str, Any]]:
        from arena_align.tokens import judged_rows

        return judged_rows(pairs, course.language.tokenizer, self._ends)

    def _maker(self, course: Course) -> Any:
        from arena_llm.missing import need

        from arena_align.tokens import given_judged

        trl, reference = need("trl"), course.read().model

        def make(dataset: Any, options: Mapping[str, Any], optimisers: Any) -> Any:
            config = trl.KTOConfig(**options, max_length=None, beta=self.beta)
            return given_judged(trl.KTOTrainer)(
                course.model, ref_model=reference, args=config, train_dataset=dataset,
                optimizers=optimisers, processing_class=course.language.tokenizer,
            )  # fmt: skip

        return make
