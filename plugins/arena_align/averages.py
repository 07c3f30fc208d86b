"""The mean of the weights that training goes through, which generalises better than the last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel


class Average:
    """An exponential mean of a model's weights, taken after every step of its optimiser.

    Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992, in the form
    that forgets: after step n the mean keeps min(decay, (1 + n) / (10 + n)) of itself, so that it
    forgets the beginning faster while there is little to average. A decay of 0 averages nothing.
    """

    def __init__(self, model: torch.nn.Module, decay: float) -> None:
        self.model, self.decay = model, decay
        self.mean = AveragedModel(model, multi_avg_fn=self._blend) if decay else None

    def _blend(self, means: Any, weights: Any, count: Tensor | int) -> None:
        keep = min(self.decay, (1 + int(count)) / (10 + int(count)))
        torch._foreach_lerp_(means, weights, 1 - keep)

    @contextmanager
    def over(self, optimiser: torch.optim.Optimizer) -> Iterator[None]:
        """Take every step of an optimiser within into the mean."""
        if self.mean is None:
            yield
            return
        mean = self.mean
        hook = optimiser.register_step_post_hook(lambda *_: mean.update_parameters(self.model))
        try:
            yield
        finally:
            hook.remove()

    def settle(self) -> None:
        """Give the model the mean for its weights."""
        if self.mean is not None:
            self.model.load_state_dict(self.mean.module.state_dict())

    def arrays(self) -> dict[str, Any]:
        """Return the mean, to go on from."""
        state = {} if self.mean is None else self.mean.state_dict()
        return {f"average.{name}": value.cpu().numpy().copy() for name, value in state.items()}

    def restore(self, arrays: Mapping[str, Any]) -> None:
        """Go on from what `arrays` returned."""
        if self.mean is not None:
            state = {name[8:]: a for name, a in arrays.items() if name[:8] == "average."}
            self.mean.load_state_dict({k: torch.as_tensor(np.array(a)) for k, a in state.items()})
