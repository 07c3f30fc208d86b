"""The family `pgx/*`: which games there are. Neither pgx nor JAX is loaded until one is made."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

import arena


class Facts(NamedTuple):
    """Where a game is in pgx, and what can be said of it beforehand.

    `given` are parameters that the name fixes, `settable` those that a user may set. `alternating`
    and the rest are as in `arena.Table` and `arena.Spec`.
    """

    home: str
    seats: int = 2
    alternating: bool = True
    perfect_information: bool = True
    stochastic: bool = False
    returns: tuple[float | None, float | None] = (-1.0, 1.0)
    given: Mapping[str, Any] = {}
    settable: tuple[arena.Parameter, ...] = ()


def _minatar(home: str) -> Facts:
    settable = (
        arena.Parameter("use_minimal_action_set", bool, True),
        arena.Parameter("sticky_action_prob", float, 0.1),
    )
    return Facts(f"minatar.{home}", 1, False, False, True, (0.0, None), settable=settable)


def _go(size: int) -> Facts:
    settable = (
        arena.Parameter("komi", float, 7.5),
        arena.Parameter("history_length", int, 8),
        arena.Parameter("max_terminal_steps", int, None),
    )
    return Facts("go:Go", given={"size": size}, settable=settable)


GAMES: Mapping[str, Facts] = {
    "2048": Facts("play2048:Play2048", 1, False, True, True, (0.0, None)),
    "animal_shogi": Facts("animal_shogi:AnimalShogi"),
    "backgammon": Facts("backgammon:Backgammon", 2, False, True, True, (-3.0, 3.0)),
    "chess": Facts("chess:Chess"),
    "connect_four": Facts("connect_four:ConnectFour"),
    "gardner_chess": Facts("gardner_chess:GardnerChess"),
    "go_9x9": _go(9),
    "go_19x19": _go(19),
    "hex": Facts("hex:Hex"),
    "kuhn_poker": Facts("kuhn_poker:KuhnPoker", 2, True, False, True, (-2.0, 2.0)),
    "leduc_holdem": Facts("leduc_holdem:LeducHoldem", 2, False, False, True, (-13.0, 13.0)),
    "minatar-asterix": _minatar("asterix:MinAtarAsterix"),
    "minatar-breakout": _minatar("breakout:MinAtarBreakout"),
    "minatar-freeway": _minatar("freeway:MinAtarFreeway"),
    "minatar-seaquest": _minatar("seaquest:MinAtarSeaquest"),
    "minatar-space_invaders": _minatar("space_invaders:MinAtarSpaceInvaders"),
    "othello": Facts("othello:Othello"),
    "shogi": Facts("shogi:Shogi"),
    "sparrow_mahjong": Facts(
        "sparrow_mahjong:SparrowMahjong", 3, False, False, True, (None, None)
    ),
    "tic_tac_toe": Facts("tic_tac_toe:TicTacToe"),
}  # fmt: skip


class Pgx(arena.Family):
    """The games of pgx."""

    def names(self) -> Iterable[str]:
        """Return the names of all games."""
        return sorted(GAMES)

    def describe(self, name: str) -> arena.Description:
        """Return kind, seats, and what is missing. Raises `UnknownName`."""
        return arena.Description("competitive", _facts(name).seats, _missing())

    def parameters(self, name: str) -> Sequence[arena.Parameter]:
        """Return the parameters of pgx's constructor. Raises `UnknownName`."""
        return _facts(name).settable

    def make(self, name: str, **parameters: Any) -> arena.Environment:
        """Make a single game, whose `table` steps many.

        Raises `UnknownName`, `BadParameter`, and `Unsuitable` where pgx is not installed.
        """
        facts = _facts(name)
        if missing := _missing():
            raise arena.Unsuitable(f"pgx/{name} {missing}")
        from arena_pgx.table import PgxTable

        return arena.TableGame(partial(PgxTable, name, facts, parameters))


def _facts(name: str) -> Facts:
    if name not in GAMES:
        known = [f"pgx/{other}" for other in GAMES]
        raise arena.UnknownName("environment", f"pgx/{name}", known, "arena environments")
    return GAMES[name]


@cache
def _missing() -> str | None:
    """Return why no game can be played, None if all can."""
    if importlib.util.find_spec("pgx") is None:
        return "needs the module pgx: pip install 'arena-games[pgx]'"
    return None
