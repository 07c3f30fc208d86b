"""The strategies score what Axelrod's of the same names score against each other."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from arena.lookup import environment_maker
from arena.playing import play
from arena.plugins import make_registry
from arena.records import Match, Ref

axelrod = pytest.importorskip("axelrod", reason="the extra bench has Axelrod")

TURNS = 50
NAMES = {
    "Cooperator": "always_cooperate", "Defector": "always_defect", "Tit For Tat": "tit_for_tat",
    "Grudger": "grudger",
}  # fmt: skip
GAMES = [
    (
        Ref("openspiel/repeated_game", {"stage_game": "matrix_pd()", "num_repetitions": TURNS}),
        axelrod.Game(r=5, s=0, t=10, p=1),
    ),
    (Ref("tensor/prisoners_dilemma", {"rounds": TURNS}), axelrod.Game()),
]


def field() -> list[Any]:
    """Return Axelrod's demonstration strategies that draw no lots."""
    players = [strategy() for strategy in axelrod.demo_strategies]
    return [player for player in players if not player.classifier["stochastic"]]


def test_the_whole_field_is_here() -> None:
    assert {player.name for player in field()} == set(NAMES)


@pytest.mark.parametrize(("ref", "game"), GAMES)
def test_scores_of_every_pair(ref: Ref, game: Any) -> None:
    registry = make_registry()
    make = environment_maker(registry, ref)[0]
    players = field()
    agents = [registry.make("agents", Ref(NAMES[player.name])) for player in players]
    pairs = list(product(range(len(players)), repeat=2))
    matches = [Match(number, pair, 1, 2) for number, pair in enumerate(pairs)]
    told = {episode.match.seats: episode.returns for episode in play(make, agents, matches)}
    for pair in pairs:
        match = axelrod.Match([players[seat].clone() for seat in pair], turns=TURNS, game=game)
        match.play()
        assert told[pair] == match.final_score()
