"""Tournaments on tables from the command line: nobody sees that they are."""

from __future__ import annotations

import signal
import time

import pytest

from arena.playing import runner_for
from arena.runner import Runner

GAMES = [
    ("tensor/connect_four", "competitive"),
    ("tensor/simple_spread:max_turns=5", "cooperative"),
    ("tensor/simple_tag:max_turns=5", "mixed"),
    ("tensor/leduc_poker", "competitive"),
    ("tensor/cart_pole", "cooperative"),
]
FIELD = ("--agent", "random", "--agent", "first_legal", "--games", 40, "--seed", 5)
ROWS = """
import arena

class Rows(arena.Agent):
    '''Answers rows, and so is played in single games; else as `random`.'''

    def act(self, observation):
        legal = observation.legal
        return legal[int(observation.u * len(legal))]
"""


def played(arena, tournament: int) -> list:
    lines = arena("export", "jsonl", "--moves", "--tournament", tournament).objects
    keys = ("number", "returns", "ending", "turns", "seed", "deal", "moves", "columns", "faults")
    return [{key: line.get(key) for key in keys} for line in lines]


@pytest.mark.parametrize(("game", "kind"), GAMES)
def test_the_history_is_that_of_single_games(arena, tmp_path, monkeypatch, game, kind) -> None:
    drivers = []

    def watched(*arguments, **named):
        drivers.append(runner_for(*arguments, **named))
        return drivers[-1]

    monkeypatch.setattr("arena.executors.here.runner_for", watched)
    (tmp_path / "rows.py").write_text(ROWS)
    (told,) = arena("tournament", game, *FIELD, "--json").objects
    rows = ("--agent", f"random={tmp_path / 'rows.py'}:Rows", *FIELD[2:])
    (again,) = arena("tournament", game, *rows, "--json").objects
    assert [isinstance(driver, Runner) for driver in drivers] == [False, True]
    assert told["matches"] == again["matches"] >= 40 and told["faults"] == 0
    assert told["standings"] == again["standings"]
    assert played(arena, 1) == played(arena, 2)
    (checked,) = arena("verify", "--json").objects
    assert checked == {"checked": 2 * told["matches"], "mismatched": 0, "skipped": 0}


ALONE = "one by one: mcts:simulations=1 does not answer in columns."
FAST, SLOW = ("--agent", "random"), ("--agent", "mcts:simulations=1")


def test_it_is_said_why_games_are_stepped_one_by_one(arena, tmp_path) -> None:
    few = ("--games", 2, "--seed", 1)
    assert (
        f"Games were stepped {ALONE}"
        in arena("tournament", "tensor/tic_tac_toe", *FAST, *SLOW, *few).out
    )
    assert "one by one" not in arena("tournament", "tic_tac_toe", *FAST, *SLOW, *few).out
    told = arena("bench", "tensor/tic_tac_toe", *FAST, *SLOW, "--games", 2, "--slots", 2).out
    assert f"Games are stepped {ALONE}" in told
    (tmp_path / "clock.toml").write_text(
        "[tournament]\nenvironment = 'tensor/tic_tac_toe'\nformat = { name = 'round_robin', "
        "games = 2 }\n[rules]\nmove_seconds = 9.0\n[[entrants]]\nagent = 'random'\n"
        "[[entrants]]\nagent = 'first_legal'\n"
    )
    clocked = arena("tournament", tmp_path / "clock.toml").out
    assert "one by one: on a table a wrong answer forfeits and there is no clock" in clocked


@pytest.mark.parametrize("options", [("--slots", 3), ("--workers", 2), ("--device", "cpu")])
def test_how_it_is_played_changes_nothing(arena, options) -> None:
    arena("tournament", "tensor/leduc_poker", *FIELD)
    arena("tournament", "tensor/leduc_poker", *FIELD, *options)
    assert played(arena, 1) == played(arena, 2)


def test_a_replay_speaks_as_the_game_does(arena) -> None:
    arena("tournament", "tensor/connect_four", *FIELD)
    matches = arena("matches", "--limit", 0, "--json").objects
    (match,) = (line for line in matches if line["number"] == 0)
    (replay,) = arena("replay", match["match"], "--json").objects
    assert replay["returns"] == match["returns"] and len(replay["moves"]) == match["turns"]
    assert replay["labels"][:2] == [f"{'xo'[seat]}{a}" for seat, a in replay["moves"][:2]]
    assert "x" in arena("replay", match["match"]).out


def test_real_numbers_are_replayed_as_they_were(arena) -> None:
    arena("tournament", "tensor/pendulum:max_turns=6", "--agent", "random", "--games", 20)
    (checked,) = arena("verify", "--json").objects
    assert checked == {"checked": 20, "mismatched": 0, "skipped": 0}


def test_a_tournament_that_is_killed_goes_on(arena, process) -> None:
    """Nothing lost, nothing played twice: the same as one that was left alone."""
    command = ("tournament", "tensor/connect_four", *FIELD[:4], "--games", 120_000, "--seed", 9)
    running = process(*command)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and running.poll() is None:
        time.sleep(0.1)
        if sum(line["matches"] for line in arena("tournaments", "--json").objects):
            break
    running.send_signal(signal.SIGKILL)
    running.wait()
    (told,) = arena("tournaments", "--json").objects
    assert told["state"] == "running" and 0 < told["matches"] < 120_000
    (resumed,) = arena("tournament", "--resume", 1, "--json").objects
    (whole,) = arena(*command, "--json").objects
    assert resumed["matches"] == whole["matches"] == 120_000
    assert resumed["standings"] == whole["standings"] and resumed["ratings"] == whole["ratings"]


FAULTY = """
import arena

class Faulty(arena.Agent):
    columns = True

    def __init__(self, how: str):
        self.how = how

    def act_batch(self, batch):
        actions = batch.mask.char().argmax(1)
        late = batch.turns == 4
        if self.how == "raises" and bool(late.any()):
            raise RuntimeError("not at turn 4")
        actions = actions.where(~(late & (batch.u < 0.5)), 99)
        return arena.Moves.of(actions, sure=batch.u)
"""


@pytest.mark.parametrize(("how", "kind"), [("errs", "illegal"), ("raises", "exception")])
def test_faults_are_those_of_rows(arena, tmp_path, how, kind) -> None:
    (tmp_path / "bot.py").write_text(FAULTY)
    bot = f"bot={tmp_path / 'bot.py'}:Faulty:how={how}"
    (told,) = arena(
        "tournament", "tensor/connect_four", "--agent", bot, "--agent", "random",
        "--games", 40, "--seed", 2, "--json",
    ).objects  # fmt: skip
    matches = arena("matches", "--limit", 0, "--json").objects
    lost = [match for match in matches if match["ending"] == "forfeit"]
    assert told["faults"] == len(lost) and 0 < len(lost) < 40
    for match in lost:
        (fault,) = match["faults"]
        assert (fault["kind"], fault["cost"], fault["turn"]) == (kind, "forfeit", 4)
        assert match["returns"][fault["seat"]] == -1
        assert match["seats"][fault["seat"]] == "bot"
    (replay,) = arena("replay", lost[0]["match"], "--json").objects
    assert len(replay["columns"]["sure"]) >= 2


def test_cuda_is_asked_for_where_there_is_none(fails) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is one")
    for command in (
        ("tournament", "tensor/connect_four"), ("bench", "tensor/connect_four"),
        ("train", "ppo", "tensor/connect_four"), ("exploit", "random", "kuhn_poker"),
    ):  # fmt: skip
        told = fails(*command, "--device", "cuda")
        assert "finds no CUDA device" in told and "leave --device out" in told
