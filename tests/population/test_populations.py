"""Policies that answer one another: how close they come to an equilibrium, and how they play."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from arena_population.meta import SOLVERS, nash
from arena_population.mixture import Mixture

from arena.asking import ask
from arena.errors import BadParameter, Unsuitable, UsageError
from arena.exploit import exploit
from arena.gametree import enumerate_game
from arena.lookup import environment_maker, find_player, make_agent
from arena.playing import play
from arena.records import Match
from arena.sequence_form import best_answer, mixed_plan, plan_of, returns_of, worths
from arena.specs import parse
from arena.testing import check_trainer
from arena.training import Order, train
from arena.training_run import LiveRun
from arena.workspace import Workspace

KUHN = "kuhn_poker"


def trained(home: Path, trainer: str, game: str = KUHN, steps: int = 10) -> dict[int, float]:
    """Train `mine`; return the NashConv by the number of policies."""
    told: dict[int, float] = {}

    def progress(run: LiveRun) -> None:
        if "nash_conv" in run.metrics:
            told[run.step] = run.metrics["nash_conv"]

    order = Order(parse(trainer), parse(game), "mine", steps, 0)
    train(Workspace.open(home=str(home)), order, "cpu", on_progress=progress)
    return told


def made(home: Path, spec: str) -> Mixture:
    workspace = Workspace.open(home=str(home))
    player = find_player(workspace.registry, home, parse(spec))
    agent = make_agent(workspace.registry, home, player.ref)
    assert isinstance(agent, Mixture)
    return agent


@pytest.mark.parametrize(
    ("trainer", "game"),
    [
        ("psro:games=20", KUHN),
        ("psro:games=10,meta=alpha_rank,oracle=q_learning,oracle_steps=100", KUHN),
        ("fictitious_self_play", "kuhn_poker:players=3"),
        ("psro:games=0", "matrix_rps"),
    ],
)
def test_trainers_of_populations_keep_the_rules(trainer: str, game: str) -> None:
    check_trainer(trainer, game, 3)


def test_psro_comes_close_to_an_equilibrium_of_kuhn_poker(tmp_path: Path) -> None:
    """The issue's figure: NashConv below 0.15 at 10 policies and falling; exploit says the same."""
    told = trained(tmp_path, "psro:games=100")
    assert told[10] < 0.15 and told[10] < told[6] < told[2]
    found = exploit(Workspace.open(home=str(tmp_path)), parse("mine"), parse(KUHN))
    assert found.exact and found.policy == "stated"
    assert found.nash_conv == pytest.approx(told[10], abs=1e-9)


def test_psro_by_expected_payoffs_solves_kuhn_poker(tmp_path: Path) -> None:
    """Double oracle ends in an equilibrium, whose value for seat 0 is -1/18 (Kuhn, 1950)."""
    assert trained(tmp_path, "psro:games=0")[10] < 1e-6
    found = exploit(Workspace.open(home=str(tmp_path)), parse("mine"), parse(KUHN))
    assert found.values == pytest.approx((-1 / 18, 1 / 18), abs=1e-6)


def test_fictitious_self_play_comes_closer(tmp_path: Path) -> None:
    told = trained(tmp_path, "fictitious_self_play", steps=20)
    assert told[20] < 0.12 < told[3]


def test_a_learnt_oracle_comes_closer_too(tmp_path: Path) -> None:
    oracle = "oracle=q_learning,oracle_steps=3000"
    told = trained(tmp_path, f"psro:games=50,{oracle}", steps=8)
    assert told[8] < 0.5 * told[2]


def test_a_mixture_draws_one_member_a_match_by_its_odds(tmp_path: Path) -> None:
    """Rock, paper and scissors, each for sure: a third each, drawn for each seat by itself."""
    trained(tmp_path, "psro:games=0", "matrix_rps", 8)
    mixture = made(tmp_path, "mine")
    make = environment_maker(Workspace.open().registry, parse("matrix_rps"))[0]
    matches = [Match(n, (0, 0), 7 * n + 1, n) for n in range(3000)]
    played = np.array([e.log[1::2] for e in play(make, [mixture], matches)])
    counts = np.zeros((3, 3))
    np.add.at(counts, tuple(played.T), 1)
    assert np.abs(counts / 3000 - 1 / 9).max() < 4 * np.sqrt(8 / 81 / 3000)


