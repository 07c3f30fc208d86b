"""What Arena knows of an environment beyond PettingZoo's interface: rules, notation, drawing."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np

import arena

# What every AEC environment keeps beside its board, and changes in place.
_BOOKS = (
    "agents", "rewards", "terminations", "truncations", "infos", "_cumulative_rewards",
    "_agent_selector",
)  # fmt: skip


class Game:
    """The defaults, which hold for any environment.

    `open` says that there is neither luck nor a secret in it, so that a copy is a fair model;
    `luck` that it draws at random; `moves` are words for its discrete actions.
    """

    zero_sum = False
    open = False
    luck = True
    moves: Sequence[str] = ()

    def returns(self, raw: Any) -> tuple[float | None, float | None]:
        """Return the bounds of a seat's return, None where there are none."""
        return None, None

    def enter(self, raw: Any) -> None:
        """Prepare what the library keeps for the whole process; called before it acts on `raw`."""

    def begin(self, raw: Any, seed: int) -> None:
        """Reset the environment, and put right what its own reset leaves wrong."""
        raw.reset(seed=seed)

    def legal(self, raw: Any, agent: str) -> Sequence[int]:
        """Return what the agent's mask allows."""
        allowed: Sequence[int] = np.flatnonzero(raw.observe(agent)["action_mask"]).tolist()
        return allowed

    def label(self, raw: Any, seat: int, action: Any) -> str:
        """Return an action in the notation of the game."""
        space = raw.action_space(raw.possible_agents[seat])
        return self.moves[int(action)] if self.moves and hasattr(space, "n") else str(action)

    def text(self, raw: Any, seat: int) -> str | None:
        """Return in words what a seat sees; None: its observation says it all."""
        return None

    def state(self, raw: Any) -> Any:
        """Return everything there is to know; None: ask the library."""
        return None

    def draw(self, raw: Any) -> str:
        """Return the position drawn for an onlooker, or nothing."""
        return ""

    def picture(self, raw: Any, name: str) -> Any:
        """Return what the library draws: uint8 (height, width, 3).

        It was made to be played without pictures, and is told otherwise for as long as it draws.
        Raises `Unsuitable` where that cannot be.
        """
        parts = [part for part in (raw.unwrapped, getattr(raw.unwrapped, "env", None)) if part]
        try:
            for part in parts:
                part.render_mode = "rgb_array"
            drawn = raw.unwrapped.render()
        except Exception as error:
            line = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise arena.Unsuitable(f"{name} cannot be drawn here: {line}") from error
        finally:
            for part in parts:
                part.render_mode = None
        if drawn is None:
            raise arena.Unsuitable(f"{name} draws only what was made to be drawn")
        return np.ascontiguousarray(drawn, np.uint8)

    def cut_off(self, raw: Any) -> bool:
        """Whether a game that is over was cut off by a limit."""
        return any(raw.truncations[a] and not raw.terminations[a] for a in raw.truncations)

    def clone(self, raw: Any) -> Any:
        """Return an independent copy of an open game; its board is for subclasses to copy.

        Neither `copy` nor `deepcopy` would do: gymnasium's EzPickle makes them begin a new game.
        """
        twin = object.__new__(type(raw))
        twin.__dict__.update(raw.__dict__)
        for name in _BOOKS:
            setattr(twin, name, copy.copy(getattr(raw, name)))
        return twin


class Moves(Game):
    """A game of which no more is known than the words for its moves."""

    def __init__(self, *moves: str) -> None:
        self.moves = moves
