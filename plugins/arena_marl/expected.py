"""What seats may expect: values of what all of them see, or of what each sees itself."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from arena_marl.groups import Grouped


class Values(nn.Module):
    """What each seat may expect: from what all see (central), or from what it sees itself.

    `one` is for a team that is paid alike: all may expect the same of what all see.

    The network gives returns scaled to a mean of 0 and a deviation of 1, by all that it was taught
    (van Hasselt et al., "Learning values across many orders of magnitude", 2016, without the
    correction of the last layer).
    """

    def __init__(
        self, groups: list[list[int]], sights: list[int], central: bool, one: bool,
        hidden: list[int],
    ) -> None:  # fmt: skip
        super().__init__()
        self.seats = len(sights)
        self.central, self.one = central, one
        ins = [sum(sights)] * self.seats if central else sights
        self.network = Grouped([[0]] if one else groups, ins, [1] * self.seats, hidden)
        self.register_buffer("scale", torch.zeros(3, dtype=torch.float64))  # share, mean, square

    def forward(self, seen: list[Tensor]) -> Tensor:
        """Return scaled values: float32 (rows, seats)."""
        rows = [torch.cat(seen, 1)] * len(seen) if self.central else seen
        return torch.cat(self.network(rows), 1).expand(-1, self.seats)

    def worth(self, seen: list[Tensor]) -> Tensor:
        """Return values: float32 (rows, seats)."""
        mean, deviation = self._moments()
        return self(seen) * deviation + mean

    def loss(self, seen: list[Tensor], target: Tensor, hope: float) -> Tensor:
        """Return the squared error against targets (see `scaled`); too high counts 1 - hope.

        With hope that is an expectile of what comes, between its mean and its best (Newey and
        Powell, "Asymmetric least squares estimation and testing", 1987).
        """
        error = target - self(seen)
        return (error.square() * leaning(error, hope)).mean()

    def scaled(self, target: Tensor) -> Tensor:
        """Learn the scale of targets, and return them scaled."""
        now = torch.stack((torch.ones_like(target).mean(), target.mean(), target.square().mean()))
        self.scale.lerp_(now.double(), 0.01)
        mean, deviation = self._moments()
        return (target - mean) / deviation

    def _moments(self) -> tuple[Tensor, Tensor]:
        share, mean, square = self.scale / self.scale[0].clamp(min=1e-12)
        deviation = (square - mean**2).clamp(min=0.0).sqrt()
        known = share > 0
        return mean.float(), torch.where(known, deviation.clamp(min=1e-4), 1.0).float()


def leaning(gains: Tensor, hope: float) -> Tensor:
    """Return how much each gain counts: 1, a loss 1 - hope."""
    return torch.where(gains < 0, 1.0 - hope, 1.0)
