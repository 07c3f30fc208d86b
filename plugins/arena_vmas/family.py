"""The family `vmas/*`: VMAS's scenarios. Nothing of VMAS is loaded until one is made."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import arena
from arena_vmas import reading

_OURS = (
    arena.Parameter("max_steps", int, 100),
    arena.Parameter("continuous_actions", bool, True),
    arena.Parameter("multidiscrete_actions", bool, False),
)
_SIDES = ("simple_adversary", "simple_crypto", "simple_push", "simple_tag", "simple_world_comm")


class Vmas(arena.Family):
    """The scenarios of VMAS."""

    def names(self) -> Iterable[str]:
        """Return the names of all scenarios: none where VMAS is not installed."""
        return sorted(reading.scenarios())

    def describe(self, name: str) -> arena.Description:
        """Return the kind, and what is missing. Raises `UnknownName`."""
        _known(name)
        kind: arena.Kind | None = "mixed" if name in _SIDES else "cooperative"
        return arena.Description(None if name == "football" else kind, None, _missing())

    def parameters(self, name: str) -> Sequence[arena.Parameter]:
        """Return those of VMAS, and those that the scenario takes. Raises `UnknownName`."""
        _known(name)
        return (*_OURS, *reading.parameters(name)) if not _missing() else _OURS

    def make(self, name: str, **parameters: Any) -> arena.Environment:
        """Make a single game. Raises `UnknownName`, `BadParameter`, `Unsuitable` without VMAS."""
        _known(name)
        if missing := _missing():
            raise arena.Unsuitable(f"vmas/{name} {missing}")
        from arena_vmas.game import VmasGame, VmasTable

        return VmasGame(partial(VmasTable, name, parameters))


def _missing() -> str | None:
    if importlib.util.find_spec("vmas") is None:
        return "needs the module vmas: pip install 'arena-games[vmas]'"
    return None


def _known(name: str) -> None:
    if not _missing() and name not in reading.scenarios():
        known = [f"vmas/{other}" for other in reading.scenarios()]
        raise arena.UnknownName("environment", f"vmas/{name}", known, "arena environments")
