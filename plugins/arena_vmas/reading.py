"""What VMAS's scenarios are called and take, read from their source: nothing of VMAS is loaded."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import arena


@cache
def scenarios() -> Mapping[str, Path]:
    """Return the scenarios by name, those of `vmas/scenarios/debug` left out; {} without VMAS."""
    found = importlib.util.find_spec("vmas")
    if found is None or not found.submodule_search_locations:
        return {}
    home = Path(next(iter(found.submodule_search_locations))) / "scenarios"
    files = [*home.glob("*.py"), *home.glob("mpe/*.py")]
    return {file.stem: file for file in sorted(files) if file.stem != "__init__"}


@cache
def parameters(name: str) -> tuple[arena.Parameter, ...]:
    """Return what a scenario takes from its keyword arguments, where the default is a constant."""
    found: dict[str, arena.Parameter] = {}
    for key, default in _taken(ast.parse(scenarios()[name].read_text())):
        kind = type(default) if type(default) in (bool, int, float, str) else None
        found.setdefault(key, arena.Parameter(key, kind, default))
    return tuple(found.values())


def _taken(tree: ast.AST) -> Iterator[tuple[str, Any]]:
    """Yield name and default of each `kwargs.pop(name, default)`, and of `get`."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner, given = node.func.value, node.args
        if isinstance(owner, ast.Name) and owner.id == "kwargs" and len(given) == 2:
            try:
                yield ast.literal_eval(given[0]), ast.literal_eval(given[1])
            except ValueError:
                continue  # it is computed
