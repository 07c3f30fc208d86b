"""A network that plays, its weights drawn from a seed: `players.py:Mlp:seed=1`."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import torch
from torch import Tensor, nn

from arena import Agent, Batch, Spec

Network = nn.Sequential


def network(shape: Sequence[int], actions: int, seed: int) -> Network:
    """Return a network with two layers of 256, from what is seen to a logit for each action."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(
            nn.Linear(prod(shape), 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(),
            nn.Linear(256, actions),
        )  # fmt: skip


class Mlp(Agent):
    """Samples among the legal actions by the softmax of a network's logits."""

    columns = True

    def __init__(self, seed: int = 1) -> None:
        self.seed = seed
        self._network: Network | None = None

    def _made(self, spec: Spec, device: Any) -> Network:
        if self._network is None:
            seat = spec.seats[0]
            made = network(seat.observation_space.shape, int(seat.action_space.n), self.seed)
            self._network = made.to(device or "cpu")
        return self._network

    def act_batch(self, batch: Batch) -> Any:
        """Return an action for each row, of tensors as of lists."""
        seen, mask, u = (torch.as_tensor(column) for column in (batch.data, batch.mask, batch.u))
        with torch.no_grad():
            logits: Tensor = self._made(batch.spec, batch.device)(seen.flatten(1).float())
            odds = logits.masked_fill(~mask, -torch.inf).softmax(1).cumsum(1)
            # of the last column, so that rounding never leaves the legal actions
            actions = (odds <= u[:, None].float() * odds[:, -1:]).sum(1)
        return actions.tolist() if batch.device is None else actions
