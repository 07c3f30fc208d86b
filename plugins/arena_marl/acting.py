"""What a seat can do, as rows of numbers in [-1, 1] or of choices: what actors give and critics
take."""

from __future__ import annotations

import math
from typing import Any

import torch
from gymnasium import spaces
from torch import Tensor
from torch.nn import functional

from arena import Unsuitable

_HALF_LOG_TAU = 0.5 * math.log(2 * math.pi)


class Choices:
    """One choice, or several at once: one-hot, side by side. float32 (..., width)."""

    def __init__(self, space: Any) -> None:
        multi = isinstance(space, spaces.MultiDiscrete)
        self.counts = space.nvec.ravel().tolist() if multi else [int(space.n)]
        self.multi, self.width = multi, sum(self.counts)
        starts = space.start.ravel().tolist() if multi else [int(space.start)]
        self._starts = starts

    def best(self, outputs: Tensor) -> Tensor:
        """Return the likeliest."""
        return self._each(outputs, lambda part: _one_hot(part.argmax(-1), part))

    def drawn(self, outputs: Tensor, spread: Tensor | float, u: Tensor) -> Tensor:
        """Return choices drawn by their odds; u in (0, 1) is shaped like the outputs."""
        return self.best(outputs - (-u.log()).log())

    def measure(self, outputs: Tensor, acts: Tensor, spread: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logarithms of the odds of what was done, and the entropies: (rows,) each."""
        logs = self._each(outputs, lambda part: part.log_softmax(-1))
        return (logs * acts).sum(-1), -(logs.exp() * logs).sum(-1)

    def soft(self, outputs: Tensor, u: Tensor) -> Tensor:
        """Return drawn choices whose gradient is that of the Gumbel-softmax.

        Jang, Gu and Poole, "Categorical reparameterization with Gumbel-softmax", 2017, straight
        through, at temperature 1; u in (0, 1).
        """
        noisy = outputs - (-u.log()).log()
        soft = self._each(noisy, lambda part: part.softmax(-1))
        return self.best(noisy) - soft.detach() + soft

    def actions(self, rows: Tensor) -> Tensor:
        """Return what a table takes: int64 (rows,) or (rows, choices)."""
        parts = [
            part.argmax(-1) + start
            for part, start in zip(rows.split(self.counts, -1), self._starts)
        ]
        return torch.stack(parts, -1) if self.multi else parts[0]

    def _each(self, outputs: Tensor, change: Any) -> Tensor:
        return torch.cat([change(part) for part in outputs.split(self.counts, -1)], -1)


class Numbers:
    """Real numbers within bounds, scaled to [-1, 1]: float32 (..., width)."""

    def __init__(self, space: Any) -> None:
        self.shape, self.width = space.shape, math.prod(space.shape)
        low, high = torch.as_tensor(space.low).float(), torch.as_tensor(space.high).float()
        self._middle, self._half = ((high + low) / 2).flatten(), ((high - low) / 2).flatten()

    def best(self, outputs: Tensor) -> Tensor:
        """Return what the actor means."""
        return outputs.tanh()

    def drawn(self, outputs: Tensor, spread: Tensor | float, u: Tensor) -> Tensor:
        """Return that with normal noise, of a standard deviation of `spread`; u in (0, 1)."""
        return outputs.tanh() + spread * torch.special.ndtri(u)

    def measure(self, outputs: Tensor, acts: Tensor, spread: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logarithms of the densities of what was drawn, and the entropies: (rows,).

        `spread` is the logarithm of the standard deviations: (width,).
        """
        normal = (acts - outputs.tanh()) * (-spread).exp()
        logs = -(0.5 * normal**2 + spread + _HALF_LOG_TAU).sum(-1)
        return logs, (spread + 0.5 + _HALF_LOG_TAU).sum().expand(len(outputs))

    def soft(self, outputs: Tensor, u: Tensor) -> Tensor:
        """Return what the actor means, differentiably."""
        return outputs.tanh()

    def actions(self, rows: Tensor) -> Tensor:
        """Return what a table takes, within bounds: float32 (rows, *shape)."""
        middle, half = self._middle.to(rows.device), self._half.to(rows.device)
        return (middle + half * rows.clamp(-1.0, 1.0)).reshape(-1, *self.shape)


def among(outputs: Tensor, legal: Tensor | None) -> Tensor:
    """Return an actor's outputs, so low where an action is not legal that it is never taken."""
    return outputs if legal is None else outputs.masked_fill(~legal, -1e9)


def _one_hot(chosen: Tensor, like: Tensor) -> Tensor:
    return functional.one_hot(chosen, like.shape[-1]).to(like.dtype)


Doing = Choices | Numbers


def doing_of(space: Any) -> Doing:
    """Return how a seat acts. Raises `Unsuitable`."""
    if isinstance(space, (spaces.Discrete, spaces.MultiDiscrete)):
        return Choices(space)
    if isinstance(space, spaces.Box) and bool(space.is_bounded()):
        return Numbers(space)
    raise Unsuitable(f"an actor cannot choose from {space}")
