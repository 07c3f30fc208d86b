"""`arena check` says what was checked, and ends with 1 and the rule that is broken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

BANDITS = Path(__file__).parents[1] / "testing" / "bandits.py"
BAD = '''
import arena

class Rude(arena.Agent):
    """Plays what is not on the list."""
    def act(self, observation):
        return 99

@arena.hookimpl
def arena_agents():
    return {"rude": Rude}

@arena.hookimpl
def arena_environments():
    return {"moody": "tests.testing.test_environment:Unsorted"}
'''


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """Return a plugin file with an agent and a game that break a rule."""
    file = tmp_path / "bad.py"
    file.write_text(BAD)
    return file


def test_a_good_agent(arena: Any) -> None:
    out = arena("check", "agent", "random").out.splitlines()
    assert out[0].startswith("agent random keeps 11 rules in tic_tac_toe, kuhn_poker")
    assert all(line.startswith("  ok ") for line in out[1:]) and len(out) == 12


def test_an_agent_in_a_game_by_name(arena: Any) -> None:
    (told,) = arena("check", "agent", "random", "-e", "gymnasium/Pendulum-v1", "--json").objects
    assert told["environments"] == ["gymnasium/Pendulum-v1"] and "legal" in told["held"]


def test_a_good_environment(arena: Any) -> None:
    (told,) = arena("check", "environment", "openspiel/nim:pile_sizes=3;4", "--json").objects
    assert {"legal", "replay", "luck", "model"} <= set(told["held"])
    assert "chance" in told["skipped"]


def test_a_trainer_and_what_it_made(arena: Any) -> None:
    out = arena("check", "trainer", "q_learning", "--steps", 600).out
    assert "in tic_tac_toe" in out and "ok    resume" in out
    arena("train", "q_learning", "kuhn_poker", "--steps", 200, "--name", "pupil")
    assert "in openspiel/kuhn_poker" in arena("check", "agent", "pupil").out


def test_a_broken_rule_ends_with_1(fails: Any, bad: Path) -> None:
    error = fails("--plugin", bad, "check", "agent", "rude", code=1)
    assert error.startswith("arena: agent Rude breaks 'legal': action 99 is not among the")
    error = fails("--plugin", bad, "check", "environment", "moody", code=1)
    assert "environment 'nim' breaks 'legal'" in error
    error = fails(
        "--plugin", BANDITS, "check", "trainer", "pickles", "-e", "toy_nim", "--steps", 300, code=1
    )
    assert "trainer 'pickles' breaks 'files': the checkpoint holds model.pkl" in error


def test_wrong_use(fails: Any) -> None:
    assert "did you mean 'random'" in fails("check", "agent", "radnom")
    assert "no environment" in fails("check", "agent", "random", "-e", "tic_tac_toes")
    assert "does not suit" in fails("check", "trainer", "q_learning", "-e", "gymnasium/Pendulum-v1")
    assert "no parameter 'x'" in fails("check", "environment", "tic_tac_toe:x=1")
