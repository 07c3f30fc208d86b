"""Bad input: one line naming culprit and cure, exit code 2, nothing written."""

from __future__ import annotations

import sqlite3

import pytest

from arena.errors import ArenaError

PAIR = ("--agent", "random", "--agent", "first_legal")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("tournment",), "no command 'tournment'; did you mean 'tournament'"),
        (("tournament", "tic_tac_to", *PAIR), "did you mean 'tic_tac_toe'"),
        (("tournament", "openspiel/tic_tac_to", *PAIR), "did you mean"),
        (("tournament", "nowhere.toml"), "no file 'nowhere.toml'"),
        (("tournament",), "--resume ID"),
        (("tournament", "tic_tac_toe", "--agent", "randm", "--agent", "random"),
         "no agent 'randm'; did you mean 'random'"),
        (("tournament", "tic_tac_toe", *PAIR, "--format", "round_robbin"),
         "no format 'round_robbin'; did you mean 'round_robin'"),
        (("tournament", "tic_tac_toe", *PAIR, "--executor", "her"), "no executor 'her'"),
        (("tournament", "tic_tac_toe", *PAIR, "--format", "round_robin:game=2"),
         "format 'round_robin' has no parameter 'game'; did you mean 'games'"),
        (("tournament", "tic_tac_toe", "--agent", "mcts:simulation=3", "--agent", "random"),
         "agent 'mcts' has no parameter 'simulation'; did you mean 'simulations'"),
        (("tournament", "tic_tac_toe", "--agent", "mcts:simulations=many", "--agent", "random"),
         "simulations='many' is not an int"),
        (("tournament", "hex:board=5", *PAIR), "has no parameter 'board'"),
        (("tournament", "hex:board_size=x", *PAIR), "board_size='x' is not an int"),
        (("tournament", "tic_tac_toe:max_turns=0", *PAIR), "not a positive number"),
        (("tournament", "tic_tac_toe", "--agent", "random"), "'random' is alone and"),
        (("tournament", "tic_tac_toe", "--agent", "random", "--agent", "random"),
         "two entrants are called 'random'; give one an alias"),
        (("tournament", "tic_tac_toe", "--agent", "a:b", "--agent", "random"), "is not key=value"),
        (("tournament", "leduc_poker", "--agent", "minimax", "--agent", "random"),
         "agent 'minimax' does not suit openspiel/leduc_poker"),
        (("tournament", "gymnasium/CartPole-v1", "--agent", "mcts"), "needs a model"),
        (("tournament", "tic_tac_toe", *PAIR, "--games", "0"), "--games"),
        (("match", "tic_tac_toe", "random"), "takes 2 agents, one a side, and 1 agent is"),
        (("--plugin", "nowhere.py", "agents"), "plugin file"),
        (("replay", "x"), "is not a match"),
        (("replay", "1/0"), "1"),
        (("verify", "4"), "4"),
        (("ratings", "tic_tac_toe"), "no environment in the history 'tic_tac_toe'"),
        (("compare", "random", "x", "--environment", "tic_tac_toe"), "tic_tac_toe"),
        (("--store", "mysql://x", "matches"), "no plugin stores 'mysql'"),
        (("train", "q_learnin", "tic_tac_toe"), "did you mean 'q_learning'"),
        (("train", "q_learning", "tic_tac_toe", "--set", "alph=1"), "did you mean 'alpha'"),
        (("train", "q_learning", "tic_tac_toe", "--set", "alpha"), "not KEY=VALUE"),
        (("play", "tic_tac_toe"), "--against"),
    ],
)  # fmt: skip
def test_wrong_use_is_one_line(fails, arguments, says) -> None:
    assert says in fails(*arguments)


def test_a_broken_definition_names_file_line_and_key(fails, tmp_path) -> None:
    file = tmp_path / "broken.toml"
    file.write_text('[tournament]\nenvironment = "tic_tac_toe"\nsede = 3\n')
    err = fails("tournament", file)
    assert "broken.toml, line 3" in err and "sede" in err
    file.write_text('[tournament]\nenvironment = "tic_tac_toe"\n[[entrants]]\nagent = "random"\n')
    assert "'random' is alone" in fails("tournament", file)


def test_a_plugin_file_that_fails(fails, tmp_path) -> None:
    (tmp_path / "bad.py").write_text("import nothing_of_the_kind\n")
    assert "bad.py" in fails("--plugin", tmp_path / "bad.py", "tournament", "tic_tac_toe", *PAIR)


def test_two_owners_of_one_name(fails, tmp_path) -> None:
    (tmp_path / "mine.py").write_text(
        "import arena\n\n@arena.hookimpl\ndef arena_agents():\n    return {'random': arena.Agent}\n"
    )
    err = fails("--plugin", tmp_path / "mine.py", "tournament", "tic_tac_toe", *PAIR)
    assert "claimed by two plugins" in err and "mine.py" in err and "search" in err


def test_a_history_that_is_none(fails, home) -> None:
    home.mkdir()
    (home / "arena.db").write_text("this is no database, " * 100)
    assert "arena.db" in fails("tournament", "tic_tac_toe", *PAIR)


def test_a_history_of_a_newer_arena(arena, fails, home) -> None:
    arena("tournament", "tic_tac_toe", *PAIR, "--games", 2)
    with sqlite3.connect(home / "arena.db") as connection:
        connection.execute("UPDATE arena_revision SET version_num = '9999'")
    connection.close()
    assert "9999" in fails("matches")


def test_no_traceback_unless_asked(arena, tmp_path) -> None:
    (tmp_path / "odd.py").write_text(
        "import arena\n\ndef make():\n    raise RuntimeError('odd')\n\n"
        "@arena.hookimpl\ndef arena_environments():\n    return {'odd': make}\n"
    )
    ran = arena("--plugin", tmp_path / "odd.py", "tournament", "odd", *PAIR, code=1)
    assert ran.err.count("\n") == 1
    assert "environment 'odd' of plugin 'odd.py' cannot be made: RuntimeError: odd" in ran.err
    from arena.cli import main

    with pytest.raises(ArenaError) as caught:
        main(["--debug", "--plugin", str(tmp_path / "odd.py"), "tournament", "odd", *PAIR])
    assert isinstance(caught.value.__cause__, RuntimeError)
