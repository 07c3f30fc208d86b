"""Columns that are arrays, or dicts and tuples of arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


def leaves_of(tree: Tree, name: str) -> dict[str, Any]:
    """Return the arrays of a tree under names that say where they stand in it."""
    if isinstance(tree, dict):
        parts = list(tree.items())
    elif isinstance(tree, tuple):
        parts = list(enumerate(tree))
    else:
        return {name: tree}
    return {k: v for key, part in parts for k, v in leaves_of(part, f"{name}.{key}").items()}


def like_tree(tree: Tree, name: str, arrays: Mapping[str, Any]) -> Tree:
    """Return a tree like this one, of the arrays that `leaves_of` would name so."""
    if isinstance(tree, dict):
        return {key: like_tree(part, f"{name}.{key}", arrays) for key, part in tree.items()}
    if isinstance(tree, tuple):
        return tuple(like_tree(part, f"{name}.{key}", arrays) for key, part in enumerate(tree))
    return arrays[name]
