"""The spaces of OpenSpiel's games."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from gymnasium.spaces import Box, Discrete, Text

_PRINTABLE = "".join(map(chr, range(32, 127))) + "\n\t"
_LONGEST_TEXT = 100_000
_LONGEST_ACTION = 200


def observation_space(shape: tuple[int, ...] | None) -> Any:
    """Return the space of tensors of a shape, or of texts where there is none."""
    if shape is None:
        return Text(_LONGEST_TEXT, min_length=0, charset=_PRINTABLE)
    return Box(-math.inf, math.inf, shape)


class Fields(Text):
    """Actions in words: the fields of a structure in order, divided by spaces: `A1 GO`.

    `fields` are their names, `example` an action.
    """

    def __init__(self, fields: Sequence[str], example: str) -> None:
        super().__init__(_LONGEST_ACTION, min_length=1, charset=_PRINTABLE)
        self.fields, self.example = tuple(fields), example

    def contains(self, x: Any) -> bool:
        """Whether it has as many words as there are fields."""
        return super().contains(x) and len(x.split()) == len(self.fields)

    def sample(self, mask: Any = None, probability: Any = None) -> str:
        """Return words that look like the example: letters for letters, digits for digits."""
        return "".join(self._like(character) for character in self.example)

    def _like(self, character: str) -> str:
        for first, many in (("A", 26), ("a", 26), ("1", 9)):
            if ord(first) <= ord(character) < ord(first) + many:
                return chr(ord(first) + int(self.np_random.integers(many)))
        return character


def action_space(game: Any) -> Any:
    """Return the actions of a game: numbers, or words where its actions are structures."""
    if not game.get_type().action_structs_only:
        return Discrete(game.num_distinct_actions())
    _, example = game.action_struct_spec()
    values = json.loads(example)
    return Fields(list(values), " ".join(map(str, values.values())))
