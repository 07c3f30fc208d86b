"""Keeps a policy within a divergence of what it was: where it is exceeded, training ends."""

from __future__ import annotations

from typing import Any

from arena_align.course import Course, model_arrays, restore_model
from arena_align.measures import Gauge


class Bound:
    """Called after each stretch; `restore` goes back to the last weights within the bound."""

    def __init__(self, course: Course, gauge: Gauge, most: float) -> None:
        self.course, self.gauge, self.most = course, gauge, most
        self.within: dict[str, Any] = model_arrays(course.model)
        self.exceeded = False

    def __call__(self) -> None:
        """Note the weights if they are within the bound; else have the run end."""
        kl = self.gauge.kl()
        self.course.run.report({"kl": kl})
        if kl <= self.most:
            self.within = model_arrays(self.course.model)
        else:
            self.exceeded = True
            self.course.run.step = self.course.run.steps

    def restore(self) -> None:
        """Put back the last weights that were within the bound, if the present ones are not."""
        if self.exceeded:
            restore_model(self.course.model, self.within)
