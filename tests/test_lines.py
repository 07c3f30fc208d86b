"""Every line of play: counted where the number is known, and lost where it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from arena.agent import Agent
from arena.batch import Batch
from arena.environment import Environment
from arena.errors import Unsuitable
from arena.lines import Lines, lines_of_play
from arena.lookup import environment_maker
from arena.observation import Observation
from arena.seeds import Luck
from arena.specs import parse
from arena.workspace import Workspace
from tests.learners import OpenNim


class CopiedNim(OpenNim):
    """Nim with nothing hidden that can be copied."""

    def __init__(self, heap: int = 10) -> None:
        super().__init__(heap)
        self.spec = replace(self.spec, model=True)

    def copy(self) -> CopiedNim:
        other = CopiedNim(self.heap)
        other.left, other.turn = self.left, self.turn
        return other


class Anything(Agent):
    """Gives odds to every move."""

    def policy(self, batch: Batch) -> list[Any]:
        return [np.full(len(legal), 1 / len(legal)) for legal in batch.legal]


class Bouton(Agent):
    """Leaves a multiple of four where it can (Bouton 1901), else takes one."""

    def act(self, observation: Observation) -> int:
        return int(observation.data) % 4 or 1


class First(Agent):
    def act(self, observation: Observation) -> int:
        return int(observation.legal[0])


def make_game(name: str, tmp_path: Path) -> Any:
    return environment_maker(Workspace.open(home=str(tmp_path)).registry, parse(name))[0]


def test_every_line_of_nim_is_counted() -> None:
    """The ways to take 10 by 1 to 3 are a tribonacci number, 274; one seat loses each line."""
    assert lines_of_play(Anything(), CopiedNim) == Lines(2 * 274, 274)


@pytest.mark.parametrize("heap", [7, 8, 9, 10])
def test_who_plays_nim_right_loses_no_line_it_could_win(heap: int) -> None:
    """Who is to move at a multiple of four loses if the other one knows; else nobody need."""
    lost = [_lost_by_hand(Bouton(), CopiedNim(heap), seat) for seat in (0, 1)]
    assert lost[1 if heap % 4 == 0 else 0] == 0 < sum(lost)
    assert lines_of_play(Bouton(), lambda: CopiedNim(heap)).lost == sum(lost)


def _lost_by_hand(agent: Bouton, game: Environment, seat: int) -> int:
    """Return the lines that are lost at Nim, by recursion."""

    def walk(left: int, turn: int) -> int:
        moves = [left % 4 or 1] if turn == seat else range(1, min(3, left) + 1)
        return sum(turn != seat if m == left else walk(left - m, 1 - turn) for m in moves)

    game.reset(Luck(0))
    return walk(game.left, 0)  # type: ignore[attr-defined]


def test_the_lines_of_tic_tac_toe(tmp_path: Path) -> None:
    """Against a walk of its own: who takes the first free cell loses 487 of 822 lines."""
    make = make_game("tic_tac_toe", tmp_path)

    def walk(game: Environment, seat: int) -> tuple[int, int]:
        (mover,) = game.acting()
        legal = list(game.legal(mover) or ())
        played = lost = 0
        for move in legal[:1] if mover == seat else legal:
            after = game.copy()
            paid = after.step({mover: move})
            ended = (1, int(paid is not None and paid[seat] < 0))
            more = walk(after, seat) if after.acting() else ended
            played, lost = played + more[0], lost + more[1]
        return played, lost

    game = make()
    game.reset(Luck(0))
    walked = [walk(game, seat) for seat in (0, 1)]
    assert lines_of_play(First(), make) == Lines(*map(sum, zip(*walked))) == Lines(822, 487)


def test_every_game_of_tic_tac_toe_is_counted(tmp_path: Path) -> None:
    """255,168 games; X wins 131,184 of them and O 77,904: what the other seat loses."""
    make = make_game("tic_tac_toe", tmp_path)
    assert lines_of_play(Anything(), make) == Lines(2 * 255_168, 131_184 + 77_904)


def test_chance_is_played_out(tmp_path: Path) -> None:
    """pig with two dice faces and a target of 2: whatever falls is followed."""
    make = make_game("pig:winscore=2,diceoutcomes=2,horizon=6", tmp_path)
    lines = lines_of_play(Anything(), make)
    assert lines.played > 10 and 0 < lines.lost < lines.played


@pytest.mark.parametrize("game", ["kuhn_poker", "gymnasium/CartPole-v1", "matrix_pd"])
def test_other_games_are_unsuitable(tmp_path: Path, game: str) -> None:
    with pytest.raises(Unsuitable, match="is no game of open turns"):
        lines_of_play(First(), make_game(game, tmp_path))


def test_a_game_too_large_is_unsuitable(tmp_path: Path) -> None:
    with pytest.raises(Unsuitable, match="more than 5,000 positions"):
        lines_of_play(Anything(), make_game("connect_four", tmp_path), limit=5_000)
