"""Training by one of TRL's trainers, a stretch of rows at a time.

TRL owns the loop, the loss and the batches of a stretch. Between stretches the run is reported and
saved: the order of the rows, the learning rate, the optimiser and all luck are given from outside,
so that a run that was interrupted goes on as if it had not been, and nothing is pickled.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from arena_llm.missing import need

from arena import BadParameter, derive
from arena_align.averages import Average
from arena_align.course import Course
from arena_align.luck import contained, few_threads
from arena_align.quiet import quiet, unswept

Row = Mapping[str, Any]
MakeTrainer = Callable[[Any, Mapping[str, Any], tuple[Any, Any]], Any]
"""From a data set, options and (optimiser, schedule) to one of TRL's trainers."""
_NAMES = {
    "train_loss": "loss", "mean_token_accuracy": "token_accuracy", "rewards/accuracies": "accuracy",
    "accuracy": "accuracy", "rewards/margins": "margin", "margin": "margin", "kl": "kl_of_answers",
    "reward": "reward", "completions/mean_length": "tokens",
}  # fmt: skip
"""What is told of all that TRL says, and by which name."""
STRETCH = 64
"""Batches that are left to TRL at once."""


class TrlCourse:
    """Goes through rows in an order of its own, once and again, until the budget is spent.

    A step is an answer learnt from. `held` is how many a row holds, on average; `drawn` how many
    the trainer draws to a row, where it draws any. With an `average` the model ends with the mean
    of its weights, see `Average`.
    """

    def __init__(
        self, course: Course, make: MakeTrainer, rows: Sequence[Row], batch: int,
        held: float = 1.0, drawn: int = 1, average: float = 0.0,
    ) -> None:  # fmt: skip
        check_lengths(rows, course.language.positions)
        self.course, self.run, self.make, self.rows = course, course.run, make, rows
        self.batch, self.drawn = min(batch, len(rows)), drawn
        self.answers = self.batch * held * drawn
        self.total = course.batches(self.answers)
        self.average = Average(course.model, average)
        resumed = course.run.resumed
        self.done = 0
        if resumed is not None:
            self.done = int(resumed.values["batches"])
            course.restore(resumed.arrays)
            self.average.restore(resumed.arrays)

    def go(self, after: Callable[[], None] = lambda: None) -> None:
        """Train to the end of the budget; `after` is called after each stretch."""
        self.course.prepared()
        stretch = max(1, min(STRETCH, self.total // 4))
        while self.run.step < self.run.steps:
            count = min(stretch, self.total - self.done)
            metrics = self._learn(count)
            self.done += count
            self.run.step = min(math.ceil(self.done * self.answers), self.run.steps)
            self.run.report(metrics)
            after()
            self.course.save({"batches": self.done}, self.average.arrays)
        self.average.settle()

    def _learn(self, count: int) -> Mapping[str, float]:
        """Learn from the next `count` batches; return what TRL says of it."""
        begun = time.perf_counter()
        torch, datasets = need("torch"), need("datasets")
        course = self.course
        for group in course.optimiser.param_groups:
            group["lr"] = group["initial_lr"] = course.rate
        schedule = torch.optim.lr_scheduler.LambdaLR(
            course.optimiser, lambda step: course.factor(self.done + step, self.total)
        )
        seed = derive(self.run.seed, "stretch", self.done)
        options = {
            "output_dir": course.kept.name, "per_device_train_batch_size": self.batch * self.drawn,
            "max_steps": count, "seed": seed % 2**31, "use_cpu": self.run.device != "cuda",
            "bf16": False, "report_to": "none", "save_strategy": "no", "logging_strategy": "no",
            "disable_tqdm": True, "dataloader_pin_memory": False,
        }  # fmt: skip
        rows = datasets.Dataset.from_list(list(self._next(count)))
        course.model.train()
        averaging = self.average.over(course.optimiser)
        with quiet(), unswept(), contained(seed), few_threads(course.model), averaging:
            trainer = self.make(rows, options, (course.optimiser, schedule))
            trainer.remove_callback(need("transformers").PrinterCallback)
            trainer.train()
        course.model.eval()
        self.run.spent(learning=time.perf_counter() - begun)
        told = trainer.state.log_history[-1] if trainer.state.log_history else {}
        return {_NAMES[name]: float(value) for name, value in told.items() if name in _NAMES}

    def _next(self, count: int) -> Iterator[Row]:
        """Yield the rows of the next batches: every one once in each pass, in a new order."""
        for place in range(self.done * self.batch, (self.done + count) * self.batch):
            epoch, index = divmod(place, len(self.rows))
            yield self.rows[self._order(epoch)[index]]

    def _order(self, epoch: int) -> Any:
        if getattr(self, "_epoch", None) != epoch:
            luck = np.random.default_rng(derive(self.run.seed, "order", epoch))
            self._epoch, self._places = epoch, luck.permutation(len(self.rows))
        return self._places


def check_lengths(rows: Sequence[Row], positions: int) -> None:
    """Raise `BadParameter` if a row of tokens is longer than the model reads."""
    longest = 0
    for row in rows:
        ids = {key: len(value) for key, value in row.items() if key.endswith("_ids")}
        prompt = ids.pop("prompt_ids", 0)
        longest = max(longest, prompt + max(ids.values(), default=0))
    if longest > positions:
        raise BadParameter(
            f"a prompt with its answer is {longest} tokens long, and the model reads {positions}; "
            "use a model that reads more, or a shorter prompt template (template=moves)"
        )
