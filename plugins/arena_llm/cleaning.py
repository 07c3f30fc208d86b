"""What others wrote, made harmless before a model reads it: data, and never instructions.

Control characters and invisible ones go; strings that a tokenizer or a server would take for the
marks of a chat (`<|im_start|>`, `[INST]`, `</s>`) are broken by a space after their first letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_MARKS = (
    r"<\|[^|<>\n]{0,80}\|>", "<\uff5c[^\uff5c<>\n]{0,80}\uff5c>", r"</?s>",
    r"\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]", r"<</?SYS>>",
    r"<(?:start|end)_of_turn>", r"<(?:bos|eos|pad|unk|mask)>", r"</?(?:think|tool_call)>",
)  # fmt: skip
"""Marks of chat templates in common use, for servers whose tokenizer nobody can ask."""
_KEPT = "\n\t"


class Cleaner:
    """Makes text harmless for a tokenizer with these special tokens, and for common servers."""

    def __init__(self, special: Iterable[str] = ()) -> None:
        tokens = sorted({token for token in special if token}, key=len, reverse=True)
        self._marks = re.compile("|".join([*map(re.escape, tokens), *_MARKS]))

    def __call__(self, text: str) -> str:
        """Return the text without control characters and without marks of a chat."""
        clean = text
        if not text.isprintable():  # what is has no character of those that go
            clean = "".join(c for c in text.replace("\r\n", "\n") if c in _KEPT or _visible(c))
        while self._marks.search(clean):
            clean = self._marks.sub(lambda found: _broken(found[0]), clean)
        return clean


def _visible(character: str) -> bool:
    """Whether it is neither a control nor a format character, nor half of one."""
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _broken(mark: str) -> str:
    return f"{mark[0]} {mark[1:]}" if len(mark) > 1 else ""
