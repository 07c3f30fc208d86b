"""Tournament files: what they say, and where they are wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from arena.config import (
    Definition,
    Entry,
    Training,
    definition_from_json,
    definition_to_json,
    read_definition,
    shipped_tournaments,
)  # fmt: skip
from arena.errors import BadConfig
from arena.records import Ref, Rules

WHOLE = """\
[tournament]
environment = "hex:board_size=5"
format = { name = "round_robin", games = 100 }
ratings = ["elo:k=4", "bradley_terry"]
seed = 7
[rules]
illegal = "retry:2"
move_seconds = 5.0
[[entrants]]
agent = "random"
[[entrants]]
agent = "mcts"
simulations = 100
name = "strong"
[[entrants]]
name = "q-learner"
train = { trainer = "q_learning", steps = 20_000, seed = 1, alpha = 0.1 }
parameters = { greedy = false }
"""


def read(tmp_path: Path, text: str) -> Definition:
    file = tmp_path / "t.toml"
    file.write_text(text)
    return read_definition(file)


def test_a_whole_definition(tmp_path) -> None:
    definition = read(tmp_path, WHOLE)
    training = Training(Ref("q_learning", {"alpha": 0.1}), 20_000, 1)
    assert definition == Definition(
        environment=Ref("hex", {"board_size": "5"}),
        entries=(
            Entry(Ref("random")),
            Entry(Ref("mcts", {"simulations": 100}, "strong")),
            Entry(Ref("q-learner", {"greedy": False}), training),
        ),
        format=Ref("round_robin", {"games": 100}),
        ratings=(Ref("elo", {"k": "4"}), Ref("bradley_terry")),
        seed=7,
        rules=Rules(illegal="retry:2", move_seconds=5.0),
    )
    stored = json.loads(json.dumps(definition_to_json(definition)))
    assert definition_from_json(stored) == definition


@pytest.mark.parametrize(
    ("change", "line", "says"),
    [
        (("seed = 7", "sede = 7"), 5, "sede is unknown; there are environment"),
        (("seed = 7", "seed = -7"), 5, "seed is not an integer"),
        (("seed = 7", "seed = "), 5, "not TOML"),
        (('"retry:2"', '"retry"'), 6, "illegal = 'retry' is not forfeit"),
        (("move_seconds = 5.0", "move_seconds = 0"), 8, "move_seconds cannot be 0"),
        (('agent = "mcts"', "agent = 3"), 12, "agent is neither"),
        (('agent = "mcts"', 'agent = "mcts:x"'), 12, "'x' is not key=value"),
        (('agent = "mcts"', 'agent = "mcts:simulations=1"'), 13, "is set in agent as well"),
        (('agent = "random"\n', ""), 9, "has neither agent nor train"),
        (("steps = 20_000", "steps = 0"), 17, "steps that are not a positive number"),
        (('name = "q-learner"\n', ""), 16, "an entrant without a name"),
        (('environment = "hex:board_size=5"\n', ""), 1, "has no environment"),
        (("[rules]", "[rulse]"), 6, "rulse is unknown"),
        (("ratings = [", "ratings = 3 #"), 4, "ratings is not a list"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path, change, line, says) -> None:
    assert change[0] in WHOLE
    with pytest.raises(BadConfig) as caught:
        read(tmp_path, WHOLE.replace(*change))
    text = str(caught.value)
    assert "t.toml" in text and says in text and "\n" not in text
    assert f"line {line}" in text


def test_a_file_that_cannot_be_read(tmp_path) -> None:
    with pytest.raises(BadConfig, match="cannot be read"):
        read_definition(tmp_path / "none.toml")


def test_every_shipped_definition_reads() -> None:
    shipped = shipped_tournaments()
    assert "tic_tac_toe" in shipped
    for path in shipped.values():
        assert read_definition(path).entries
