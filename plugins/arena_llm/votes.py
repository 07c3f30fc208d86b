"""`votes`: a person decides, whenever that is: votes are kept as preference pairs in a file.

Each line is an object with `prompt`, `chosen` and `rejected`, as preference pairs are everywhere,
and `even` where neither was better; whatever else is in it (who said what, which match) is kept
for others. `record_vote` adds a line: that is all a page or a program needs to know.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from arena import BadParameter, Scorer
from arena_llm.rows import read_rows_now


class Votes(Scorer):
    """What most votes of a file say of two answers to a prompt; nothing yet where there is none.

    `file` is a JSONL file of preference pairs; it need not be there yet.
    """

    def __init__(self, file: str) -> None:
        if not file.endswith(".jsonl"):
            raise BadParameter(f"votes: file={file!r} is no .jsonl file")
        self.path = Path(file).expanduser()
        self.read: tuple[int, int] | None = None  # when it was written, and its size
        self.counts: dict[tuple[str, str, str], list[int]] = {}

    def _counted(self) -> dict[tuple[str, str, str], list[int]]:
        """Return the votes on (prompt, one, other), 1, -1 or 0 each; read anew if it changed."""
        if not self.path.is_file():
            return {}
        told = self.path.stat()
        if told.st_size and self.read != (told.st_mtime_ns, told.st_size):
            self.read, self.counts = (told.st_mtime_ns, told.st_size), {}
            for row in read_rows_now(str(self.path)):
                prompt, one, two = (str(row.get(k, "")) for k in ("prompt", "chosen", "rejected"))
                sign = 0 if row.get("even") else 1
                self.counts.setdefault((prompt, one, two), []).append(sign)
                self.counts.setdefault((prompt, two, one), []).append(-sign)
        return self.counts

    def compare(
        self, prompts: Sequence[str], firsts: Sequence[str], seconds: Sequence[str]
    ) -> list[float]:
        """Return 1, -1 or 0 for each pair; NaN where nobody has voted."""
        counts = self._counted()
        found = (counts.get(pair) for pair in zip(prompts, firsts, seconds))
        return [math.nan if v is None else float((sum(v) > 0) - (sum(v) < 0)) for v in found]

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> list[float]:
        """Return each answer's votes for it less those against it."""
        sums: dict[tuple[str, str], int] = {}
        for (prompt, one, _), signs in self._counted().items():
            sums[prompt, one] = sums.get((prompt, one), 0) + sum(signs)
        return [float(sums.get(pair, 0)) for pair in zip(prompts, responses)]


def record_vote(
    file: str | Path, prompt: str, chosen: str, rejected: str, even: bool = False, **more: Any
) -> None:
    """Add a vote to a file: which of two answers is the better one, or with `even` that none is."""
    row = {"prompt": prompt, "chosen": chosen, "rejected": rejected}
    row |= {**({"even": True} if even else {}), **more}
    with Path(file).expanduser().open("a", encoding="utf-8") as out:
        out.write(json.dumps(row, ensure_ascii=False) + "\n")
