"""The family `tensor/*`: which games there are. No game, nor torch, is loaded until one is made."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import arena

_GIVEN = {"size", "device"}  # what every table takes, and no user sets


class Facts(NamedTuple):
    """Where a game's table is, and what can be said of it beforehand.

    `given` are parameters that are fixed by the name.
    """

    home: str
    kind: arena.Kind = "competitive"
    seats: int = 2
    given: Mapping[str, Any] = {}


GAMES: Mapping[str, Facts] = {
    "tic_tac_toe": Facts("tic_tac_toe:TicTacToe"),
    "connect_four": Facts("connect_four:ConnectFour"),
    "othello": Facts("othello:Othello"),
    "mnk": Facts("mnk:Mnk"),
    "gomoku": Facts("mnk:Gomoku"),
    "hex": Facts("hex:Hex"),
    "breakthrough": Facts("breakthrough:Breakthrough"),
}


class Tensor(arena.Family):
    """Games as tensors."""

    def names(self) -> Iterable[str]:
        """Return the names of all games."""
        return sorted(GAMES)

    def describe(self, name: str) -> arena.Description:
        """Return kind and seats. Raises `UnknownName`."""
        facts = _facts(name)
        return arena.Description(facts.kind, facts.seats)

    def parameters(self, name: str) -> Sequence[arena.Parameter]:
        """Return the parameters of the table's constructor. Raises `UnknownName`."""
        facts = _facts(name)
        hidden = _GIVEN | facts.given.keys()
        return [p for p in arena.parameters_of(_class(facts)) if p.name not in hidden]

    def make(self, name: str, **parameters: Any) -> arena.Environment:
        """Make a single game, whose `table` steps many. Raises `UnknownName`, `BadParameter`."""
        facts = _facts(name)
        given = {**facts.given, **parameters}
        return arena.TableGame(partial(_make, _class(facts), f"tensor/{name}", given))


def _make(
    table: Any, name: str, parameters: Mapping[str, Any], size: int, device: str
) -> arena.Table:
    made: arena.Table = table(size, device, **parameters)
    return made


def _facts(name: str) -> Facts:
    if name not in GAMES:
        known = [f"tensor/{other}" for other in GAMES]
        raise arena.UnknownName("environment", f"tensor/{name}", known, "arena environments")
    return GAMES[name]


def _class(facts: Facts) -> Any:
    module, _, attribute = facts.home.partition(":")
    return getattr(importlib.import_module(f"arena_tensor.{module}"), attribute)
