"""The family of OpenSpiel's games, `openspiel/*`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from arena import Description, Family, Parameter, UnknownName
from arena_openspiel import catalogue

if TYPE_CHECKING:
    from arena import Environment


class _ShortNames(Mapping[str, str]):
    """{short name: short name}; Python's games are registered only when C++ lacks a name."""

    def __getitem__(self, name: str) -> str:
        try:
            return str(catalogue.game_type(name).short_name)
        except UnknownName:
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(catalogue.types())

    def __len__(self) -> int:
        return len(catalogue.types())


class OpenSpiel(Family):
    """Every game that OpenSpiel registers, by its short name, which is also a bare alias."""

    def names(self) -> list[str]:
        """Return the short names, in alphabetical order."""
        return sorted(catalogue.types())

    def aliases(self) -> Mapping[str, str]:
        """Return every short name as its own alias."""
        return _ShortNames()

    def describe(self, name: str) -> Description:
        """Say what a game is, and why it cannot be played as it stands if it cannot."""
        return catalogue.describe(name)

    def parameters(self, name: str) -> Sequence[Parameter]:
        """Return what OpenSpiel's `parameter_specification` says, typed."""
        return catalogue.parameters(name)

    def make(self, name: str, **parameters: Any) -> Environment:
        """Make a game. Raises `BadParameter`, or `Unsuitable` for one that has no seats."""
        # gymnasium and numpy are imported only when a game is made
        from arena_openspiel.environment import SimultaneousGame, TurnGame
        from arena_openspiel.loading import facts
        from arena_openspiel.structured import StructuredGame

        known = facts(name, catalogue.checked(name, parameters))
        kind = known.game.get_type()
        if kind.action_structs_only:
            return StructuredGame(known)
        if kind.dynamics == kind.Dynamics.SIMULTANEOUS:
            return SimultaneousGame(known)
        return TurnGame(known)
