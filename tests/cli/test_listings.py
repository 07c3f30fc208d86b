"""Listings: what there is, of every plugin."""

from __future__ import annotations

import json

import pytest


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("agents", {"random", "first_legal", "human", "minimax", "mcts", "openspiel_mcts"}),
        ("trainers", {"q_learning"}),
        ("formats", {"round_robin", "gauntlet", "score"}),
        ("raters", {"elo", "bradley_terry", "mean_return"}),
        ("stores", {"sqlite", "postgresql"}),
        ("executors", {"here", "processes"}),
        ("plugins", {"stock", "openspiel", "pettingzoo", "gymnasium", "search", "tabular"}),
    ],
)
def test_listings(arena, command, expected) -> None:
    assert {line["name"] for line in arena(command, "--json").objects} >= expected
    out = arena(command).out
    assert all(name in out for name in expected)


def test_all_about_one(arena, fails) -> None:
    out = arena("formats", "swiss").out
    assert out.startswith("swiss (stock)\n\n`rounds` rounds") and "as NAME@ROUND" in out
    assert "  rounds: int (optional)\n  games: int = 2\n" in out
    (told,) = arena("raters", "bradley_terry", "--json").objects
    assert "draws: half|davidson = half" in told["parameters"]
    assert "Papke and Wooldridge" in told["about"]
    assert "no format 'swis'; did you mean 'swiss'" in fails("formats", "swis")


def test_a_table_has_room_for_some_parameters_only(arena) -> None:
    rows = {row["name"]: row["parameters"] for row in arena("trainers", "--json").objects}
    assert len(rows["sb3_ppo"]) > 20
    words = " ".join(arena("trainers").out.split())
    assert f"and {len(rows['sb3_ppo']) - 6} more: arena" in words
    assert "alpha: float = 0.5" in words and "slots: int (optional)" in words


def test_environments(arena) -> None:
    lines = {line["name"]: line for line in arena("environments", "--json").objects}
    assert lines["openspiel/tic_tac_toe"]["alias"] == "tic_tac_toe"
    assert lines["openspiel/tic_tac_toe"]["seats"] == 2
    assert lines["openspiel/mfg_crowd_modelling"]["unsuitable"]
    assert {"pettingzoo/tictactoe_v3", "mpe2/simple_spread_v3", "gymnasium/CartPole-v1"} <= set(
        lines
    )
    assert len([name for name in lines if name.startswith("openspiel/")]) >= 120


def test_help_lists_every_command(arena) -> None:
    out = arena("--help").out
    for command in ("tournament", "match", "play", "train", "replay", "verify", "compare", "new"):
        assert f"  {command} " in out
    for command in ("tournament", "train", "matches"):
        assert "Usage: arena" in arena(command, "--help").out


def test_scorers_are_listed(arena) -> None:
    rows = map(json.loads, arena("scorers", "--json").out.splitlines())
    assert {"rules", "reward_model", "dpo"} <= {row["name"] for row in rows}
