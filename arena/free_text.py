"""Actions that are words: a space in which any text is an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gymnasium.spaces import Text

_LETTERS = "abcdefghijklmnopqrstuvwxyz "


class FreeText(Text):
    """Any text of at most `most` characters, none of them half of a surrogate pair.

    `examples` are answers that make sense in the game: `sample` draws one of them, else a few
    letters. Who reads what another agent wrote reads data: it may hold anything.
    """

    def __init__(self, most: int = 4_000, examples: Sequence[str] = ()) -> None:
        super().__init__(max_length=most, min_length=0)
        self.most, self.examples = most, tuple(examples)

    def contains(self, x: Any) -> bool:
        """Return whether it is text, and not too long."""
        if not isinstance(x, str) or len(x) > self.most:
            return False
        return not any("\ud800" <= character <= "\udfff" for character in x)

    def sample(self, mask: Any = None, probability: Any = None) -> str:
        """Return an example, else 1 to 20 letters and spaces."""
        if self.examples:
            return self.examples[int(self.np_random.integers(len(self.examples)))]
        count = int(self.np_random.integers(1, min(20, self.most) + 1))
        return "".join(_LETTERS[i] for i in self.np_random.integers(len(_LETTERS), size=count))

    def __repr__(self) -> str:
        return f"FreeText({self.most})"

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, FreeText)
            and (self.most, self.examples) == (other.most, other.examples)
        )  # fmt: skip

    def __hash__(self) -> int:
        return hash((self.most, self.examples))
