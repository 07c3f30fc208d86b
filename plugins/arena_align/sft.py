"""Supervised fine-tuning: learning to answer as somebody did."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arena import BadParameter, Spec, Trainer, TrainingRun, Unsuitable, derive
from arena_align.checks import above, check_answers, share_of
from arena_align.rows import Example, read_examples


class Tiny(Trainer):
    """Makes a small untrained model for a game's notation, which others are trained from.

    A GPT-2 of `layers` layers of `width` numbers, whose words are the moves of the game; by the
    prompt template `template`. There is nothing to learn, so its steps are none.
    """

    agent = "llm"

    def __init__(self, template: str = "moves", width: int = 64, layers: int = 2) -> None:
        above("tiny_lm", width=width, layers=layers)
        self.template, self.width, self.layers = template, width, layers

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` where moves are neither counted nor words."""
        check_answers(spec)

    def default_steps(self, spec: Spec) -> int:
        """Return one: nothing is learnt."""
        return 1

    def train(self, run: TrainingRun) -> None:
        """Make it."""
        from arena_llm.tiny import make_tiny

        from arena_align.quiet import quiet

        seed = derive(run.seed, "tiny")

        def write(folder: Path) -> None:
            with quiet():
                make_tiny(
                    run.make, seed, folder, self.template, width=self.width, layers=self.layers
                )

        run.step = run.steps
        run.offer(write)


class Sft(Trainer):
    """Learns the moves of others, by TRL's SFTTrainer; a step is an answer learnt from.

    policy        what it begins with: a checkpoint, a folder, or a model of the hub; if not said, a
                  small model that is made for the game's notation
    data          a JSONL file of prompt and completion to learn from (`tasks` is a shipped one)
    teacher       else the agent whose moves are learnt, from `matches` that it plays now, with
                  itself or, where there are `opponents`, each of them in turn in the other seats
    entrants      else the entrants of the history whose moves are learnt, in the newest `matches`
                  of each; if nobody is named, all who won the newest `matches` that were won
    average       what the mean of the weights, which it ends with, keeps of itself at a step; 0 for
                  the last weights
    template      the prompt template, if not the model's own
    """

    agent = "llm"

    def __init__(
        self,
        policy: str = "",
        data: str = "",
        teacher: str = "",
        opponents: tuple[str, ...] = (),
        entrants: tuple[str, ...] = (),
        matches: int = 4_000,
        held_out: float = 0.0,
        batch: int = 128,
        learning_rate: float = 2e-3,
        average: float = 0.98,
        template: str = "",
    ) -> None:
        above("sft", matches=matches, batch=batch, learning_rate=learning_rate)
        share_of("sft", held_out=held_out, average=average)
        if bool(data) + bool(teacher) + bool(entrants) > 1:
            raise BadParameter("sft: name one of data, teacher and entrants, not several")
        self.policy, self.data, self.teacher = policy, data, teacher
        self.opponents, self.entrants = list(opponents), list(entrants)
        self.matches, self.batch, self.learning_rate = matches, batch, learning_rate
        self.template, self.held_out, self.average = template, held_out, average

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` where moves are neither counted nor words, nor read from a file."""
        if not self.data:
            check_answers(spec)
            if not self.policy and any(seat.in_words for seat in spec.seats):
                raise Unsuitable(
                    "a small model that is made for it does not know the words of the answers; "
                    "give data=FILE.jsonl or policy=MODEL"
                )

    def default_steps(self, spec: Spec) -> int:
        """Return what the small model takes for tic_tac_toe."""
        return 300_000

    def train(self, run: TrainingRun) -> None:
        """Train until the budget is spent."""
        from arena_llm.missing import need
        from arena_llm.rows import file_of

        from arena_align.course import Course
        from arena_align.tokens import example_rows
        from arena_align.trl_course import TrlCourse

        trl = need("trl")
        told = read_examples(file_of(self.data)) if self.data else []
        course = Course(
            run, self.policy, self.learning_rate, template=self.template,
            texts=[f"{row.prompt} {row.completion}" for row in told],
        )  # fmt: skip
        rows = told or self._rows(course)
        tokens = example_rows(rows, course.language.tokenizer, ends=True)

        def make(dataset: Any, options: Mapping[str, Any], optimisers: Any) -> Any:
            config = trl.SFTConfig(
                **options, train_sampling_strategy="sequential", max_length=None
            )  # fmt: skip
            return trl.SFTTrainer(
                course.model, args=config, train_dataset=dataset, optimizers=optimisers,
                processing_class=course.language.tokenizer,
            )  # fmt: skip

        held = len(rows) / len(tokens)
        TrlCourse(course, make, tokens, self.batch, held, average=self.average).go()
        course.offer(answers=float(len(rows)))
        course.close()

    def _rows(self, course: Any) -> list[Example]:
        """Return what is to be learnt."""
        from arena_align.groups import held_out
        from arena_align.material import HELD_OUT_SEED, Noting, in_history, played

        run = course.run
        if self.teacher:
            agents = [run.agent(name) for name in (self.teacher, *self.opponents)]
            seed = derive(run.seed, "teacher")
            found = list(played(Noting.of(course), agents, self.matches, seed, 0))
        else:
            told = in_history(course, self.matches, self.entrants)
            found = [d for _, d in told if self.entrants or d.score > 0]
        found = [d for d in found if not held_out(d.group, self.held_out, HELD_OUT_SEED)]
        if not found:
            raise Unsuitable(
                f"the history has no moves of {', '.join(self.entrants) or 'winners'} in "
                f"{run.spec.name}; play matches first, or give teacher=AGENT or data=FILE.jsonl"
            )
        return [Example(d.prompt, d.reply, d.group) for d in found]
