"""Games whose actions are structures rather than numbers (crossword)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyspiel

from arena_openspiel.environment import OpenSpielGame


class StructuredGame(OpenSpielGame):
    """A game whose actions are written. One that the rules refuse costs a turn, nothing else."""

    def legal(self, seat: int) -> None:  # type: ignore[override]
        """Return None: what may be written cannot be counted."""
        return None

    def step(self, actions: Mapping[int, Any]) -> Sequence[float] | None:
        """Play what was written (or, for chance, a number)."""
        (action,) = actions.values()
        if not isinstance(action, str):
            return super().step(actions)
        if not self._apply(action):
            return None
        player = self._player = self._state.current_player()
        return self._pay(player)

    def _apply(self, action: str) -> bool:
        """Apply what was written; return whether the rules accept it."""
        space = self.spec.seats[0].action_space
        try:
            written = _structure(self._facts.game)(
                json.dumps(dict(zip(space.fields, action.split())))
            )
            return str(self._state.apply_action_struct(written)) == str(pyspiel.ok_status())
        except (RuntimeError, IndexError):  # no such field, no such place
            return False

    def label(self, seat: int, action: Any) -> str:
        """Return what was written."""
        return action if isinstance(action, str) else super().label(seat, action)

    def parse(self, seat: int, text: str) -> str | None:
        """Return the text if it is an action."""
        text = " ".join(text.split())
        return text if text in self.spec.seats[seat].action_space else None


def _structure(game: Any) -> Any:
    """Return the class of a game's actions, from the module of the game's name in pyspiel."""
    module = vars(getattr(pyspiel, game.get_type().short_name))
    return next(
        value
        for value in module.values()
        if isinstance(value, type) and issubclass(value, pyspiel.ActionStruct)
    )
