"""The players that do not search."""

from __future__ import annotations

import io

import pytest
from arena_search.human import Human
from arena_search.simple import FirstLegal, Random

from arena import Match, play
from arena.lookup import environment_maker
from arena.plugins import registry_of
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
