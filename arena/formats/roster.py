"""Who takes part in which round, where entrants join late or leave early."""

from __future__ import annotations

from collections.abc import Sequence

from arena.errors import BadParameter, Unsuitable
from arena.records import Entrants


class Roster:
    """Entrants that join at, or leave before, a round: each written `NAME@ROUND`, from round 1.

    Who is not mentioned is there all the time. As it is part of the definition, and says nothing of
    rounds that are over, what was played stays what it was when someone joins or leaves.
    """

    def __init__(self, joins: Sequence[str], leaves: Sequence[str]) -> None:
        self.joins, self.leaves = _read("joins", joins), _read("leaves", leaves)

    def check(self, name: str, entrants: Entrants) -> None:
        """Raise `Unsuitable` where someone is mentioned that is no entrant."""
        for who in (*self.joins, *self.leaves):
            if who not in entrants.names:
                raise Unsuitable(
                    f"{name}: no entrant is called {who!r}; there are {', '.join(entrants.names)}"
                )

    def present(self, entrants: Entrants, round_: int) -> list[int]:
        """Return the entrants (by index, ascending) that take part in a round, from 1."""
        return [
            index
            for index, name in enumerate(entrants.names)
            if self.joins.get(name, 1) <= round_ < self.leaves.get(name, round_ + 1)
        ]

    def known(self, entrants: Entrants, round_: int) -> list[int]:
        """Return the entrants (by index, ascending) that have joined by a round."""
        return [
            index for index, name in enumerate(entrants.names) if self.joins.get(name, 1) <= round_
        ]

    def amended(
        self, before: Roster, were: Sequence[str], names: Sequence[str], round_: int
    ) -> dict[str, list[str]]:
        """Return `joins` and `leaves` with which the entrants are `names` from a round on.

        `before` is what was known of those that `were` there, and they stay what they are in the
        rounds before. What this roster says itself comes first. Raises `Unsuitable` where someone
        that has left is named again.
        """
        joins = before.joins | dict.fromkeys((n for n in names if n not in were), round_)
        leaves = {}
        for name in were:
            left = before.leaves.get(name, round_)
            if name not in names:
                leaves[name] = min(left, round_)
            elif left < round_ and name not in self.leaves:
                raise Unsuitable(
                    f"{name!r} left in round {left} and cannot come back; give it another name"
                )
        return {
            "joins": [f"{name}@{at}" for name, at in (joins | self.joins).items()],
            "leaves": [f"{name}@{at}" for name, at in (leaves | self.leaves).items()],
        }


def _read(parameter: str, items: Sequence[str]) -> dict[str, int]:
    found = {}
    for item in items:
        name, _, round_ = item.rpartition("@")
        if not name or not round_.isdecimal() or int(round_) < 1:
            raise BadParameter(f"{parameter}={item!r} is not NAME@ROUND, with rounds from 1")
        found[name] = int(round_)
    return found
