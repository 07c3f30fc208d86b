"""What knockout and double elimination share: seeds, ties of best of N, and level ones decided."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from arena.errors import BadParameter
from arena.formats.design import at_least_one
from arena.formats.duels import Duels, duel
from arena.records import Entrants, Pairing
from arena.results import Results
from arena.seeds import derive

TieBreak = Literal["seed", "lot"]
Seeding = Literal["named", "lot"]
Place = int | None
"""An entrant in a bracket; None is nobody, whose opponent has a bye."""


@dataclass
class Tie:
    """Two entrants of whom one goes on. `by` says how that was decided."""

    stage: str
    one: Place
    other: Place
    scores: list[float] = field(default_factory=lambda: [0.0, 0.0])
    games: int = 0
    winner: Place = None
    by: str = "games"

    @property
    def loser(self) -> Place:
        """Who does not go on."""
        return self.other if self.winner == self.one else self.one


@dataclass(frozen=True, slots=True)
class TieRules:
    """How a tie is played: `games`, then up to `extra` pairs while it is level, then `tie_break`.

    The extra games are pairs on one deal from both sides, so that neither side is an advantage.
    `tie_break` "seed" lets the better seed through, "lot" one that the tournament's seed draws.
    """

    games: int
    extra: int
    tie_break: TieBreak

    def __post_init__(self) -> None:
        at_least_one(self.games)
        if self.extra < 0:
            raise BadParameter(f"extra={self.extra}: use 0 or more pairs of extra games")
        if self.tie_break not in get_args(TieBreak):
            raise BadParameter(f"tie_break={self.tie_break!r}; use seed or lot")


class Bracket:
    """Plays ties, stage by stage, and remembers them."""

    def __init__(self, entrants: Entrants, rules: TieRules, seeds: Sequence[int]) -> None:
        self.entrants, self.rules, self.seeds = entrants, rules, seeds
        self.rank = {entrant: rank for rank, entrant in enumerate(seeds)}
        self.ties: list[Tie] = []
        self.deal = 0
        self.lean = [0] * len(entrants)  # games on the first side less games on the second

    def play(self, ties: Sequence[Tie]) -> Generator[Sequence[Pairing], Results, None]:
        """Play ties to their end, at the same time and on the same deals."""
        self.ties += [tie for tie in ties if not (tie.one is None and tie.other is None)]
        live = []
        for tie in ties:
            if tie.one is None or tie.other is None:
                tie.winner, tie.by = (tie.other if tie.one is None else tie.one), "bye"
            else:
                live.append(tie)
        games = self.rules.games
        for more in range(self.rules.extra + 1):
            if not live:
                return
            yield from self._games(live, games)
            for tie in live:
                self._settle(tie, "extra games" if more else "games")
            live, games = [tie for tie in live if tie.winner is None], 2
        for tie in live:
            self._break(tie)

    def _games(
        self, ties: Sequence[Tie], games: int
    ) -> Generator[Sequence[Pairing], Results, None]:
        sides, pairings = self.entrants.spec.sides, []
        for tie in ties:
            first, second = self._in_order(tie)
            pairings += duel(sides, first, second, games, self.deal)
            self.lean[first] += games % 2
            self.lean[second] -= games % 2
        self.deal += -(-games // 2)
        duels = Duels((yield pairings), sides)
        for number, tie in enumerate(ties):
            assert tie.one is not None
            start, end = games * number, games * (number + 1)
            for side, score in enumerate(duels.totals(start, end, tie.one)):
                tie.scores[side] += score
            tie.games += int(duels.counted[start:end].sum())

    def _in_order(self, tie: Tie) -> tuple[int, int]:
        """Return the two, first the one that is due the first side of an odd game."""
        assert tie.one is not None and tie.other is not None
        lean = self.lean[tie.one] - self.lean[tie.other]
        if lean == 0:
            lean = derive(self.entrants.seed, "side", self.deal, tie.one, tie.other) % 2
        return (tie.other, tie.one) if lean > 0 else (tie.one, tie.other)

    @staticmethod
    def _settle(tie: Tie, by: str) -> None:
        if tie.scores[0] != tie.scores[1]:
            tie.winner, tie.by = (tie.one if tie.scores[0] > tie.scores[1] else tie.other), by

    def _break(self, tie: Tie) -> None:
        assert tie.one is not None and tie.other is not None
        tie.by = self.rules.tie_break
        better, worse = sorted((tie.one, tie.other), key=self.rank.__getitem__)
        drawn = derive(self.entrants.seed, "lot", len(self.ties), better, worse) % 2
        tie.winner = worse if tie.by == "lot" and drawn else better

    def report(self, champion: Place, places: Mapping[int, int]) -> Mapping[str, Any]:
        """Return a conclusion: the champion, everyone's place, and how each tie was decided."""
        names = [*self.entrants.names]
        name = names[champion] if champion is not None else None
        order = sorted(places, key=lambda entrant: (places[entrant], self.rank[entrant]))
        return {
            "says": f"{name} is the champion.",
            "champion": name,
            "places": [{"entrant": names[i], "place": places[i]} for i in order],
            "ties": [
                {
                    "stage": tie.stage,
                    "entrants": [names[tie.one], names[tie.other]],
                    "scores": tie.scores,
                    "games": tie.games,
                    "winner": names[tie.winner],
                    "by": tie.by,
                }
                for tie in self.ties
                if tie.one is not None and tie.other is not None and tie.winner is not None
            ],
            "byes": [
                {"stage": tie.stage, "entrant": names[tie.winner]}
                for tie in self.ties
                if tie.by == "bye" and tie.winner is not None
            ],
        }


def seeds_of(entrants: Entrants, seeding: Seeding) -> list[int]:
    """Return the entrants from best to worst seed: as they are named, or drawn by lot."""
    if seeding not in get_args(Seeding):
        raise BadParameter(f"seeding={seeding!r}; use named or lot")
    order = list(range(len(entrants)))
    if seeding == "lot":
        order.sort(key=lambda entrant: derive(entrants.seed, "seeding", entrant))
    return order


def drawn_up(seeds: Sequence[int]) -> list[Place]:
    """Return the first stage in order, padded with nobody to a power of two.

    Neighbours meet, and so do winners that are neighbours. The best seeds get the byes, and if all
    goes by seed the first two meet in the last tie, the first four in the last but one.
    """
    order = [0]
    while len(order) < len(seeds):
        last = 2 * len(order) - 1
        order = [seed for better in order for seed in (better, last - better)]
    return [seeds[seed] if seed < len(seeds) else None for seed in order]


def neighbours(stage: str, places: Sequence[Place]) -> list[Tie]:
    """Return the ties of the first with the second, the third with the fourth, and so on."""
    return [Tie(stage, one, other) for one, other in zip(places[::2], places[1::2])]
