"""Tournaments from the command line: played, resumed, the same however they are played."""

from __future__ import annotations

import re
import signal
import time

import pytest

PAIR = ("--agent", "random", "--agent", "first_legal")


def moves_of(arena, tournament: int = 1) -> list:
    """Return what was played, by number: all that must not depend on how."""
    lines = arena("export", "jsonl", "--moves", "--tournament", tournament).objects
    keys = ("number", "seats", "returns", "ending", "turns", "seed", "deal", "moves", "columns")
    return [{key: line[key] for key in keys} for line in lines]


def test_the_json_of_a_tournament(arena) -> None:
    (told,) = arena(
        "tournament", "tic_tac_toe", *PAIR, "--games", 10, "--seed", 3, "--json"
    ).objects
    assert told["tournament"] == 1 and told["environment"] == "tic_tac_toe" and told["seed"] == 3
    assert told["format"] == "round_robin:games=10"
    assert (told["matches"], told["faults"], told["voided"]) == (10, 0, 0)
    assert [s["entrant"] for s in told["standings"]] == ["first_legal", "random"]
    first, second = told["standings"]
    assert first["played"] == second["played"] == 10
    assert first["wins"] == second["losses"] and first["draws"] == second["draws"]
    assert first["score"] == first["wins"] + first["draws"] / 2
    rating = told["ratings"]["bradley_terry"][0]
    assert set(rating) >= {"entrant", "rating", "low", "high", "games"}
    assert rating["low"] < rating["rating"] < rating["high"]


def test_tables_say_what_to_type_next(arena, home) -> None:
    out = arena("tournament", "tic_tac_toe", *PAIR, "--games", 4).out
    for text in ("standings", "row against the column", "ratings: bradley_terry", "4 matches"):
        assert text in out
    assert str(home / "arena.db") in out and "arena replay 1/0" in out


@pytest.mark.parametrize(
    "options",
    [("--slots", 1), ("--slots", 7), ("--workers", 2), ("--workers", 2, "--slots", 3)],
)
def test_how_it_is_played_changes_nothing(arena, options) -> None:
    """Kuhn poker: luck of chance, of seats and of search, all in one."""
    field = ("--agent", "random", "--agent", "mcts:simulations=8", "--games", 40, "--seed", 5)
    arena("tournament", "kuhn_poker", *field)
    arena("tournament", "kuhn_poker", *field, *options)
    assert moves_of(arena, 1) == moves_of(arena, 2)


