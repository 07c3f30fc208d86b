"""What agents said, as `arena replay` shows it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from arena.clean_text import harmless

_WIDE = 80


def said(text: str) -> str:
    """Return a move in words: after its mover on one line, or in lines of its own."""
    clean = harmless(text)
    return f"\n{_quoted(clean)}" if "\n" in clean else f" {clean}"


def beside(columns: Mapping[str, Any]) -> str:
    """Return what an agent handed back beside a move: in its line, or below where that is long."""
    told = {name: harmless(_shown(value)) for name, value in columns.items()}
    long = {name for name, text in told.items() if "\n" in text or len(text) > _WIDE}
    short = "".join(f"  {name}: {text}" for name, text in told.items() if name not in long)
    return short + "".join(f"\n  {name}:\n{_quoted(told[name])}" for name in told if name in long)


def _shown(value: Any) -> str:
    """Return a value in words: numbers to four digits, what is named by scores the best first."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if not isinstance(value, Mapping):
        return str(value)
    named = list(value.items())
    if all(isinstance(worth, (int, float)) for worth in value.values()):
        named.sort(key=lambda pair: -pair[1])
    return ", ".join(f"{name} {_shown(worth)}" for name, worth in named)


def _quoted(text: str) -> str:
    return textwrap.indent(text, "  | ", lambda line: True)
