"""Words for the moves and drawings of Gymnasium's small environments, by name without version."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_GRID = ("left", "down", "right", "up")
_CLIFF = ("up", "right", "down", "left")
_CAR = ("left", "coast", "right")
_LANDER = ("nothing", "left engine", "main engine", "right engine")

MOVES: Mapping[str, Sequence[str]] = {
    "Acrobot": ("torque -1", "torque 0", "torque +1"),
    "Blackjack": ("stick", "hit"),
    "CarRacing": ("nothing", "right", "left", "gas", "brake"),
    "CartPole": ("left", "right"),
    "CliffWalking": _CLIFF,
    "CliffWalkingSlippery": _CLIFF,
    "FrozenLake": _GRID,
    "FrozenLake8x8": _GRID,
    "LunarLander": _LANDER,
    "MountainCar": _CAR,
    "Taxi": ("south", "north", "east", "west", "pick up", "drop off"),
}

_HERE = re.compile("\x1b\\[4\\dm(.)\x1b\\[0m")  # a background colour: where the player is
_MARKED = re.compile("\x1b\\[([\\d;]+)m(.)\x1b\\[0m")
_INKS = {"34;1": "passenger", "35": "destination"}


def plain(drawing: str) -> str:
    """Return an ANSI drawing without its colours: the player is @, the rest is said below."""
    notes = [f"@ is on {cell}" for cell in _HERE.findall(drawing) if cell.strip()]
    drawing = _HERE.sub("@", drawing)
    notes += [f"{_INKS[ink]}: {cell}" for ink, cell in _MARKED.findall(drawing) if ink in _INKS]
    return "\n".join([_MARKED.sub(r"\2", drawing).strip("\n"), *notes])


def _blackjack(seen: Any) -> str:
    total, dealer, ace = seen
    usable = ", one ace counts 11" if ace else ""
    return f"your sum is {total}{usable}; the dealer shows {dealer}"


SEEN: Mapping[str, Callable[[Any], str]] = {"Blackjack": _blackjack}
