"""What a learner of values remembers: experience goes in, moves to learn from come out."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from arena import Experience, Spec, are_opposed, opposed_transitions, own_transitions
from arena_deep.reading import free, of_experience
from arena_deep.replay import Replay
from arena_deep.sight import skeleton
from arena_deep.targets import Moves, several
from arena_deep.trees import Tree, leaves_of, like_tree, mapped


class Memory:
    """The moves of a game in a `Replay`, each with its n-step reward and the position it led to.

    Where two seats with nothing hidden take turns for opposite stakes the position ahead is the
    other's, elsewhere the mover's own next one.
    """

    def __init__(self, spec: Spec, replay: Replay, gamma: float, n_step: int) -> None:
        self.replay, self.gamma, self.n_step = replay, gamma, n_step
        self._several = len(spec.seats) > 1
        self._transitions = opposed_transitions if are_opposed(spec) else own_transitions
        self._tree = skeleton(spec.seats[0].observation_space)

    @property
    def width(self) -> int:
        """How many numbers a position is, as it was seen."""
        columns = self.replay.columns.items()
        return sum(part[0].numel() for name, part in columns if name.startswith("seen"))

    def keep(self, experience: Experience) -> int:
        """Put moves into the replay; return how many."""
        found = self._transitions(experience)
        if not len(found.row):
            return 0
        reward, ahead, counts = several(found, len(experience), self.gamma, self.n_step)
        seen = of_experience(experience.columns, experience.seat, self._several)
        rows, ahead = (torch.as_tensor(part) for part in (found.row, np.maximum(ahead, 0)))
        columns = leaves_of(_rows(seen.data, rows), "seen")
        columns |= leaves_of(_rows(seen.data, ahead), "ahead")
        columns["chosen"] = _rows(experience.columns["chosen"], rows)
        columns["ahead_mask"] = _rows(seen.mask, ahead)
        if seen.seats is not None:
            columns |= {"seats": _rows(seen.seats, rows), "ahead_seats": _rows(seen.seats, ahead)}
        columns |= {"reward": torch.as_tensor(reward).float()}
        self.replay.add(columns | {"counts": torch.as_tensor(counts).float()})
        return len(found.row)

    def moves(self, drawn: NDArray[np.int64]) -> Moves:
        """Return the moves in these rows of the replay."""
        rows = torch.as_tensor(drawn, device=self.replay.device)
        columns = {name: column[rows] for name, column in self.replay.columns.items()}
        parts = {name: like_tree(self._tree, name, columns) for name in ("seen", "ahead")}
        return Moves(
            **parts, seats=columns.get("seats"), ahead_seats=columns.get("ahead_seats"),
            ahead_mask=free(columns["ahead_mask"]), chosen=columns["chosen"],
            reward=columns["reward"], counts=columns["counts"],
        )  # fmt: skip


def _rows(tree: Tree, rows: Tensor) -> Tree:
    """Return some rows of arrays or tensors, as tensors."""

    def chosen(part: Any) -> Tensor:
        part = torch.as_tensor(part)
        return part[rows.to(part.device)]

    return mapped(chosen, tree)
