"""An agent, an environment and a trainer, each a distribution of its own, plugged in by pip."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def site(make_site: Callable[[], Any]) -> Any:
    """Return a site with the three distributions installed."""
    made = make_site()
    made.install(HERE / "arena-parrot", HERE / "arena-sticks", HERE / "arena-averages")
    return made


def test_they_are_listed_with_what_they_bring(site: Any) -> None:
    rows = [json.loads(line) for line in site.arena("plugins", "--json").splitlines()]
    brings = {row["name"]: row["brings"] for row in rows}
    assert brings["parrot"] == ["agents: parrot"]
    assert brings["sticks"] == ["environments: sticks"]
    assert brings["averages"] == ["agents: average_player", "trainers: averages"]


def test_the_agent_plays_a_built_in_game(site: Any) -> None:
    out = site.arena(
        "tournament", "tic_tac_toe", "--games", 20, "--json",
        "--agent", "parrot", "--agent", "other=parrot:place=4", "--agent", "random",
    )  # fmt: skip
    told = json.loads(out)
    assert told["faults"] == 0 and told["voided"] == 0 and told["matches"] == 60
    assert {row["entrant"] for row in told["standings"]} == {"parrot", "other", "random"}


def test_the_game_is_played_by_the_agent_and_by_built_in_ones(site: Any) -> None:
    out = site.arena(
        "tournament", "sticks:most=9", "--games", 20, "--json", "--agent", "parrot",
        "--agent", "first_legal", "--agent", "random",
    )  # fmt: skip
    told = json.loads(out)
    assert told["environment"] == "sticks:most=9" and told["faults"] == told["voided"] == 0
    assert told["matches"] == 60
    assert json.loads(site.arena("verify", "--json"))["mismatched"] == 0


def test_the_trainer_trains_in_both_games_and_what_it_makes_plays(site: Any) -> None:
    for game, name in (("sticks", "sticker"), ("tic_tac_toe", "ticker")):
        made = json.loads(
            site.arena("train", "averages", game, "--steps", 4000, "--name", name, "--json")
        )
        assert made["name"] == name and made["steps"] >= 4000
        assert made["metrics"]["cells"] > 10
    players = ("--agent", "sticker", "--agent", "random")
    told = json.loads(site.arena("tournament", "sticks", "--games", 400, "--json", *players))
    score = {row["entrant"]: row["score"] / row["played"] for row in told["standings"]}
    assert score["sticker"] > 0.6  # 8 standard errors above one half


def test_a_tournament_trains_an_entrant_once(site: Any, tmp_path: Path) -> None:
    file = tmp_path / "learners.toml"
    file.write_text("""
        [tournament]
        environment = "sticks"
        format = { name = "round_robin", games = 10 }
        [[entrants]]
        agent = "parrot"
        [[entrants]]
        name = "student"
        train = { trainer = "averages", games = 16, steps = 600, seed = 1 }
    """)
    for _ in range(2):
        told = json.loads(site.arena("tournament", file, "--json"))
        assert {row["entrant"] for row in told["standings"]} == {"parrot", "student"}
    rows = [json.loads(line) for line in site.arena("agents", "--json").splitlines()]
    assert sum(row["name"].startswith("averages-sticks-") for row in rows) == 1


@pytest.mark.parametrize(
    "what", [("agent", "parrot"), ("environment", "sticks"), ("trainer", "averages")]
)
def test_they_keep_the_rules(site: Any, what: tuple[str, str]) -> None:
    told = json.loads(site.arena("check", *what, "--json"))
    assert told["checked"] == " ".join(what) and len(told["held"]) > 8


def test_a_wrong_parameter_says_what_there_is(site: Any) -> None:
    error = site.arena("check", "environment", "sticks:heap=5", code=2)
    assert error.startswith(
        "arena: environment 'sticks' has no parameter 'heap' (it takes least: int = 7, most: int"
    )


def test_two_owners_of_one_name_are_an_error_that_names_both(site: Any, tmp_path: Path) -> None:
    again = tmp_path / "again.py"
    again.write_text(
        "import arena\n\n@arena.hookimpl\ndef arena_agents():\n    return {'parrot': arena.Agent}\n"
    )
    error = site.arena("--plugin", again, "agents", code=2)
    assert "'parrot'" in error and "'again.py'" in error


def test_one_that_cannot_be_imported_is_a_warning_and_no_more(
    make_site: Callable[[], Any], tmp_path: Path
) -> None:
    source = tmp_path / "arena-parrot"
    (source).mkdir()
    (source / "pyproject.toml").write_text((HERE / "arena-parrot" / "pyproject.toml").read_text())
    (source / "arena_parrot.py").write_text("import a_library_that_is_not_there\n")
    site = make_site()
    site.install(source)
    done = site.python("-m", "arena.cli", "agents", "--json")
    assert done.returncode == 0 and '"random"' in done.stdout
    (line,) = done.stderr.splitlines()
    assert "'parrot'" in line and "a_library_that_is_not_there" in line
