"""How networks act: distributions over an action space, from the numbers that a network gives.

Numbers come in as `outputs`, float32 (rows, width), legal moves as `mask`, bool (rows, actions), or
None where anything goes. All luck is `u`, float64 (rows, luck), in [0, 1).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from torch import Tensor, nn

from arena import Unsuitable

_HALF_LOG_TAU = 0.5 * math.log(2 * math.pi)
_BELOW_ONE = math.nextafter(1.0, 0.0)


def masked(outputs: Tensor, mask: Tensor | None) -> Tensor:
    """Return log-odds with those of illegal moves far below all others."""
    return outputs if mask is None else outputs.masked_fill(~mask, -1e9)


def draw(odds: Tensor, u: Tensor) -> Tensor:
    """Return the place on which each u falls among its row's odds, that need not sum to one.

    odds float (rows, n), u float64 (rows,): int64 (rows,). A place without odds is never drawn.
    """
    heaped = odds.double().cumsum(dim=1)
    wanted = u * heaped[:, -1]
    wanted = torch.minimum(wanted, heaped[:, -1] * _BELOW_ONE)
    return (heaped <= wanted[:, None]).sum(dim=1)


class Categorical(nn.Module):
    """One choice of n; actions are int64 (rows,), counted from 0."""

    dtype = torch.int64

    def __init__(self, space: Any) -> None:
        super().__init__()
        self.width, self.luck, self.start = int(space.n), 1, int(space.start)

    def best(self, outputs: Tensor, mask: Tensor | None) -> Tensor:
        """Return the likeliest actions."""
        return masked(outputs, mask).argmax(dim=1)

    def sample(self, outputs: Tensor, mask: Tensor | None, u: Tensor) -> tuple[Tensor, Tensor]:
        """Return actions, and the logarithms of their odds."""
        logs = masked(outputs, mask).log_softmax(dim=1)
        actions = draw(logs.exp(), u[:, 0])
        return actions, logs.gather(1, actions[:, None])[:, 0]

    def measure(
        self, outputs: Tensor, mask: Tensor | None, actions: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return the logarithms of the odds of actions, and the entropies: (rows,) each."""
        logs = masked(outputs, mask).log_softmax(dim=1)
        entropy = -(logs.exp() * logs).sum(dim=1)
        return logs.gather(1, actions[:, None])[:, 0], entropy

    def odds(self, outputs: Tensor, mask: Tensor | None) -> Tensor:
        """Return the odds of every action: (rows, n)."""
        return masked(outputs, mask).softmax(dim=1)

    def moves(self, actions: Tensor) -> list[Any]:
        """Return actions as the game takes them."""
        return (actions + self.start).tolist() if self.start else actions.tolist()

    def columns(self, actions: Tensor) -> Tensor:
        """Return actions as a table of games takes them."""
        return actions + self.start if self.start else actions


