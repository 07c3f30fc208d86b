"""Strategies of the repeated prisoner's dilemma do what their definitions say, and score so."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from arena_strategies.dilemma import AlwaysCooperate, AlwaysDefect, Grudger, TitForTat

import arena
from arena.errors import BadParameter, Unsuitable
from arena.lookup import environment_maker
from arena.playing import play
from arena.plugins import make_registry
from arena.records import Match, Ref
from arena.testing import check_agent

FIELD = {"C": AlwaysCooperate, "D": AlwaysDefect, "T": TitForTat, "G": Grudger}
ROUNDS = 20
R, S, T, P = 5, 0, 10, 1  # OpenSpiel's matrix_pd: reward, sucker's payoff, temptation, punishment


def maker(stage: str = "matrix_pd()", rounds: int = ROUNDS, **parameters: Any) -> Any:
    given = {"stage_game": stage, "num_repetitions": rounds, **parameters}
    return environment_maker(make_registry(), Ref("openspiel/repeated_game", given))[0]


def scores(first: arena.Agent, second: arena.Agent, make: Any = None) -> tuple[float, ...]:
    episodes = list(play(make or maker(), [first, second], [Match(0, (0, 1), 1, 2)]))
    return episodes[0].returns


def by_hand(first: str, second: str) -> tuple[int, int]:
    """Return the scores after the definitions in words, round by round."""
    moves: list[tuple[str, str]] = []
    for _ in range(ROUNDS):
        theirs = [move[1] for move in moves], [move[0] for move in moves]
        moves.append((_move(first, theirs[0]), _move(second, theirs[1])))
    pay = {"CC": (R, R), "CD": (S, T), "DC": (T, S), "DD": (P, P)}
    paid = [pay["".join(move)] for move in moves]
    return sum(a for a, _ in paid), sum(b for _, b in paid)


def _move(strategy: str, theirs: list[str]) -> str:
    if strategy == "G":
        return "D" if "D" in theirs else "C"
    if strategy == "T":
        return theirs[-1] if theirs else "C"
    return strategy


@pytest.mark.parametrize(("first", "second"), [*product(FIELD, repeat=2)])
def test_scores_of_every_pair(first: str, second: str) -> None:
    assert scores(FIELD[first](), FIELD[second]()) == by_hand(first, second)


def test_known_scores() -> None:
    assert scores(TitForTat(), AlwaysDefect()) == (S + (ROUNDS - 1) * P, T + (ROUNDS - 1) * P)
    assert scores(AlwaysDefect(), AlwaysCooperate()) == (ROUNDS * T, ROUNDS * S)
    assert scores(Grudger(), TitForTat()) == (ROUNDS * R, ROUNDS * R)


class Once(arena.Agent):
    """Defects in one round only."""

    def __init__(self, turn: int) -> None:
        self.turn = turn

    def act(self, observation: Any) -> int:
        return int(observation.turn == self.turn)


@pytest.mark.parametrize("turn", [0, 7])
def test_a_grudge_is_kept_and_a_tit_is_not(turn: int) -> None:
    after = ROUNDS - turn - 1
    assert scores(Grudger(), Once(turn)) == (turn * R + S + after * T, turn * R + T + after * S)
    assert scores(Once(turn), TitForTat()) == (
        turn * R + T + S + (after - 1) * R, turn * R + S + T + (after - 1) * R,
    )  # fmt: skip


@pytest.mark.parametrize("strategy", FIELD.values())
def test_they_are_agents(strategy: Any) -> None:
    check_agent(strategy, maker(rounds=5))


def test_more_rounds_may_be_seen() -> None:
    make = maker(recall=3)
    assert scores(TitForTat(), AlwaysDefect(), make) == by_hand("T", "D")


def test_the_other_action_may_stand_for_cooperation() -> None:
    """In OpenSpiel's chicken (matrix_cd) 0 is to dare."""
    first, second = TitForTat(cooperate=1), AlwaysDefect(cooperate=1)
    episode = next(play(maker("matrix_cd()", 3), [first, second], [Match(0, (0, 1), 1, 2)]))
    assert episode.log == [0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0]


def test_unsuitable_games_are_refused() -> None:
    with pytest.raises(BadParameter, match="cooperate=2"):
        TitForTat(cooperate=2)
    for name in ("tic_tac_toe", "kuhn_poker", "matrix_rps"):
        _, spec = environment_maker(make_registry(), Ref(name))
        with pytest.raises(Unsuitable, match="TitForTat repeats games"):
            TitForTat().check(spec)


def test_the_tensor_game_is_played_by_them_in_columns() -> None:
    """Who is proposed for it, so that `arena tournament tensor/prisoners_dilemma` is quick."""
    registry = make_registry()
    spec = environment_maker(registry, Ref("tensor/prisoners_dilemma"))[1]
    proposed = {name for names in registry.hook.arena_field(spec=spec) for name in names}
    assert {"always_cooperate", "always_defect", "tit_for_tat", "grudger", "random"} <= proposed
    agents = [registry.make("agents", Ref(name)) for name in sorted(proposed)]
    assert all(agent.columns for agent in agents)
    spec = environment_maker(registry, Ref("tensor/tic_tac_toe"))[1]
    proposed = {name for names in registry.hook.arena_field(spec=spec) for name in names}
    assert "mcts:simulations=20" in proposed and "tit_for_tat" not in proposed
