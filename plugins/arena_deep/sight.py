"""How networks see: parts that turn an observation space's arrays into features."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from torch import Tensor, nn
from torch.nn import functional

from arena import Unsuitable
from arena_deep.trees import Tree

_IMAGE = 36
"""From so many pixels a side on, a picture is looked at with strides."""
_BOARD = 5
"""From so many cells a side on, a board is looked at by convolutions."""


class Flat(nn.Module):
    """Numbers as they are; bytes and bits as numbers in [0, 1]."""

    def __init__(self, space: Any) -> None:
        super().__init__()
        self.width = math.prod(space.shape)
        self.scale = 1 / 255 if space.dtype == np.uint8 else 1.0

    def forward(self, rows: Tensor, seats: Tensor | None) -> Tensor:
        """Return features: float32 (rows, width)."""
        flat = rows.reshape(len(rows), -1).float()
        return flat * self.scale if self.scale != 1.0 else flat


class OneHot(nn.Module):
    """Choices as ones among noughts."""

    def __init__(self, counts: Sequence[int], starts: Sequence[int]) -> None:
        super().__init__()
        self.counts, self.starts, self.width = list(counts), list(starts), sum(counts)

    def forward(self, rows: Tensor, seats: Tensor | None) -> Tensor:
        """Return features: float32 (rows, width)."""
        rows = rows.reshape(len(rows), -1).long()
        parts = [
            functional.one_hot(rows[:, i] - start, count)
            for i, (count, start) in enumerate(zip(self.counts, self.starts))
        ]
        return torch.cat(parts, dim=1).float()


class Board(nn.Module):
    """A board of planes, by convolutions and residual blocks (He et al., 2016).

    They are of the board's own size, if the first one's `window` is 3; any other has no padding,
    and what follows it is smaller. Whose turn it is comes in as planes of ones and noughts: boards
    need not be drawn as seen from the seat that is asked.
    """

    def __init__(self, space: Any, seats: int, channels: int, blocks: int, window: int = 3) -> None:
        super().__init__()
        self.first = _channels_first(space.shape)
        planes, *self.size = _planes(space.shape)
        self.seats = seats if seats > 1 else 0
        padding = 1 if window == 3 else 0
        self.entry = nn.Conv2d(planes + self.seats, channels, window, padding=padding)
        self.blocks = nn.ModuleList(
            nn.ModuleList(nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))
            for _ in range(blocks)
        )
        self.width = channels * math.prod(side + 2 * padding - window + 1 for side in self.size)

    def forward(self, rows: Tensor, seats: Tensor | None) -> Tensor:
        """Return features: float32 (rows, width)."""
        x = (rows if self.first else rows.movedim(-1, 1)).float()
        if self.seats and seats is not None:
            whose = functional.one_hot(seats, self.seats).float()
            x = torch.cat([x, whose[:, :, None, None].expand(-1, -1, *self.size)], dim=1)
        x = functional.relu(self.entry(x))
        for one, two in self.blocks:
            x = functional.relu(x + two(functional.relu(one(x))))
        return x.flatten(1)


class Image(nn.Module):
    """A picture, by the convolutions of Mnih et al., "Human-level control through deep
    reinforcement learning", Nature 518, 2015."""

    def __init__(self, space: Any) -> None:
        super().__init__()
        self.first = _channels_first(space.shape)
        planes, *size = _planes(space.shape)
        self.scale = 1 / 255 if space.dtype == np.uint8 else 1.0
        self.layers = nn.Sequential(
            nn.Conv2d(planes, 32, 8, stride=4), nn.ReLU(),
            nn.Conv2d(32, 64, 4, stride=2), nn.ReLU(),
            nn.Conv2d(64, 64, 3), nn.ReLU(), nn.Flatten(),
        )  # fmt: skip
        with torch.no_grad():
            self.width = self.layers(torch.zeros(1, planes, *size)).shape[1]

    def forward(self, rows: Tensor, seats: Tensor | None) -> Tensor:
        """Return features: float32 (rows, width)."""
        x = rows if self.first else rows.movedim(-1, 1)
        features: Tensor = self.layers(x.float() * self.scale)
        return features


def _channels_first(shape: Sequence[int]) -> bool:
    """Whether a picture's or board's first axis is that of its planes: sides are about equal."""
    return abs(shape[1] - shape[2]) <= abs(shape[0] - shape[1])


def _planes(shape: Sequence[int]) -> tuple[int, int, int]:
    """Return planes, height and width."""
    return tuple(shape) if _channels_first(shape) else (shape[2], shape[0], shape[1])  # type: ignore[return-value]


def kind_of(space: Any) -> str:
    """Return how a Box is looked at: image, board or flat."""
    if len(space.shape) != 3:
        return "flat"
    _, height, width = _planes(space.shape)
    if min(height, width) >= _IMAGE:
        return "image"
    return "board" if min(height, width) >= _BOARD else "flat"


def leaves(space: Any) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield (path, space) for every part of a space that is no Dict or Tuple."""
    if isinstance(space, spaces.Dict):
        for key, part in space.spaces.items():
            yield from (((key, *path), leaf) for path, leaf in leaves(part))
    elif isinstance(space, spaces.Tuple):
        for key, part in enumerate(space.spaces):
            yield from (((key, *path), leaf) for path, leaf in leaves(part))
    else:
        yield (), space


def skeleton(space: Any) -> Tree:
    """Return a space's dicts and tuples, with None in the place of every other part."""
    if isinstance(space, spaces.Dict):
        return {key: skeleton(part) for key, part in space.spaces.items()}
    if isinstance(space, spaces.Tuple):
        return tuple(map(skeleton, space))
    return None


def follow(tree: Tree, path: Sequence[Any]) -> Any:
    """Return the part of a tree at a path."""
    for key in path:
        tree = tree[key]
    return tree


def part_of(space: Any, seats: int, net: str, channels: int, blocks: int, window: int) -> nn.Module:
    """Return what looks at a leaf of an observation space. Raises `Unsuitable`."""
    if isinstance(space, spaces.Box):
        kind = "flat" if net == "mlp" else kind_of(space)
        if kind == "image":
            return Image(space)
        return Board(space, seats, channels, blocks, window) if kind == "board" else Flat(space)
    if isinstance(space, spaces.Discrete):
        return OneHot([int(space.n)], [int(space.start)])
    if isinstance(space, spaces.MultiDiscrete):
        return OneHot(space.nvec.ravel().tolist(), np.ravel(space.start).tolist())
    if isinstance(space, spaces.MultiBinary):
        return Flat(space)
    raise Unsuitable(f"a network cannot see what {space} shows")
