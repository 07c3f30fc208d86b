"""`arena ratings` as a user types it."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET

import pytest

FIELD = ("--agent", "random", "--agent", "first_legal", "--agent", "other=random")


@pytest.fixture
def played(arena):
    """A round robin of three, two of them the same."""
    arena("tournament", "tic_tac_toe", *FIELD, "--games", 20, "--seed", 3, "--json")
    return arena


def test_ranks_are_shared_by_those_that_cannot_be_told_apart(played) -> None:
    (line,) = played("ratings", "tic_tac_toe", "--json").objects
    assert line["notes"][0].startswith("Holding seat 0 is worth +")
    assert set(line["cyclicity"]) == {"share", "p"}
    for told in line["ratings"]:
        assert 1 <= told["rank_low"] <= told["rank"] <= told["rank_high"] <= 3
    by_name = {told["entrant"]: told for told in line["ratings"]}
    assert by_name["random"]["rank"] == by_name["other"]["rank"]
    out = played("ratings", "tic_tac_toe").out
    assert "rank" in out and "places" in out and "above next" in out and "Cyclicity: " in out


def test_systems_without_intervals_have_no_ranks(played) -> None:
    (line,) = played("ratings", "tic_tac_toe", "--system", "elo:shuffles=10", "--json").objects
    assert all(told["rank"] is None for told in line["ratings"])
    assert "rank" not in played("ratings", "tic_tac_toe", "--system", "elo").out
    out = played("ratings", "tic_tac_toe", "--system", "openskill", "--pairs").out
    assert "openskill gives no intervals, and so no likelihoods" in out


def test_pairs(played) -> None:
    (line,) = played("ratings", "tic_tac_toe", "--pairs", "--json").objects
    odds = {(one["entrant"], one["over"]): one["likelihood"] for one in line["superiority"]}
    assert len(odds) == 6
    assert odds["random", "other"] + odds["other", "random"] == pytest.approx(1)
    assert "the row is better than the column" in played("ratings", "--pairs").out


@pytest.mark.parametrize(
    "system", ["glicko2:tau=0.3,period=20", "openskill", "alpha_rank", "nash_averaging",
               "maximal_lotteries", "mean_return", "bradley_terry:intervals=bootstrap"],
)  # fmt: skip
def test_every_system(played, system) -> None:
    (line,) = played("ratings", "tic_tac_toe", "--system", system, "--json").objects
    assert line["system"] == system
    assert {told["entrant"] for told in line["ratings"]} == {"random", "first_legal", "other"}


def test_a_schedule_that_falls_apart_is_said_so(arena) -> None:
    arena("match", "tic_tac_toe", "random", "first_legal", "--games", 4)
    arena("match", "tic_tac_toe", "a=random", "b=random", "--games", 4)
    (line,) = arena("ratings", "tic_tac_toe", "--json").objects
    assert "falls into 2 groups that never met" in line["notes"][0]
    assert "falls into 2 groups that never met" in " ".join(
        arena("ratings", "tic_tac_toe").out.split()
    )
    ran = arena("ratings", "tic_tac_toe", "--system", "bradley_terry:prior=0", code=2)
    assert "no games link" in ran.err and "prior=1" in ran.err


def test_a_picture(played, tmp_path) -> None:
    png, svg = tmp_path / "out.png", tmp_path / "out.svg"
    (line,) = played("ratings", "tic_tac_toe", "--plot", png, "--json").objects
    assert line["system"] == "bradley_terry"
    assert png.read_bytes().startswith(b"\x89PNG")
    played("ratings", "tic_tac_toe", "--plot", svg, "--system", "elo")
    text = " ".join(ET.parse(svg).getroot().itertext())
    for told in ("first_legal", "other", "online Elo", "share of the points", "tic_tac_toe: elo"):
        assert told in text
    first = svg.read_bytes()
    played("ratings", "tic_tac_toe", "--plot", svg, "--system", "elo")
    assert svg.read_bytes() == first, "the same ratings make the same file"


def test_a_picture_of_games_in_which_nobody_meets(arena, tmp_path) -> None:
    arena("tournament", "gymnasium/FrozenLake-v1", "--agent", "random", "--agent", "$x$=random",
          "--games", 4, "--seed", 1, "--json")  # fmt: skip
    svg = tmp_path / "out.svg"
    arena("ratings", "gymnasium/FrozenLake-v1", "--plot", svg)
    text = " ".join(ET.parse(svg).getroot().itertext())
    assert "$x$" in text and text.count("nobody met another") == 2


def test_a_picture_that_cannot_be_made(played, fails, tmp_path, monkeypatch) -> None:
    ask = ("ratings", "tic_tac_toe", "--plot")
    assert "neither a .png nor a .svg" in fails(*ask, tmp_path / "out.pdf")
    assert "is no folder; make it first" in fails(*ask, tmp_path / "no" / "out.png")
    played("match", "kuhn_poker", "random", "random2=random", "--games", 2)
    assert "name it" in fails("ratings", "--plot", tmp_path / "out.png")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert "pip install 'arena-games[plot]'" in fails(*ask, tmp_path / "out.png")
