"""The history from the command line: listed, filtered, replayed, verified, rated, exported."""

from __future__ import annotations

import csv
import io
import json
import sqlite3

import numpy as np
import pytest

from arena.store.codec import decode_array, encode_array

PAIR = ("--agent", "random", "--agent", "first_legal")


@pytest.fixture
def played(arena):
    """Two tournaments: 30 matches of tic_tac_toe and 6 of kuhn_poker."""
    arena("tournament", "tic_tac_toe", *PAIR, "--games", 30, "--seed", 1)
    arena("tournament", "kuhn_poker", *PAIR, "--games", 6, "--seed", 1)
    return arena


def test_empty_lists_print_nothing_and_succeed(arena) -> None:
    for command in ("matches", "tournaments", "ratings", "verify"):
        ran = arena(command, "--json")
        assert ran.out == "" or ran.objects == [{"checked": 0, "mismatched": 0, "skipped": 0}]


def test_matches(played) -> None:
    lines = played("matches", "--json").objects
    assert len(lines) == 20 and lines == sorted(lines, key=lambda line: line["match"])
    assert set(lines[0]) >= {
        "match", "number", "tournament", "environment", "seats", "returns", "ending", "turns",
        "seed", "deal", "faults", "started",
    }  # fmt: skip
    assert len(played("matches", "--limit", 0, "--json").objects) == 36
    for name in ("tic_tac_toe", "openspiel/tic_tac_toe"):
        found = played("matches", "--environment", name, "--limit", 0, "--json").objects
        assert len(found) == 30 and {line["environment"] for line in found} == {"tic_tac_toe"}
    assert len(played("matches", "--tournament", 2, "--json").objects) == 6
    assert played("matches", "--agent", "nobody", "--json").out == ""


def test_results_of_an_agent(played) -> None:
    ask = ("matches", "--environment", "tic_tac_toe", "--agent", "random", "--limit", 0, "--json")
    counts = {r: len(played(*ask, "--result", r).objects) for r in ("win", "draw", "loss")}
    assert sum(counts.values()) == 30
    for line in played(*ask, "--result", "win").objects:
        assert line["returns"][line["seats"].index("random")] == 1.0


def test_replay(played) -> None:
    out = played("replay", "1/0").out
    assert "seat 0: random, seat 1: first_legal" in out and "terminal after" in out
    (told,) = played("replay", "1/0", "--json").objects
    assert set(told) >= {"match", "seats", "moves", "labels", "columns", "returns"}
    assert len(told["labels"]) == len(told["moves"]) and told["labels"][0].startswith("x(")
    (line,) = [m for m in played("matches", "--tournament", 1, "--limit", 0, "--json").objects
               if m["match"] == told["match"]]  # fmt: skip
    assert line["returns"] == told["returns"] and line["turns"] == len(told["moves"])


def test_verify_finds_what_was_changed(played, home) -> None:
    (counts,) = played("verify", "--json").objects
    assert counts == {"checked": 36, "mismatched": 0, "skipped": 0}
    with sqlite3.connect(home / "arena.db") as connection:
        block, count, numbers, returns = connection.execute(
            "SELECT id, matches, numbers, returns FROM blocks WHERE tournament_id = 1"
        ).fetchone()
        row = decode_array(numbers, count, np.int64).tolist().index(3)
        kept = decode_array(returns, 2 * count, np.float64).reshape(count, 2)
        kept[row] = [0.5, 0.5]
        change = "UPDATE blocks SET returns = ? WHERE id = ?"
        connection.execute(change, [encode_array(kept), block])
    connection.close()
    ran = played("verify", 1, "--json", code=1)
    assert ran.objects == [{"checked": 29, "mismatched": 1, "skipped": 0}]
    assert "1/3" in ran.err


def test_ratings(played) -> None:
    lines = played("ratings", "--json").objects
    assert [(line["environment"], line["system"]) for line in lines] == [
        ("kuhn_poker", "bradley_terry"), ("tic_tac_toe", "bradley_terry"),
    ]  # fmt: skip
    (line,) = played("ratings", "tic_tac_toe", "--system", "elo:k=4,initial=1000", "--json").objects
    assert sum(r["rating"] for r in line["ratings"]) == pytest.approx(2000)
    assert all(r["games"] == 30 and r["low"] is None for r in line["ratings"])


def test_compare(played) -> None:
    ask = ("compare", "first_legal", "random", "--environment", "tic_tac_toe")
    (told,) = played(*ask, "--json").objects
    assert told["games"] == 30 and told["low"] < told["difference"] < told["high"]
    assert sum(told["pentanomial"]) == 15
    assert "95 % interval" in played(*ask).out


def test_export(played) -> None:
    lines = played("export", "jsonl", "--environment", "kuhn_poker").objects
    assert len(lines) == 6
    rows = list(csv.DictReader(io.StringIO(played("export", "csv").out)))
    assert len(rows) == 36 and {row["seat_0"] for row in rows} == {"random", "first_legal"}


def test_tournaments(played) -> None:
    lines = played("tournaments", "--json").objects
    assert [line["tournament"] for line in lines] == [1, 2]
    assert set(lines[0]) >= {
        "tournament", "environment", "format", "seed", "state", "matches", "started",
    }  # fmt: skip
    assert json.dumps(lines[0]["state"]) == '"finished"'


def test_a_game_that_is_played_twice_counts_once(played) -> None:
    """The same seed and field again is the same evidence again; another seed is more of it."""
    played("tournament", "tic_tac_toe", *PAIR, "--games", 40, "--seed", 1)
    (line,) = played("ratings", "tic_tac_toe", "--json").objects
    assert {r["games"] for r in line["ratings"]} == {40}
    played("tournament", "tic_tac_toe", *PAIR, "--games", 40, "--seed", 2)
    (line,) = played("ratings", "tic_tac_toe", "--json").objects
    assert {r["games"] for r in line["ratings"]} == {80}
