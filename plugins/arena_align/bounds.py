"""Keeps a policy within a divergence of what it was: where it is exceeded, training ends."""

from __future__ import annotations

from arena_align.course import Course, model_arrays, restore_model
from arena_align.measures import Gauge


class Bound:
    """Called now and then while a policy is trained; made when what a run resumes is in place.

    Where the policy is found to have gone further than `most`, it gets back the last weights that
    had not, and the run ends.
    """

    def __init__(self, course: Course, gauge: Gauge, most: float) -> None:
        self.course, self.gauge, self.most = course, gauge, most
        self.within = model_arrays(course.model)

    def __call__(self) -> None:
        """Measure the divergence; nothing where no positions are known."""
        if not self.gauge.asked:
            return
        run, kl = self.course.run, self.gauge.kl()
        run.report({"kl": kl})
        if kl <= self.most:
            self.within = model_arrays(self.course.model)
        else:
            restore_model(self.course.model, self.within)
            run.step = run.steps
