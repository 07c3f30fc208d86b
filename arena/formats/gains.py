"""Gains: everyone meets everyone, and what each stage of a training gained is concluded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arena.comparison import compare
from arena.errors import BadParameter, Unsuitable
from arena.formats.round_robin import RoundRobin
from arena.records import Entrants

if TYPE_CHECKING:
    from arena.results import Results

_BETWEEN = ">"


class Gains(RoundRobin):
    """A round robin that concludes what each stage gained over the one that it was made from.

    `stages` names them, like `sft>base;dpo>sft`; left out, each entrant is the next stage of the
    one before it. A gain is in Elo, or in returns where entrants do not meet, from the matches that
    the two played against each other, with its 95 % interval.
    """

    def __init__(self, games: int = 100, stages: tuple[str, ...] = ()) -> None:
        super().__init__(games)
        self.stages = [_stage(text) for text in stages]

    def check(self, entrants: Entrants) -> None:
        """Raise `Unsuitable` where a stage is no entrant, too."""
        super().check(entrants)
        for name in (name for stage in self.stages for name in stage):
            if name not in entrants.names:
                raise Unsuitable(f"gains: no entrant is called {name!r}; name those that play")

    def conclusion(self, entrants: Entrants, results: Results) -> Mapping[str, Any]:
        """Return the gain of each stage, those whose matches were all void left out."""
        names = entrants.names
        gains = []
        for after, before in self.stages or zip(names[1:], names):
            try:
                found = compare(results, after, before, entrants.spec)
            except Unsuitable:
                continue
            told = {"mean": found.difference, "low": found.low, "high": found.high}
            gains.append({
                "stage": after, "from": before, found.unit: told, "wins": found.wins,
                "draws": found.draws, "losses": found.losses,
            })  # fmt: skip
        return {"gains": gains} if gains else {}


def _stage(text: str) -> tuple[str, str]:
    after, between, before = text.partition(_BETWEEN)
    if not (after and between and before) or after == before:
        raise BadParameter(f"gains: stages has {text!r}; write stages=NEW>OLD, like sft>base")
    return after, before
