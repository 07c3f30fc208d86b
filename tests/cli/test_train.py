"""`arena train` as a user types it: who is met on the way, and where that is kept."""

from __future__ import annotations

from typing import Any

import pytest

LEARN = ("train", "q_learning", "tic_tac_toe", "--steps", 3000, "--set", "slots=16")


def test_checkpoints_meet_others_on_the_way(arena: Any, tmp_path: Any) -> None:
    told = arena(*LEARN, "--against", "random", "--against", "a=first_legal", "--games", 10)
    assert "% evaluation" in told.out and "score/random" in told.out
    assert "arena ratings tic_tac_toe --over-training" in told.out
    (found,) = arena("ratings", "tic_tac_toe", "--json").objects
    games = {line["entrant"]: line["games"] for line in found["ratings"]}
    steps = sorted(int(name.partition("@")[2]) for name in games if "@" in name)
    assert len(steps) >= 3 and steps[-1] >= 3000
    assert games.pop("random") == games.pop("a") == 10 * len(steps)
    assert set(games.values()) == {20}
    rows = arena("tournaments", "--json").objects
    assert {row["format"] for row in rows} == {"gauntlet:games=10"}
    arena("verify")
    picture = tmp_path / "it.png"
    arena("ratings", "tic_tac_toe", "--over-training", "--plot", picture)
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_scores_are_those_of_the_stored_matches(arena: Any) -> None:
    (told,) = arena(*LEARN, "--against", "random", "--json").objects
    last = told["metrics"]["score/random"]
    newest = arena("tournaments", "--json").objects[-1]
    rows = arena("matches", "--tournament", newest["tournament"], "--limit", 0, "--json").objects
    points = [
        (1 + (row["returns"][seat] > 0) - (row["returns"][seat] < 0)) / 2
        for row in rows for seat, name in enumerate(row["seats"]) if "@" in name
    ]  # fmt: skip
    assert len(points) == 20 and last == pytest.approx(sum(points) / 20)


def test_the_matches_change_nothing_in_what_is_learnt(arena: Any, home: Any) -> None:
    arena(*LEARN, "--name", "one")
    arena(*LEARN, "--name", "other", "--against", "random")
    one, other = (
        (home / "checkpoints" / name / "model.safetensors").read_bytes()
        for name in ("one", "other")
    )
    assert one == other


def test_tensorboard_reads_the_logs(arena: Any, home: Any) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    told = arena(*LEARN, "--name", "logged")
    folder = home / "training" / "logged" / "tensorboard"
    assert f"tensorboard --logdir {folder}" in told.out
    arena(*LEARN, "--name", "logged")  # begun anew: the logs are, too
    read = EventAccumulator(str(folder))
    read.Reload()
    assert {"positions", "lost_lines"} <= set(read.Tags()["tensors"])
    steps = [event.step for event in read.Tensors("lost_lines")]
    assert steps == sorted(steps) and len(steps) == len(set(steps)) >= 3


def test_where_nobody_is_met_the_same_deals_are_played_for_returns(arena: Any) -> None:
    (told,) = arena(
        "train", "q_learning", "gymnasium/CliffWalking-v1:max_turns=50", "--steps", 500,
        "--name", "cliff", "--against", "random", "--games", 5, "--json",
    ).objects  # fmt: skip
    metrics = told["metrics"]
    assert metrics["return/random"] < metrics["evaluated_return"] <= -13
    (found,) = arena("ratings", "--json").objects
    assert found["system"] == "mean_return"
    rated = {line["entrant"]: line["rating"] for line in found["ratings"]}
    assert rated[f"cliff@{told['steps']}"] == pytest.approx(metrics["evaluated_return"])


def test_what_measured_a_training_is_resumed_by_the_training(arena: Any, fails: Any) -> None:
    arena("train", "q_learning", "kuhn_poker", "--steps", 200, "--against", "random")
    assert "`arena train --resume` goes on with it" in fails("tournament", "--resume", 1)


def test_wrong_opponents_are_told_before_anything_is_done(fails: Any) -> None:
    assert "did you mean 'random'" in fails(*LEARN, "--against", "randon")
    assert "--plot FILE" in fails("ratings", "--over-training")


def test_opponents_are_made_once_for_all_evaluations(arena: Any, tmp_path: Any) -> None:
    file, notes = tmp_path / "noting.py", tmp_path / "notes.txt"
    file.write_text(
        "import arena\n"
        "class Noting(arena.Agent):\n"
        "    def __init__(self):\n"
        f"        open({str(notes)!r}, 'a').write('made ')\n"
        "    def act(self, observation):\n"
        "        return observation.legal[-1]\n"
    )
    arena(*LEARN, "--against", f"{file}:Noting", "--games", 2)
    points = arena("tournaments", "--json").objects
    # once to see whether it suits, once to play; and the history says nothing else
    assert len(points) >= 3 and notes.read_text().split() == ["made", "made"]
    (checked,) = arena("verify", "--json").objects
    assert checked["checked"] == 2 * len(points) and not checked["mismatched"]


def test_a_tournament_tells_which_checkpoints_its_stages_are(arena: Any, tmp_path: Any) -> None:
    file = tmp_path / "t.toml"
    file.write_text(
        '[tournament]\nenvironment = "tic_tac_toe"\nformat = { name = "round_robin", games = 2 }\n'
        '[[entrants]]\nname = "learner"\ntrain = { trainer = "q_learning", steps = 500 }\n'
        '[[entrants]]\nagent = "random"\n'
    )
    (first,) = (line for line in arena("tournament", file).err.splitlines() if " is " in line)
    name = first.removeprefix("learner is ").partition(":")[0]
    assert name.startswith("q_learning-tic_tac_toe-") and "lost_lines" in first
    again = arena("tournament", file).err
    assert f"learner is {name} (trained before): " in again
    arena("match", "tic_tac_toe", name, "random")
