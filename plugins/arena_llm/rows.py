"""Prompts from files: JSON Lines of objects with a `prompt`, or text, a prompt a line."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from arena import BadParameter

_SHIPPED = Path(__file__).parent / "tasks"


@lru_cache(maxsize=64)
def read_rows(name: str) -> tuple[dict[str, Any], ...]:
    """Return what `read_rows_now` does, of a file that does not change while this process runs."""
    return read_rows_now(name)


def read_rows_now(name: str) -> tuple[dict[str, Any], ...]:
    """Return the rows of a file, at least one, each with a `prompt`; `tasks` names a shipped one.

    Raises `BadParameter`, naming the file and the line.
    """
    file = file_of(name)
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        shipped = ", ".join(file.stem for file in sorted(_SHIPPED.glob("*.jsonl")))
        raise BadParameter(f"{name!r} is no file of prompts, and not {shipped}") from error
    read = _row if file.suffix == ".jsonl" else _line
    rows = [
        read(f"{name}, line {number}", line) for number, line in enumerate(lines, 1) if line.strip()
    ]
    if not rows:
        raise BadParameter(f"{name!r} holds no prompts")
    return tuple(rows)


def file_of(name: str) -> Path:
    """Return the file of a shipped list by its name, else the path."""
    shipped = _SHIPPED / f"{name}.jsonl"
    return shipped if shipped.is_file() else Path(name).expanduser()


def _line(where: str, line: str) -> dict[str, Any]:
    return {"prompt": line.strip()}


def _row(where: str, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise BadParameter(f"{where}: not JSON ({error})") from error
    if not isinstance(row, dict) or not isinstance(row.get("prompt"), str):
        raise BadParameter(f'{where}: not an object with a "prompt" that is text')
    return row
