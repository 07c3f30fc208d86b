"""Trainings that build on one another in a tournament file."""

from __future__ import annotations

from pathlib import Path

import pytest

from arena.campaign import Playing, begin, play_tournament, reopen
from arena.config import Definition, definition_from_json, definition_to_json, read_definition
from arena.errors import BadConfig
from arena.planning import prepare
from arena.stages import filled, trainings
from arena.training import train_cached
from arena.workspace import Workspace

HEAD = """\
[tournament]
environment = "nim"
format = "round_robin:games=4"
seed = 1
"""
FILE = (
    HEAD
    + """
[[stages]]
name = "first"
train = { trainer = "builder", by = 2, steps = 1 }
[[stages]]
name = "unneeded"
train = { trainer = "builder", by = 100, steps = 1 }
[[entrants]]
name = "second"
train = { trainer = "builder", on = "{first}", by = 3, steps = 1 }
[[entrants]]
name = "judge"
agent = "sums"
beside = ["{second}", "plain", "{nobody}"]
[[entrants]]
agent = "sums"
"""
)
PLUGIN = '''\
"""Trainers that add to what another has made."""
import numpy as np
import arena
from tests.toys import Nim

class Sums(arena.Agent):
    def __init__(self, checkpoint: str = "", beside: list[str] = ()):
        self.total = arena.read_arrays(checkpoint)["total"] if checkpoint else 0
        self.beside = beside

    def act(self, observation):
        return observation.legal[0]

class Builder(arena.Trainer):
    agent = "sums"

    def __init__(self, on: str = "", by: int = 1):
        self.on, self.by = on, by

    def train(self, run):
        before = run.agent(self.on).total if self.on else 0
        run.step = run.steps
        run.offer({"total": np.array(before + self.by)})

@arena.hookimpl
def arena_agents():
    return {"sums": Sums}

@arena.hookimpl
def arena_trainers():
    return {"builder": Builder}

@arena.hookimpl
def arena_environments():
    return {"test/nim": Nim}
'''


def read(tmp_path: Path, text: str) -> Definition:
    file = tmp_path / "t.toml"
    file.write_text(text)
    return read_definition(file)


def test_what_is_trained_and_in_which_order(tmp_path: Path) -> None:
    definition = read(tmp_path, FILE)
    assert [entry.agent.name for entry in trainings(definition)] == ["first", "second"]
    assert definition_from_json(definition_to_json(definition)) == definition


def test_a_stage_may_build_on_an_entrant_that_stands_below(tmp_path: Path) -> None:
    text = """
[[stages]]
name = "judge"
train = { trainer = "builder", on = "{first}" }
[[entrants]]
name = "last"
train = { trainer = "builder", on = "{judge}" }
[[entrants]]
name = "first"
train = { trainer = "builder" }
"""
    ordered = [entry.agent.name for entry in trainings(read(tmp_path, HEAD + text))]
    assert ordered == ["first", "judge", "last"]


def test_checkpoints_take_the_place_of_names(tmp_path: Path) -> None:
    definition = read(tmp_path, FILE)
    made = {"first": "first-1", "second": "second-2"}
    second, judge, _ = (filled(entry, made) for entry in definition.entries)
    assert second.training is not None
    assert second.training.trainer.parameters == {"on": "first-1", "by": 3}
    assert judge.agent.parameters == {"beside": ["second-2", "plain", "{nobody}"]}


@pytest.mark.parametrize(
    ("rest", "told"),
    [
        ('[[stages]]\nname = "a"\nagent = "sums"', "alone"),
        ('[[stages]]\nname = "a"\ntrain = { trainer = "b" }\nparameters = { x = 1 }', "alone"),
        (
            '[[entrants]]\nname = "a"\ntrain = { trainer = "builder", on = "{b}" }\n'
            '[[entrants]]\nname = "b"\ntrain = { trainer = "builder", on = "{a}" }\n',
            "'a' and 'b' cannot be trained: each builds on another",
        ),
        (
            '[[entrants]]\nname = "a"\ntrain = { trainer = "builder", on = "{a}" }\n',
            "'a' cannot be trained",
        ),
        (
            '[[stages]]\nname = "a"\ntrain = { trainer = "builder" }\n'
            '[[entrants]]\nname = "a"\ntrain = { trainer = "builder" }\n',
            "two trainings are called 'a'",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told(tmp_path: Path, rest: str, told: str) -> None:
    with pytest.raises(BadConfig, match=told):
        trainings(read(tmp_path, HEAD + rest))


def test_a_tournament_trains_its_stages_once_and_plays(tmp_path: Path) -> None:
    plugin = tmp_path / "builder.py"
    plugin.write_text(PLUGIN)
    home = tmp_path / "home"
    workspace = Workspace.open(home=str(home), plugins=(str(plugin),))
    definition = read(tmp_path, FILE.replace('"nim"', '"test/nim"'))
    plan = prepare(workspace, definition, lambda e, game: train_cached(workspace, e, game, "cpu"))
    assert [player.name for player in plan.players[:2]] == ["second", "judge"]
    kept = sorted(path.name for path in (home / "checkpoints").iterdir())
    assert [name.partition("-")[0] for name in kept] == ["builder", "builder"]
    folder = Path(plan.players[0].ref.parameters["checkpoint"])
    from arena.checkpoints import read_arrays

    assert read_arrays(folder)["total"] == 5
    assert plan.players[1].parameters["beside"] == [folder.name, "plain", "{nobody}"]
    run = begin(workspace, plan)
    play_tournament(workspace, run, Playing(device="cpu"))
    assert run.played == run.total == 12 and run.faults == 0
    again = reopen(workspace, run.id, lambda e, game: train_cached(workspace, e, game, "cpu"))
    assert again.plan.players == plan.players
    assert sorted(path.name for path in (home / "checkpoints").iterdir()) == kept