def wait_for_matches(arena, running, count: int) -> None:
    """Wait until a tournament that is being played has stored more than so many matches."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and running.poll() is None:
        time.sleep(0.1)
        if sum(line["matches"] for line in arena("tournaments", "--json").objects) > count:
            return


def test_a_tournament_that_is_killed_goes_on(arena, process) -> None:
    """Nothing lost, nothing played twice: the same as one that was left alone."""
    field = ("tournament", "tic_tac_toe", *PAIR, "--games", 100_000, "--seed", 9)
    running = process(*field)
    wait_for_matches(arena, running, 2000)
    running.send_signal(signal.SIGKILL)
    running.wait()
    (told,) = arena("tournaments", "--json").objects
    assert told["state"] == "running" and 2000 < told["matches"] < 100_000
    (resumed,) = arena("tournament", "--resume", 1, "--json").objects
    (whole,) = arena(*field, "--json").objects
    assert resumed["matches"] == whole["matches"] == 100_000
    assert resumed["standings"] == whole["standings"] and resumed["ratings"] == whole["ratings"]
    assert [t["state"] for t in arena("tournaments", "--json").objects] == ["finished"] * 2


def test_an_interrupt_says_how_to_go_on(arena, process) -> None:
    running = process("tournament", "tic_tac_toe", *PAIR, "--games", 5_000_000)
    wait_for_matches(arena, running, 0)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=30)
    assert running.returncode == 1
    assert err.splitlines()[-1].endswith("go on with `arena tournament --resume 1`")
    (told,) = arena("tournaments", "--json").objects
    assert told["state"] == "interrupted"


def test_a_resume_takes_the_original_arguments_or_none(arena, fails) -> None:
    original = ("tournament", "tic_tac_toe", *PAIR, "--games", 4, "--seed", 1)
    arena(*original)
    (told,) = arena(*original, "--resume", 1, "--json").objects
    assert told["matches"] == 4
    assert "are not those of tournament 1" in fails(*original, "--games", 6, "--resume", 1)
    assert "original arguments or none" in fails("tournament", "--games", 4, "--resume", 1)
    assert "2" in fails("tournament", "--resume", 2)


def test_an_entrant_joins_a_ladder_that_is_being_played(arena, fails, tmp_path) -> None:
    file = tmp_path / "ladder.toml"
    text = (
        '[tournament]\nenvironment = "tic_tac_toe"\nformat = { name = "ladder", games = 6 }\n'
        '[[entrants]]\nagent = "random"\n[[entrants]]\nagent = "first_legal"\n'
        '[[entrants]]\nname = "r2"\nagent = "random"\n'
    )
    file.write_text(text)
    arena("tournament", file, "--seed", 1)
    before = moves_of(arena)
    file.write_text(text.replace('"first_legal"', '"minimax"'))
    ran = arena("tournament", file, "--resume", 1, "--json")
    assert "tournament 1 goes on with joins=minimax@2" in ran.err
    assert "tournament 1 goes on with leaves=first_legal@2" in ran.err
    (told,) = ran.objects
    assert told["matches"] == 6 * 6 and {s["entrant"] for s in told["standings"]} == {
        "random", "first_legal", "r2", "minimax",
    }  # fmt: skip
    assert moves_of(arena)[:18] == before
    assert "are not those of tournament 1" in fails(
        "tournament", file, "--format", "swiss", "--resume", 1
    )


def test_single_agent_games_rank_by_return_on_the_same_deals(arena) -> None:
    (told,) = arena(
        "tournament", "gymnasium/CartPole-v1", "--agent", "random", "--agent", "first_legal",
        "--games", 5, "--json",
    ).objects  # fmt: skip
    assert told["format"] == "score:games=5"
    assert [s["entrant"] for s in told["standings"]] == ["random", "first_legal"]
    assert told["standings"][0]["mean_return"] > told["standings"][1]["mean_return"]
    assert list(told["ratings"]) == ["mean_return"]
    deals = [line["deal"] for line in arena("matches", "--json").objects]
    assert len(deals) == 10 and all(deals.count(deal) == 2 for deal in deals)


def test_cooperative_games_seat_one_entrant_everywhere(arena) -> None:
    field = ("--agent", "random", "--agent", "first_legal", "--games", 3)
    (told,) = arena("tournament", "tiny_hanabi", *field, "--json").objects
    lines = arena("matches", "--json").objects
    assert {tuple(line["seats"]) for line in lines} == {
        ("random", "random"), ("first_legal", "first_legal"),
    }  # fmt: skip
    first = next(s for s in told["standings"] if s["entrant"] == "first_legal")
    returns = [sum(m["returns"]) for m in lines if m["seats"][0] == "first_legal"]
    assert first["mean_return"] == pytest.approx(sum(returns) / 3)


def test_games_of_three_seats_balance_them(arena) -> None:
    field = ("--agent", "random", "--agent", "first_legal", "--agent", "x=random")
    arena("tournament", "kuhn_poker:players=3", *field, "--games", 6)
    seats = [line["seats"] for line in arena("matches", "--json").objects]
    for name in ("random", "first_legal", "x"):
        assert [sum(s[i] == name for s in seats) for i in range(3)] == [2, 2, 2]


def test_gauntlet(arena) -> None:
    field = (*PAIR, "--agent", "x=random", "--format", "gauntlet:games=4")
    (told,) = arena("tournament", "tic_tac_toe", *field, "--json").objects
    assert {s["entrant"]: s["played"] for s in told["standings"]} == {
        "random": 8, "first_legal": 4, "x": 4,
    }  # fmt: skip


def test_a_definition_of_ones_own(arena, tmp_path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        '[tournament]\nenvironment = "tic_tac_toe"\nformat = { name = "gauntlet", games = 2 }\n'
        'ratings = ["elo:k=4"]\nseed = 7\n[[entrants]]\nagent = "random"\n'
        '[[entrants]]\nname = "second"\nagent = "random"\n'
    )
    (told,) = arena("tournament", file, "--json").objects
    assert told["format"] == "gauntlet:games=2" and list(told["ratings"]) == ["elo:k=4"]
    assert {s["entrant"] for s in told["standings"]} == {"random", "second"}
    (told,) = arena(
        "tournament", file, *PAIR, "--format", "round_robin", "--seed", 8, "--json"
    ).objects
    assert told["seed"] == 8 and told["format"] == "round_robin"


def test_matches_with_the_seats_as_named(arena) -> None:
    lines = arena("match", "tic_tac_toe", "first_legal", "random", "--games", 3, "--json").objects
    assert [line["seats"] for line in lines] == [["first_legal", "random"]] * 3
    out = arena("match", "tic_tac_toe", "first_legal", "first_legal", "--show").out
    assert "seat 0: first_legal, seat 1: first_legal-2" in out
    assert "terminal after 7 turns: first_legal 1, first_legal-2 -1" in out


def test_an_agent_from_a_file(arena, tmp_path) -> None:
    (tmp_path / "bot.py").write_text(
        "import arena\n\nclass Bot(arena.Agent):\n"
        "    def __init__(self, last: bool = False):\n        self.last = last\n\n"
        "    def act(self, observation):\n"
        "        return observation.legal[-1 if self.last else 0]\n"
    )
    spec = f"{tmp_path / 'bot.py'}:Bot"
    for workers in (1, 2):
        (told,) = arena(
            "tournament", "tic_tac_toe", "--agent", f"bot={spec}",
            "--agent", f"b2={spec}:last=true", "--games", 2, "--workers", workers, "--json",
        ).objects  # fmt: skip
        assert told["faults"] == 0
        assert {s["entrant"] for s in told["standings"]} == {"bot", "b2"}


@pytest.mark.parametrize(
    ("format_", "told"),
    [
        ("knockout", ["places\nentrant", "ties\nstage", "by\nfinal ", "is the champion."]),
        ("swiss", ["table\nentrant", "points  buchholz  score  byes\n"]),
        ("ladder", ["order\nentrant", "games  above next\n"]),
        ("sprt", ["Seen: ", "pairs by points, fewest first: ("]),
    ],
)
def test_what_a_format_concludes_is_shown(arena, format_, told) -> None:
    out = arena("tournament", "tic_tac_toe", *PAIR, "--format", format_, "--games", 4).out
    shown = "\n".join(line.rstrip() for line in out.splitlines())
    assert all(text in shown for text in told), out


def test_means_with_intervals_are_shown_as_one(arena) -> None:
    out = arena("tournament", "coin_game:episode_length=5", *PAIR, "--seed", 1,
                "--format", "focal_background:games=6").out  # fmt: skip
    assert re.search(r"entrants\nentrant +matches +focal +background +difference", out)
    assert re.search(r"first_legal +6 +\S+ \(\S+ to \S+\)", out)
