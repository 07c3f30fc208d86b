"""The family `textarena/*`. Nothing of TextArena is loaded until a game is made or asked about."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import arena

_GAMES = Path(__file__).parent / "games.json"
_MIXED = (
    "IteratedPrisonersDilemma", "IteratedUltimatumGame", "MarketEntryGame", "NewRecruit",
    "PublicGoodsGame", "SecretMafia", "SimpleNegotiation", "Taboo", "ThreePlayerIPD",
)  # fmt: skip
"""Games in which what one seat gains another need not lose."""
_OURS = ("seats", "most")


class TextArena(arena.Family):
    """TextArena's games that play offline, as `games.json` lists them."""

    def names(self) -> Iterable[str]:
        """Return the names of all games: none where TextArena is not installed."""
        return [] if _missing() else sorted(games())

    def describe(self, name: str) -> arena.Description:
        """Return kind and seats, and what is missing. Raises `UnknownName`."""
        counts = _known(name)
        return arena.Description(kind_of(name), counts[0], _missing())

    def parameters(self, name: str) -> Sequence[arena.Parameter]:
        """Return `seats`, `most` and those of the game's own class. Raises `UnknownName`."""
        ours = (
            arena.Parameter("seats", int, _known(name)[0]), arena.Parameter("most", int, 2_000),
        )  # fmt: skip
        if _missing():
            return ours
        from arena_textarena.game import entry_of

        made, given = entry_of(name)
        own = [p for p in arena.parameters_of(made) if p.name not in _OURS]
        return (*ours, *(p._replace(default=given.get(p.name, p.default)) for p in own))

    def make(self, name: str, **parameters: Any) -> arena.Environment:
        """Make a game. Raises `UnknownName`, `BadParameter`, `Unsuitable` without TextArena."""
        counts = _known(name)
        if missing := _missing():
            raise arena.Unsuitable(f"textarena/{name} {missing}")
        seats = parameters.pop("seats", counts[0])
        if seats not in counts:
            raise arena.BadParameter(
                f"textarena/{name}: seats={seats} is none of {', '.join(map(str, counts))}"
            )
        from arena_textarena.game import TextArenaGame

        return TextArenaGame(name, seats, parameters.pop("most", 2_000), kind_of(name), parameters)


@cache
def games() -> dict[str, list[int]]:
    """Return the games by name, with the numbers of seats that they were seen to take."""
    told: dict[str, list[int]] = json.loads(_GAMES.read_text(encoding="utf-8"))
    return told


def kind_of(name: str) -> arena.Kind:
    """Return what kind of game it is."""
    return "mixed" if name.partition("-")[0] in _MIXED else "competitive"


def _missing() -> str | None:
    if importlib.util.find_spec("textarena") is None:
        return "needs the module textarena: pip install 'arena-games[textarena]'"
    return None


def _known(name: str) -> list[int]:
    if name not in games():
        known = [f"textarena/{other}" for other in games()]
        raise arena.UnknownName("environment", f"textarena/{name}", known, "arena environments")
    return games()[name]
