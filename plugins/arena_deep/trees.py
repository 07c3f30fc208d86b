"""Columns that are arrays, or dicts and tuples of arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

Tree = Any
"""A tensor or array of rows, or a dict or tuple of such."""


def mapped(function: Callable[[Any], Any], tree: Tree) -> Tree:
    """Return the tree with `function` applied to every array."""
    if isinstance(tree, dict):
        return {key: mapped(function, part) for key, part in tree.items()}
    if isinstance(tree, tuple):
        return tuple(mapped(function, part) for part in tree)
    return function(tree)


def tensors(tree: Tree, device: torch.device) -> Tree:
    """Return the tree as tensors on a device; what is there already is not copied."""
    return mapped(lambda part: torch.as_tensor(part, device=device), tree)


def pick(tree: Tree, rows: Any) -> Tree:
    """Return the chosen rows."""
    return mapped(lambda part: part[rows], tree)
