"""What is learnt from: rows of text, and the JSON Lines they are kept in.

A row has the usual keys: prompt and completion, or prompt, chosen and rejected. Messages of a chat
(`[{"role": ..., "content": ...}]`) are read too, by their content; and pairs without a prompt,
whose answers begin with it both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from arena import BadParameter


class Example(NamedTuple):
    """An answer to learn. `group` names the position up to symmetry; rows of one go together."""

    prompt: str
    completion: str
    group: str = ""


class Pair(NamedTuple):
    """Two answers to a prompt, the better one first."""

    prompt: str
    chosen: str
    rejected: str
    group: str = ""


def read_examples(file: str | Path) -> list[Example]:
    """Read prompts and completions. Raises `BadParameter`, naming the file and the line."""
    found = []
    for where, row in _rows(file):
        prompt, completion = (_text(row, key, where) for key in ("prompt", "completion"))
        found.append(Example(prompt, completion, str(row.get("group", ""))))
    return found


def read_prompts(file: str | Path) -> list[str]:
    """Read the prompts of rows. Raises `BadParameter`, naming the file and the line."""
    return [_text(row, "prompt", where) for where, row in _rows(file)]


def read_pairs(file: str | Path) -> list[Pair]:
    """Read pairs. Raises `BadParameter`, naming the file and the line."""
    found = []
    for where, row in _rows(file):
        chosen, rejected = (_text(row, key, where) for key in ("chosen", "rejected"))
        if "prompt" in row:
            prompt = _text(row, "prompt", where)
        else:
            prompt = _shared(chosen, rejected)
            chosen, rejected = chosen[len(prompt) :], rejected[len(prompt) :]
        if chosen == rejected:
            raise BadParameter(f"{where}: chosen and rejected are the same")
        found.append(Pair(prompt, chosen, rejected, str(row.get("group", ""))))
    return found


def write_rows(rows: Iterable[Example | Pair], file: TextIO) -> int:
    """Write rows as JSON Lines; return how many."""
    count = 0
    for row in rows:
        told = {key: value for key, value in row._asdict().items() if value or key != "group"}
        file.write(json.dumps(told, ensure_ascii=False) + "\n")
        count += 1
    return count


def _rows(file: str | Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield (where, row) of a file; at least one."""
    try:
        lines = Path(file).expanduser().read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadParameter(f"{file}: cannot be read ({error})") from error
    empty = True
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where, empty = f"{file}, line {number}", False
        try:
            row = json.loads(line)
        except ValueError as error:
            raise BadParameter(f"{where}: not JSON ({error})") from error
        if not isinstance(row, dict):
            raise BadParameter(f"{where}: not an object with prompt, chosen and rejected")
        yield where, row
    if empty:
        raise BadParameter(f"{file}: it holds no rows")


def _text(row: Mapping[str, Any], key: str, where: str) -> str:
    value = row.get(key)
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(
        isinstance(said, dict) and isinstance(said.get("content"), str) for said in value
    ):  # fmt: skip
        return "\n\n".join(said["content"] for said in value)
    raise BadParameter(f"{where}: {key!r} is neither text nor messages of a chat")


def _shared(one: str, other: str) -> str:
    """Return the words that two texts begin with."""
    least, most = min(one, other), max(one, other)
    length = next((i for i, c in enumerate(least) if c != most[i]), len(least))
    prefix = least[:length]
    return prefix if prefix in (one, other) else prefix[: prefix.rfind(" ") + 1]
