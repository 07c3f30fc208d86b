"""The agent that plays policies learnt with a central critic: each seat by what it sees itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from arena_deep.device import Threads, pick_device
from arena_deep.weights import load_weights, read_config
from gymnasium.spaces import Discrete
from torch import Tensor

from arena import Agent, Batch, Spec, Unsuitable
from arena_marl.acting import among, doing_of
from arena_marl.groups import Grouped, seen_width
from arena_marl.worlds import flat


class SeatPolicies(Agent):
    """Plays a checkpoint of maddpg and its kin, the best move of each seat's own policy.

    `game` is the name of the game that was learnt; games of equal seats are played too.
    """

    columns = True

    def __init__(self, checkpoint: str, game: str = "", device: str = "auto") -> None:
        self.config, self.checkpoint, self.game = read_config(checkpoint), checkpoint, game
        self.device = pick_device(device)
        self._spec: Spec | None = None

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` for a game of other seats than those it learnt."""
        self.prepare(spec)

    def prepare(self, spec: Spec) -> None:
        """Make the policies, and give them their weights."""
        seats = [seat for group in self.config["groups"] for seat in group]
        if len(spec.seats) <= max(seats):
            raise Unsuitable(f"it learnt {self.game or 'another game'}, which has more seats")
        ins = [seen_width(seat.observation_space) for seat in spec.seats]
        self.doing = [doing_of(seat.action_space) for seat in spec.seats]
        outs = [doing.width for doing in self.doing]
        policies = Grouped(self.config["groups"], ins, outs, self.config["hidden"])
        load_weights(policies, self.checkpoint)
        self.policies = policies.to(self.device).eval()
        self.threads = Threads(policies)
        self._spec = spec

    def act_batch(self, batch: Batch) -> Sequence[Any]:
        """Return a move for each row."""
        if self._spec is None:
            self.prepare(batch.spec)
        with self.threads, torch.no_grad():
            return self._columns(batch) if batch.device is not None else self._rows(batch)

    def _columns(self, batch: Any) -> Any:
        """Return moves for rows of a table: all of seats with equal spaces."""
        seen, seats = flat(batch.data, len(batch)).to(self.device), batch.seats
        legal = batch.mask.to(self.device) if isinstance(batch.action_space, Discrete) else None
        found: Tensor | None = None
        for seat, doing in enumerate(self.doing):
            if batch.spec.seats[seat].action_space != batch.action_space:
                continue
            if seen.shape[1] != seen_width(batch.spec.seats[seat].observation_space):
                continue
            outputs = among(self.policies.of(seat, seen), legal)
            moves = doing.actions(doing.best(outputs)).to(batch.device)
            mine = (seats == seat).view(-1, *[1] * (moves.ndim - 1))
            found = moves if found is None else torch.where(mine, moves, found)
        return found

    def _rows(self, batch: Batch) -> list[Any]:
        """Return moves for single games."""
        moves: list[Any] = [None] * len(batch)
        seats = list(batch.seats)
        for seat in sorted(set(seats)):
            rows = [row for row, other in enumerate(seats) if other == seat]
            seen = [flat(_tensors(batch[row].data), 1) for row in rows]
            doing, space = self.doing[seat], batch.spec.seats[seat].action_space
            outputs = self.policies.of(seat, torch.cat(seen).to(self.device))
            if isinstance(space, Discrete):
                legal = torch.as_tensor(np.stack([batch[row].mask for row in rows]))
                outputs = among(outputs, legal.to(self.device))
            found = doing.actions(doing.best(outputs))
            for row, move in zip(rows, found.numpy(force=True)):
                moves[row] = int(move) if move.ndim == 0 else move.astype(space.dtype)
        return moves


def _tensors(tree: Any) -> Any:
    """Return one observation as tensors with a first axis of one."""
    if isinstance(tree, dict):
        return {key: _tensors(part) for key, part in tree.items()}
    if isinstance(tree, tuple):
        return tuple(_tensors(part) for part in tree)
    return torch.as_tensor(tree)[None]
