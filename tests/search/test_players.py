"""The players that do not search."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from arena_search import evenly
from arena_search.human import Human
from arena_search.simple import FirstLegal, Random
from gymnasium.spaces import Box, MultiDiscrete

from arena import Match, play
from arena.lookup import environment_maker
from arena.plugins import registry_of
from arena.runner import Runner
from arena.specs import parse


def maker(text: str):
    return environment_maker(registry_of(()), parse(text))[0]


def test_first_legal_plays_the_first_legal_action() -> None:
    (episode,) = play(maker("tic_tac_toe"), [FirstLegal()], [Match(0, (0, 0), 1, 2)])
    assert episode.log[1::2] == [0, 1, 2, 3, 4, 5, 6]  # 2, 4 and 6 are a diagonal of x
    assert episode.returns == (1.0, -1.0)


def test_random_samples_a_space_that_cannot_be_counted_from_its_own_luck() -> None:
    make = maker("gymnasium/Pendulum-v1:max_turns=5")

    def actions(seed: int) -> list[float]:
        (episode,) = play(make, [Random()], [Match(0, (0,), seed, 2)])
        assert not episode.faults
        return [float(action[0]) for action in episode.log[1::2]]

    assert actions(1) == actions(1)
    assert actions(1) != actions(2)
    assert len(set(actions(1))) == 5


SPACES = [
    Box(-2.0, 3.0, (2, 3)),
    Box(np.array([0, -5]), np.array([255, 4]), dtype=np.int64),
    MultiDiscrete([3, 5], start=[1, -2]),
]


@pytest.mark.parametrize("space", SPACES, ids=str)
def test_random_draws_alike_on_tables_and_in_single_games(space) -> None:
    u = np.random.default_rng(0).random(3_000)
    drawn = evenly.elements(evenly.ends(space, torch.from_numpy(u)), torch.from_numpy(u)).numpy()
    assert all(np.array_equal(row, evenly.element(space, each)) for row, each in zip(drawn, u))
    assert all(space.contains(row.astype(space.dtype)) for row in drawn)
    whole = np.issubdtype(space.dtype, np.integer)
    if isinstance(space, Box):
        low, high = space.low, space.high
    else:
        low, high = space.start, space.start + space.nvec - 1
    spread = np.sqrt(((high - low + 1.0) ** 2 - 1) / 12) if whole else (high - low) / 12**0.5
    np.testing.assert_allclose(drawn.mean(0), (low + high) / 2, atol=5 * spread.max() / 3_000**0.5)
    np.testing.assert_allclose(drawn.std(0), spread, rtol=0.08)


def test_random_plays_a_table_of_torques_as_single_games() -> None:
    make = maker("tensor/pendulum:max_turns=5")
    matches = [Match(number, (0,), number + 5, number) for number in range(4)]
    alone = Runner(make, [Random()], slots=2)
    both = [list(play(make, [Random()], matches)), [e for b in alone.blocks(matches) for e in b]]
    logs = [{e.match.number: np.array(e.log[1::2]).tolist() for e in some} for some in both]
    assert logs[0] == logs[1] and len(logs[0]) == 4


@pytest.fixture
def typed(monkeypatch):
    """Return a function that plays a match of tic_tac_toe with these lines as standard input."""

    def play_with(lines: str):
        monkeypatch.setattr("sys.stdin", io.StringIO(lines))
        agents = [Human(), FirstLegal()]
        return next(iter(play(maker("tic_tac_toe"), agents, [Match(0, (0, 1), 1, 2)])))

    return play_with


def test_a_person_moves_by_label_or_number(typed, capsys) -> None:
    episode = typed("x(1,1)\n?\nnonsense\n\n2\n6\n")
    assert episode.log[::2] == [0, 1, 0, 1, 0]
    assert [episode.log[1], episode.log[5], episode.log[9]] == [4, 2, 6]
    assert episode.returns == (1.0, -1.0)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "4=x(1,1)" in shown.err and "'nonsense' is not a legal move" in shown.err


def test_a_person_resigns(typed) -> None:
    episode = typed("4\nq\n")
    assert episode.ending == "forfeit" and "resigned" in episode.faults[0].message


def test_an_end_of_input_voids_the_match_and_says_so(typed) -> None:
    episode = typed("4\n")
    assert episode.ending == "void" and "standard input ended" in episode.faults[0].message