class MultiCategorical(nn.Module):
    """Several choices at once, independent of each other; actions are int64 (rows, choices)."""

    dtype = torch.int64

    def __init__(self, space: Any) -> None:
        super().__init__()
        self.shape, self.dtype_out = space.shape, space.dtype
        if isinstance(space, spaces.MultiBinary):
            self.counts, starts = [2] * math.prod(space.shape), np.zeros(space.shape)
        else:
            self.counts, starts = space.nvec.ravel().tolist(), space.start
        self.starts = np.ravel(starts).astype(np.int64)
        self.register_buffer("_starts", torch.tensor(self.starts), persistent=False)
        self.width, self.luck = sum(self.counts), len(self.counts)

    def best(self, outputs: Tensor, mask: Tensor | None) -> Tensor:
        """Return the likeliest actions."""
        return torch.stack([part.argmax(dim=1) for part in outputs.split(self.counts, 1)], 1)

    def sample(self, outputs: Tensor, mask: Tensor | None, u: Tensor) -> tuple[Tensor, Tensor]:
        """Return actions, and the logarithms of their odds."""
        logs = [part.log_softmax(dim=1) for part in outputs.split(self.counts, 1)]
        actions = torch.stack([draw(part.exp(), u[:, i]) for i, part in enumerate(logs)], 1)
        return actions, self._of(logs, actions)

    def measure(
        self, outputs: Tensor, mask: Tensor | None, actions: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return the logarithms of the odds of actions, and the entropies: (rows,) each."""
        logs = [part.log_softmax(dim=1) for part in outputs.split(self.counts, 1)]
        entropy = -torch.cat([part.exp() * part for part in logs], dim=1).sum(dim=1)
        return self._of(logs, actions), entropy

    @staticmethod
    def _of(logs: list[Tensor], actions: Tensor) -> Tensor:
        chosen = [part.gather(1, actions[:, i : i + 1]) for i, part in enumerate(logs)]
        return torch.cat(chosen, dim=1).sum(dim=1)

    def moves(self, actions: Tensor) -> list[Any]:
        """Return actions as the game takes them."""
        numbers = actions.numpy(force=True) + self.starts
        return list(numbers.astype(self.dtype_out).reshape(-1, *self.shape))

    def columns(self, actions: Tensor) -> Tensor:
        """Return actions as a table of games takes them."""
        return (actions + self._starts).reshape(-1, *self.shape)


class Gaussian(nn.Module):
    """Real numbers, normally distributed about what the network gives, independent of each other.

    Their standard deviations are learnt and the same everywhere. A game is given what is within its
    bounds; what is learnt from is what was drawn: float32 (rows, numbers).
    """

    dtype = torch.float32

    def __init__(self, space: Any, spread: float = 1.0) -> None:
        super().__init__()
        self.low, self.high, self.shape = space.low, space.high, space.shape
        self.dtype_out = space.dtype
        self.register_buffer("_least", torch.tensor(self.low), persistent=False)
        self.register_buffer("_most", torch.tensor(self.high), persistent=False)
        self.width = self.luck = math.prod(space.shape)
        self.log_spread = nn.Parameter(torch.full((self.width,), math.log(spread)))

    def best(self, outputs: Tensor, mask: Tensor | None) -> Tensor:
        """Return the likeliest actions."""
        return outputs

    def sample(self, outputs: Tensor, mask: Tensor | None, u: Tensor) -> tuple[Tensor, Tensor]:
        """Return actions, and the logarithms of their densities."""
        normal = torch.special.ndtri(u.clamp(2.0**-53, _BELOW_ONE)).float()
        actions = outputs + self.log_spread.exp() * normal
        return actions, self._log_density(normal)

    def measure(
        self, outputs: Tensor, mask: Tensor | None, actions: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return the logarithms of the densities of actions, and the entropies: (rows,) each."""
        entropy = (self.log_spread + 0.5 + _HALF_LOG_TAU).sum().expand(len(outputs))
        return self._log_density((actions - outputs) * (-self.log_spread).exp()), entropy

    def _log_density(self, normal: Tensor) -> Tensor:
        return -(0.5 * normal**2 + self.log_spread + _HALF_LOG_TAU).sum(dim=1)

    def moves(self, actions: Tensor) -> list[Any]:
        """Return actions as the game takes them: within its bounds."""
        numbers = actions.numpy(force=True).reshape(-1, *self.shape)
        return list(np.clip(numbers, self.low, self.high).astype(self.dtype_out))

    def columns(self, actions: Tensor) -> Tensor:
        """Return actions as a table of games takes them: within its bounds."""
        return actions.reshape(-1, *self.shape).clamp(self._least, self._most)


Head = Categorical | MultiCategorical | Gaussian


def head_of(space: Any) -> Head:
    """Return the distribution over an action space. Raises `Unsuitable`."""
    if isinstance(space, spaces.Discrete):
        return Categorical(space)
    if isinstance(space, (spaces.MultiDiscrete, spaces.MultiBinary)):
        return MultiCategorical(space)
    if isinstance(space, spaces.Box) and np.issubdtype(space.dtype, np.floating):
        return Gaussian(space)
    raise Unsuitable(f"a network cannot choose from {space}")
