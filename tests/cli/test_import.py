"""`arena import`: results played elsewhere become a part of the history."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from arena.errors import StoreError
from arena.importing import import_results
from arena.workspace import Workspace


@pytest.fixture
def results(tmp_path):
    """A file of 60 results of three players, who win the more the earlier they come."""
    rng = np.random.default_rng(1)
    path = tmp_path / "results.csv"
    lines = ["left,right,winner"]
    for number in range(60):
        a, b = [(0, 1), (1, 2), (2, 0)][number % 3]
        luck = rng.random()
        winner = "tie" if luck < 0.1 else "left" if (luck < 0.8) is (a < b) else "right"
        lines.append(f"{'abc'[a]},{'abc'[b]},{winner}")
    path.write_text("\n".join(lines) + "\n")
    return path


def test_everything_works_on_what_was_imported(arena, results) -> None:
    (done,) = arena("import", results, "--environment", "club", "--json").objects
    assert done == {
        "tournament": 1, "environment": "club", "matches": 60, "entrants": 3, "skipped": 0,
    }  # fmt: skip
    rows = arena("matches", "--environment", "club", "--limit", 0, "--json").objects
    assert [row["number"] for row in rows] == list(range(60))
    assert rows[0]["seats"] == ["a", "b"] and set(map(sum, (r["returns"] for r in rows))) == {1}
    assert {(r["seed"], r["deal"], r["turns"], r["ending"]) for r in rows} == {
        (-1, -1, 0, "terminal")
    }  # fmt: skip
    for system in ("bradley_terry", "elo", "glicko2", "openskill", "alpha_rank", "mean_return"):
        (line,) = arena("ratings", "club", "--system", system, "--json").objects
        assert {told["entrant"]: told["games"] for told in line["ratings"]} == dict.fromkeys(
            "abc", 40
        )
    (told,) = arena("compare", "a", "b", "--environment", "club", "--json").objects
    assert told["games"] == 20 and sum(told["pentanomial"]) == 0
    (counts,) = arena("verify", "--json").objects
    assert counts == {"checked": 0, "mismatched": 0, "skipped": 60}
    assert len(list(csv.DictReader(io.StringIO(arena("export", "csv").out)))) == 60
    (listed,) = arena("tournaments", "--json").objects
    assert (listed["kind"], listed["format"], listed["state"]) == ("import", "import", "finished")
    assert "60 matches of 3 players of other: tournament 2." in arena(
        "import", results, "--environment", "other"
    ).out.replace("\n", " ")


def test_an_installed_game_keeps_its_returns_and_its_players(arena, results) -> None:
    arena("match", "tic_tac_toe", "random", "first_legal", "--games", 4, "--json")
    arena("import", results, "--environment", "tic_tac_toe")
    rows = arena(
        "matches", "--environment", "openspiel/tic_tac_toe", "--json", "--limit", 60
    ).objects
    assert set(map(tuple, (row["returns"] for row in rows))) == {(1, -1), (0, 0), (-1, 1)}
    (line,) = arena("ratings", "tic_tac_toe", "--json").objects
    assert {told["entrant"] for told in line["ratings"]} == {*"abc", "random", "first_legal"}
    assert "groups that never met" in line["notes"][0]


def test_a_player_of_the_same_name_is_another_player(arena, tmp_path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("left,right,score\nrandom,first_legal,1\n")
    arena("match", "tic_tac_toe", "random", "first_legal", "--games", 4, "--json")
    arena("import", path, "--environment", "tic_tac_toe")
    (line,) = arena("ratings", "tic_tac_toe", "--json").objects
    assert len(line["ratings"]) == 4


def test_pgn(arena, tmp_path) -> None:
    path = tmp_path / "games.pgn"
    path.write_text('[White "w"]\n[Black "b"]\n[Result "0-1"]\n\n1. f3 e5 2. g4 Qh4# 0-1\n'
                    '[White "w"]\n[Black "b"]\n[Result "*"]\n\n*\n')  # fmt: skip
    assert "1 without a result skipped" in arena("import", path, "--environment", "chess").out
    (row,) = arena("matches", "--environment", "openspiel/chess", "--json").objects
    assert (row["seats"], row["returns"]) == (["w", "b"], [-1, 1])


def test_the_same_file_counts_once(arena, fails, results) -> None:
    arena("import", results, "--environment", "club")
    assert "is in the history already, as tournament 1" in fails(
        "import", results, "--environment", "club"
    )


def test_an_interrupted_import_is_finished(home, results, monkeypatch) -> None:
    workspace = Workspace.open(str(home))
    store = workspace.store
    monkeypatch.setattr("arena.importing._BLOCK", 20)
    add, calls = store.add, []

    def full(tournament, episodes):
        calls.append(tournament)
        if len(calls) == 2:
            raise StoreError("disk full")
        return add(tournament, episodes)

    monkeypatch.setattr(store, "add", full)
    with pytest.raises(StoreError):
        import_results(workspace, results, "club")
    assert (store.tournament(1).state, store.tournament(1).matches) == ("interrupted", 20)
    assert import_results(workspace, results, "club").tournament == 1
    assert (store.tournament(1).state, store.tournament(1).matches) == ("finished", 60)


def test_wrong_use(fails, arena, results, tmp_path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("left,right,winner\na,b,left\na,b,black\n")
    error = fails("import", bad, "--environment", "club")
    assert f"{bad}, line 3: winner 'black'" in error
    assert "cannot be read" in fails("import", tmp_path / "no.csv", "--environment", "club")
    assert "cannot be read" in fails("import", tmp_path, "--environment", "club")
    assert "not a game of two sides" in fails(
        "import", results, "--environment", "gymnasium/CartPole-v1"
    )
    assert "board_size" in fails("import", results, "--environment", "hex:board_sise=3")
    arena("import", results, "--environment", "club")
    assert "its moves are not known" in fails("replay", "1/0")
    assert "was played elsewhere" in fails("tournament", "--resume", 1)