def test_what_a_mixture_states_is_its_members_weighed_by_what_they_did(tmp_path: Path) -> None:
    trained(tmp_path, "fictitious_self_play", "leduc_poker", 3)
    mixture = made(tmp_path, "mine")
    make = environment_maker(Workspace.open().registry, parse("leduc_poker"))[0]
    tree = enumerate_game(make())
    plans = [
        plan_of(tree, ask(made(tmp_path, f"mine:member={n}"), tree, make, 1).odds) for n in range(3)
    ]
    whole = plan_of(tree, ask(mixture, tree, make, 1).odds)
    assert whole == pytest.approx(mixed_plan(tree, plans, np.full((2, 3), 1 / 3)))


def test_a_best_answer_gets_what_the_best_answer_is_worth() -> None:
    tree = enumerate_game(environment_maker(Workspace.open().registry, parse(KUHN))[0]())
    even = plan_of(tree, tree.even())
    best = plan_of(tree, best_answer(tree, even))
    expected = worths(tree, tree.even()).best
    assert returns_of(tree, [best, even])[0] == pytest.approx(expected[0])
    assert returns_of(tree, [even, best])[1] == pytest.approx(expected[1])


def test_nash_of_games_with_known_answers() -> None:
    """2 by 2 without a saddle point: row (d - c) / (a - b - c + d); and one with a saddle point."""
    game = np.array([[3.0, -1.0], [-2.0, 1.0]])
    assert nash(np.stack([game, -game])) == pytest.approx(
        np.array([[3 / 7, 4 / 7], [2 / 7, 5 / 7]]), abs=1e-6
    )
    saddle = np.array([[0.0, 2.0], [-3.0, 5.0]])
    assert nash(np.stack([saddle, -saddle])) == pytest.approx(np.eye(2)[[0, 0]], abs=1e-6)


@pytest.mark.parametrize("name", SOLVERS)
def test_every_meta_solver_gives_thirds_where_members_beat_each_other_in_a_circle(
    name: str,
) -> None:
    game = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]])
    assert SOLVERS[name](np.stack([game, -game])) == pytest.approx(np.full((2, 3), 1 / 3), abs=1e-6)


@pytest.mark.parametrize("name", ["nash", "prd", "alpha_rank"])
def test_who_is_always_worse_is_not_played(name: str) -> None:
    game = np.array([[0.0, 1.0], [-1.0, 0.0]])
    assert SOLVERS[name](np.stack([game, -game]))[:, 0] == pytest.approx(np.ones(2), abs=0.03)


def test_members_enter_by_their_number(tmp_path: Path) -> None:
    trained(tmp_path, "psro:games=10", steps=3)
    assert made(tmp_path, "mine:member=-1").mixture.tolist() == [[0.0, 0.0, 1.0]] * 2
    with pytest.raises(BadParameter, match="members 0 to 2"):
        made(tmp_path, "mine:member=3")


@pytest.mark.parametrize(
    ("trainer", "game", "why"),
    [
        ("psro", "tic_tac_toe", "more than 20,000 positions.*oracle=q_learning"),
        ("psro", "matrix_pd", "use meta=prd"),
        ("psro", "kuhn_poker:players=3", "use fictitious_self_play"),
        ("fictitious_self_play", "tiny_hanabi", "nobody is met"),
        ("psro:oracle=cfr", KUHN, "cannot learn to answer"),
        ("psro:oracle=sarsaa", KUHN, "did you mean 'sarsa'"),
    ],
)
def test_what_it_cannot_do_is_said(tmp_path: Path, trainer: str, game: str, why: str) -> None:
    with pytest.raises((Unsuitable, UsageError), match=why):
        trained(tmp_path, trainer, game, 2)


@pytest.mark.slow
def test_psro_gets_closer_in_leduc_poker(tmp_path: Path) -> None:
    """Even play has a NashConv of 4.747222 (OpenSpiel); a mixture of 40 answers 1.27."""
    told = trained(tmp_path, "psro:games=0", "leduc_poker", 40)
    assert told[40] < 1.4 < told[20] < told[2]
