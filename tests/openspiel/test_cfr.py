"""OpenSpiel's solvers as trainers: known exploitabilities, and what plays their policies."""

from __future__ import annotations

import json

import numpy as np
import pyspiel
import pytest
from arena_openspiel import cfr
from arena_openspiel.loading import facts
from arena_openspiel.policy_table import Odds, key_of

from arena.errors import BadParameter, Unsuitable, UsageError
from arena.exploit import exploit
from arena.lookup import environment_maker, find_game, find_player, make_agent
from arena.playing import play
from arena.records import Match
from arena.seeds import derive
from arena.specs import parse
from arena.training import Order, train
from arena.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    return Workspace.open(str(tmp_path / "home"))


@pytest.fixture
def trained(workspace):
    """Train, and return the checkpoint's exploitability as `arena exploit` finds it."""

    def run(trainer, game, steps, seed=0):
        order = Order(parse(trainer), parse(game), "solved", steps, seed)
        kept = train(workspace, order)
        found = exploit(workspace, parse("solved"), parse(game))
        assert found.exact and found.policy == "stated"
        assert kept.meta["metrics"]["exploitability"] == pytest.approx(found.exploitability)
        return found

    return run


# figures of the project's reference, measured with pyspiel 2.0.2
KUHN = [(100, 0.008226), (1_000, 0.000938), (10_000, 0.000113)]


@pytest.mark.parametrize(("steps", "expected"), KUHN)
def test_cfr_of_kuhn(trained, steps, expected):
    found = trained("cfr", "kuhn_poker", steps)
    assert found.exploitability == pytest.approx(expected, abs=5e-7)
    # the game's value to the first seat is -1/18 (OpenSpiel's sequence_form_lp_test)
    assert found.values[0] == pytest.approx(-1 / 18, abs=found.nash_conv)


def test_cfr_of_leduc(trained):
    assert trained("cfr", "leduc_poker", 100).exploitability == pytest.approx(0.0957, abs=5e-5)


@pytest.mark.slow
def test_cfr_of_leduc_for_longer(trained):
    found = trained("cfr", "leduc_poker", 1_000)
    assert found.exploitability == pytest.approx(0.01182, abs=5e-6)
    assert found.values[0] == pytest.approx(-0.085606424, abs=found.nash_conv)


@pytest.mark.slow
def test_cfr_plus_of_leduc(trained):
    found = trained("cfr_plus", "leduc_poker", 1_000)
    assert found.exploitability == pytest.approx(0.000257, abs=5e-7)


@pytest.mark.parametrize("trainer", ["mccfr", "mccfr:sampling=outcome"])
def test_mccfr_of_kuhn(trained, trainer):
    # sampled: some 0.01 after 20,000 iterations, whatever the seed; the even policy has 0.458
    found = trained(trainer, "kuhn_poker", 20_000)
    assert found.exploitability < 0.05
    assert trained(trainer, "kuhn_poker", 20_000).nash_conv == found.nash_conv
    assert trained(trainer, "kuhn_poker", 20_000, seed=1).nash_conv != found.nash_conv


@pytest.mark.parametrize("trainer", ["mccfr", "mccfr:sampling=outcome"])
def test_mccfr_that_has_not_been_everywhere(trained, trainer):
    # a hundred iterations see a part of Leduc; the even policy, played elsewhere, has 2.374
    assert 1.0 < trained(trainer, "leduc_poker", 100).exploitability < 4.0


@pytest.mark.parametrize("trainer", ["cfr", "cfr_plus", "mccfr"])
def test_a_run_that_was_interrupted_ends_as_it_would_have(workspace, monkeypatch, trainer):
    whole = train(workspace, Order(parse(trainer), parse("kuhn_poker"), "whole", 60))
    done = []

    def stop(self, solver):
        done.append(iterate(self, solver))
        if len(done) == 25:
            raise KeyboardInterrupt

    kind = {"cfr": cfr.Cfr, "cfr_plus": cfr.CfrPlus, "mccfr": cfr.Mccfr}[trainer]
    iterate = kind.iterate
    monkeypatch.setattr(kind, "iterate", stop)
    order = Order(parse(trainer), parse("kuhn_poker"), "halved", 60)
    with pytest.raises(KeyboardInterrupt):
        train(workspace, order, save_seconds=0.0)
    monkeypatch.setattr(kind, "iterate", iterate)
    halved = train(workspace, order, resume=True)
    assert halved.meta["metrics"] == whole.meta["metrics"]
    assert halved.meta["steps"] == 60


def test_the_checkpoint_is_a_table_and_runs_no_code(workspace, trained):
    trained("cfr", "kuhn_poker", 10)
    folder = workspace.home / "checkpoints" / "solved"
    assert {path.suffix for path in folder.iterdir()} == {".json", ".safetensors"}
    table = Odds.read(str(folder))
    assert len(table) == 12
    np.testing.assert_allclose(table.arrays()["odds"].sum(axis=1), 1)
    assert json.loads((folder / "checkpoint.json").read_text())["agent"] == "tabular_policy"


def test_it_plays_the_odds_of_the_table(workspace, trained):
    """How often seat 0 bets a king, in some 1,000 hands: within 4 s.d. of the table's odds."""
    trained("cfr", "kuhn_poker", 200)
    table = Odds.read(str(workspace.home / "checkpoints" / "solved"))
    position = pyspiel.load_game("kuhn_poker").new_initial_state()
    for card in (2, 0):
        position.apply_action(card)
    key = key_of(0, facts("kuhn_poker", {}).sight.text(position, 0))
    assert key in table
    bets = table.of(key, [0, 1])[1]
    mixed, greedy = (bets_of_a_king(workspace, spec) for spec in ("solved", "solved:greedy=true"))
    assert mixed == pytest.approx(bets, abs=4 * np.sqrt(bets * (1 - bets) / 900))
    assert greedy == round(bets)


def bets_of_a_king(workspace, spec):
    player = find_player(workspace.registry, workspace.home, parse(spec))
    agent = make_agent(workspace.registry, workspace.home, player.ref)
    game = find_game(workspace.registry, parse("kuhn_poker"))
    make, _ = environment_maker(workspace.registry, game.ref)
    matches = [Match(n, (0, 0), derive(1, n), derive(2, n)) for n in range(3_000)]
    logs = [episode.log for episode in play(make, [agent], matches)]
    bets = [log[5] for log in logs if log[1] == 2]  # chance, card, chance, card, seat 0, action
    assert 850 < len(bets) < 1_150
    return float(np.mean(bets))


def test_who_may_play_what(workspace, trained, tmp_path):
    trained("cfr", "kuhn_poker", 10)
    with pytest.raises(Unsuitable, match="it solves openspiel/kuhn_poker"):
        exploit(workspace, parse("solved"), parse("leduc_poker"))
    for game, told in (
        ("tic_tac_toe", "nothing is hidden in it"),
        ("gymnasium/CartPole-v1", "solves OpenSpiel's games"),
        ("goofspiel", "seats move at once"),
    ):
        with pytest.raises(UsageError, match=told):
            train(workspace, Order(parse("cfr"), parse(game)))
    with pytest.raises(BadParameter, match="mccfr: epsilon=0"):
        train(workspace, Order(parse("mccfr:epsilon=0"), parse("kuhn_poker")))


def test_three_seats(trained):
    assert trained("cfr", "kuhn_poker:players=3", 200).exploitability < 0.05
