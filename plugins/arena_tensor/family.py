"""The family `tensor/*`: which games there are. No game, nor torch, is loaded until one is made."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import arena

_COMPILE = arena.Parameter("compile", bool, False)
_GIVEN = {"size", "device"}  # what every table takes, and no user sets


class Facts(NamedTuple):
    """Where a game's table is, and what can be said of it beforehand."""

    home: str
    kind: arena.Kind | None = "competitive"  # None: that depends on its parameters
    seats: int = 2
    compiles: bool = True  # False: compiled, its sums would round otherwise than in single games


GAMES: Mapping[str, Facts] = {
    "tic_tac_toe": Facts("tic_tac_toe:TicTacToe"),
    "connect_four": Facts("connect_four:ConnectFour"),
    "othello": Facts("othello:Othello"),
    "mnk": Facts("mnk:Mnk"),
    "gomoku": Facts("mnk:Gomoku"),
    "hex": Facts("hex:Hex"),
    "breakthrough": Facts("breakthrough:Breakthrough"),
    "kuhn_poker": Facts("kuhn_poker:KuhnPoker"),
    "leduc_poker": Facts("leduc_poker:LeducPoker"),
    "prisoners_dilemma": Facts("matrix:PrisonersDilemma", "mixed"),
    "chicken": Facts("matrix:Chicken", "mixed"),
    "stag_hunt": Facts("matrix:StagHunt", "mixed"),
    "rock_paper_scissors": Facts("matrix:RockPaperScissors"),
    "matrix": Facts("matrix:Matrix", None),
    "2048": Facts("game_2048:Game2048", seats=1),
    "cart_pole": Facts("cart_pole:CartPole", seats=1),
    "mountain_car": Facts("mountain_car:MountainCar", seats=1),
    "pendulum": Facts("pendulum:Pendulum", seats=1),
    "simple_spread": Facts("simple_spread:SimpleSpread", "cooperative", 3, False),
    "simple_tag": Facts("simple_tag:SimpleTag", "mixed", 4),
    "simple_adversary": Facts("simple_adversary:SimpleAdversary", "mixed", 3, False),
    "simple_speaker_listener": Facts(
        "simple_speaker_listener:SimpleSpeakerListener", "cooperative", 2
    ),
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
        """Return the parameters of the table's constructor, and whether to compile it.

        Raises `UnknownName`.
        """
        facts = _facts(name)
        own = [p for p in arena.parameters_of(_class(facts)) if p.name not in _GIVEN]
        return [*own, *([_COMPILE] if facts.compiles else ())]

    def make(self, name: str, compile: bool = False, **parameters: Any) -> arena.Environment:
        """Make a single game, whose `table` steps many.

        Raises `UnknownName`, `BadParameter`; `Unsuitable` where it cannot be compiled.
        """
        made = kind = _class(_facts(name))
        if compile:
            from arena_tensor.compiled import check_compiler

            check_compiler()
            made = partial(_compiled, kind)
        return arena.TableGame(partial(made, **parameters))


def _facts(name: str) -> Facts:
    if name not in GAMES:
        known = [f"tensor/{other}" for other in GAMES]
        raise arena.UnknownName("environment", f"tensor/{name}", known, "arena environments")
    return GAMES[name]


def _compiled(kind: Any, size: int, device: str, **parameters: Any) -> arena.Table:
    """Return a table that is compiled; a game alone is not worth it."""
    if size > 1:
        from arena_tensor.compiled import compiled

        kind = compiled(kind)
    table: arena.Table = kind(size, device, **parameters)
    return table


def _class(facts: Facts) -> Any:
    module, _, attribute = facts.home.partition(":")
    return getattr(importlib.import_module(f"arena_tensor.{module}"), attribute)
