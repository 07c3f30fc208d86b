"""`arena bench` says the same whichever driver plays."""

from __future__ import annotations

import pytest

QUICK = ("--seconds", 0.05)
PACE = {"slots", "workers", "games", "games_per_second", "moves_per_second", "decisions_per_second"}


@pytest.mark.parametrize(
    ("game", "driver", "slots"),
    [("tic_tac_toe", "objects", [64, 16]), ("tensor/tic_tac_toe", "columns", [4096, 2048])],
)
def test_both_drivers_tell_the_same_things(arena, home, game, driver, slots) -> None:
    options = ("--slots", ",".join(map(str, slots)), "--workers", 1, "--json")
    told = arena("bench", game, *QUICK, *options).objects[0]
    assert told.keys() == {"environment", "agents", "driver", "share", "scaling", "why"} | PACE
    assert (told["environment"], told["driver"]) == (game, driver)
    assert (told["agents"], told["why"]) == (["random", "random-2"], "")
    assert told["share"].keys() == {"game", "agents", "referee", "store"}
    assert sum(told["share"].values()) == pytest.approx(1)
    assert all(0 < share < 1 for share in told["share"].values())
    assert [pace["slots"] for pace in told["scaling"]] == slots
    assert {name: told[name] for name in PACE} == told["scaling"][0]
    for pace in told["scaling"]:
        assert pace["games"] > 0
        assert 5 <= pace["moves_per_second"] / pace["games_per_second"] <= 9
        assert pace["moves_per_second"] == pace["decisions_per_second"]
    assert not any(home.glob("*.db"))  # nothing of it stays


def test_two_who_move_at_once_decide_twice_a_move(arena) -> None:
    told = arena("bench", "matching_pennies_3p", "--games", 30, *QUICK, "--workers", 1, "--json")
    for pace in told.objects[0]["scaling"]:
        assert pace["decisions_per_second"] == pytest.approx(3 * pace["moves_per_second"])
        assert pace["games_per_second"] == pytest.approx(pace["moves_per_second"])


def test_nature_decides_nothing(arena) -> None:
    told = arena("bench", "kuhn_poker", *QUICK, "--workers", 1, "--slots", 16, "--json").objects[0]
    assert told["moves_per_second"] == pytest.approx(told["decisions_per_second"])
    assert 2 <= told["moves_per_second"] / told["games_per_second"] <= 3


def test_a_search_is_the_agents_time(arena) -> None:
    """Also what it does to worlds that are of the game's class."""
    options = ("--agent", "mcts:simulations=200", "--agent", "first_legal")
    told = arena(
        "bench", "tic_tac_toe", *QUICK, *options, "--workers", 1, "--slots", 4, "--json"
    ).objects[0]
    assert told["share"]["agents"] > 0.7


def test_as_text(arena) -> None:
    out = arena("bench", "tic_tac_toe", *QUICK, "--slots", "16", "--workers", "1,2").out
    assert "tic_tac_toe, random - random-2, driver objects: " in out
    lines = [line.split() for line in out.splitlines()]
    assert ["games", "in", "flight", "workers", "games/s", "moves/s", "decisions/s"] in lines
    assert [line[:2] for line in lines[-2:]] == [["16", "1"], ["16", "2"]]


@pytest.mark.parametrize("bad", ["0", "16,", "many", "-1", "1.5"])
def test_bad_counts(fails, bad) -> None:
    assert "is not a list of positive numbers" in fails("bench", "tic_tac_toe", "--slots", bad)
