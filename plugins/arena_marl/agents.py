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
from arena_marl.memory import split
from arena_marl.worlds import flat

_PAGE = "seat_policies"


def config_of(spec: Spec, groups: list[list[int]], hidden: list[int], units: int) -> dict[str, Any]:
    """Return what a checkpoint says of policies: who shares one, its layers and its memory, and
    what each seat of the game that was learnt can do."""
    return {
        "kind": "seats", "groups": groups, "hidden": hidden, "recurrent": units,
        "actions": [str(seat.action_space) for seat in spec.seats],
    }  # fmt: skip


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
        learnt = self.game or "another game"
        if len(spec.seats) <= max(seats):
            raise Unsuitable(f"it learnt {learnt}, which has more seats")
        known = self.config.get("actions", [])
        for number, (seat, space) in enumerate(zip(spec.seats, known)):
            if str(seat.action_space) != space:
                raise Unsuitable(
                    f"it learnt {learnt}, where seat {number} moves in {space}, "
                    f"and here it moves in {seat.action_space}"
                )
        ins = [seen_width(seat.observation_space) for seat in spec.seats]
        self.doing = [doing_of(seat.action_space) for seat in spec.seats]
        outs = [doing.width for doing in self.doing]
        groups, hidden = self.config["groups"], self.config["hidden"]
        self.units = int(self.config.get("recurrent", 0))
        policies = Grouped(groups, ins, outs, hidden, self.units)
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
        memory = self._recall(batch)
        found: list[Tensor] | None = None
        for seat, held in enumerate(batch.spec.seats):
            if held.action_space != batch.action_space:
                continue
            if seen.shape[1] != seen_width(held.observation_space):
                continue
            answers = [part.to(batch.device) for part in self._answer(seat, seen, memory, legal)]
            found = [
                torch.where((seats == seat).view(-1, *[1] * (new.ndim - 1)), new, old)
                for new, old in zip(answers, found or answers)
            ]
        assert found is not None
        self._keep(batch, found[1])
        return found[0]

    def _rows(self, batch: Batch) -> list[Any]:
        """Return moves for single games."""
        moves: list[Any] = [None] * len(batch)
        seats, memory = list(batch.seats), self._recall(batch)
        for seat in sorted(set(seats)):
            rows = [row for row, other in enumerate(seats) if other == seat]
            seen = torch.cat([flat(_tensors(batch[row].data), 1) for row in rows])
            space, legal = batch.spec.seats[seat].action_space, None
            if isinstance(space, Discrete):
                legal = torch.as_tensor(np.stack([batch[row].mask for row in rows]))
                legal = legal.to(self.device)
            found, memory[rows] = self._answer(seat, seen.to(self.device), memory[rows], legal)
            for row, move in zip(rows, found.numpy(force=True)):
                moves[row] = int(move) if move.ndim == 0 else move.astype(space.dtype)
        self._keep(batch, memory)
        return moves

    def _answer(
        self, seat: int, seen: Tensor, memory: Tensor, legal: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Return a seat's moves, and what it will remember: a row for each of what it sees."""
        doing = self.doing[seat]
        outputs, later = split(self.policies.of(seat, torch.cat((seen, memory), 1)), self.units)
        return doing.actions(doing.best(among(outputs, legal))), later

    def _recall(self, batch: Any) -> Tensor:
        """Return what is remembered in each row: float32 (rows, units)."""
        blank = torch.zeros(len(batch), self.units, device=batch.device)
        memory: Tensor = batch.recall(_PAGE, blank) if self.units else blank
        return memory.to(self.device)

    def _keep(self, batch: Any, memory: Tensor) -> None:
        if self.units:
            batch.keep(_PAGE, memory)


def _tensors(tree: Any) -> Any:
    """Return one observation as tensors with a first axis of one."""
    if isinstance(tree, dict):
        return {key: _tensors(part) for key, part in tree.items()}
    if isinstance(tree, tuple):
        return tuple(_tensors(part) for part in tree)
    return torch.as_tensor(tree)[None]
