"""Random matches on a table and in OpenSpiel side by side, move for move."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pyspiel
import torch
from arena_tensor.family import Tensor

from arena.records import CHANCE
from arena.seeds import derive_many, draw, uniform
from arena.table import Table
from arena.tensor_luck import tensor_pick, tensor_uniforms

SEEN = 20
"""Rows whose observations and labels are compared too."""


class Pair:
    """The rows of a table, and as many games of OpenSpiel with the same deals."""

    def __init__(
        self,
        table: Table,
        game: Any,
        matches: int,
        observe: Callable[[Any, int], Any] | None = None,
        label: Callable[[str], str] | None = str,
        draw: tuple[Callable[[str], str], Callable[[str], str]] | None = None,
        legal: Callable[[Any, int], list[int]] | None = None,
    ) -> None:
        self.table, self.observe, self.label, self.draw = table, observe, label, draw
        self.states = [game.new_initial_state() for _ in range(matches)]
        self.legal = legal or (lambda state, seat: state.legal_actions(seat))
        self.deals = derive_many(7, 1, np.arange(matches)).astype(np.int64)
        self.draws, self.paid = [0] * matches, np.zeros((matches, game.num_players()))
        self.live = list(range(matches))
        self.moves = 0

    def play(self) -> None:
        """Play to the end of every match, and compare what has been paid."""
        deals = torch.from_numpy(self.deals)
        self.table.reset(self.table.over(), deals)
        self.nature()
        while self.live:
            actions = self.actions(tensor_uniforms(deals, 0, self.moves))
            pay = self.table.step([column.clone() for column in actions])
            self.follow(actions, pay.numpy())
            self.moves += 1
        theirs = [state.returns() for state in self.states]
        np.testing.assert_allclose(self.paid, theirs, atol=1e-6, rtol=0)

    def actions(self, u: torch.Tensor) -> list[torch.Tensor]:
        """Compare everything that is asked and shown; choose at random."""
        asked = self.table.acting().numpy()
        players = np.array([self.states[row].current_player() for row in self.live])
        wanted = np.zeros_like(asked)
        wanted[self.live] = (players[:, None] == np.arange(asked.shape[1])) | (
            players == int(pyspiel.PlayerId.SIMULTANEOUS)
        )[:, None]
        assert np.array_equal(asked, wanted)
        chosen = []
        for seat in range(asked.shape[1]):
            legal = self.table.legal(seat)
            assert legal is not None
            rows = asked[:, seat].nonzero()[0].tolist()
            self.same_legal(legal.numpy()[rows], [self.states[row] for row in rows], seat)
            chosen.append(tensor_pick(legal, (u + 0.31 * seat) % 1))
            self.look(seat, [row for row in rows if row < SEEN], chosen[-1])
        return chosen

    def same_legal(self, mask: Any, states: Sequence[Any], seat: int) -> None:
        """Compare which actions are legal in each of these states."""
        theirs = [self.legal(state, seat) for state in states]
        rows, actions = mask.nonzero()
        assert np.array_equal(rows, np.repeat(np.arange(len(theirs)), list(map(len, theirs))))
        assert np.array_equal(actions, np.fromiter(chain.from_iterable(theirs), np.int64))

    def look(self, seat: int, rows: Sequence[int], actions: torch.Tensor) -> None:
        """Compare what the seat sees, and what its action is called."""
        if self.observe is not None:
            seen = self.table.observe(seat)
            for row in rows:
                theirs = np.array(self.observe(self.states[row], seat)).reshape(seen[row].shape)
                assert np.array_equal(seen[row].numpy(), theirs), (self.states[row], seat)
        for row in rows:
            action = int(actions[row])
            if self.label is not None:
                name = self.states[row].action_to_string(seat, action)
                assert self.table.label(seat, action) == self.label(name)
            if self.draw is not None:
                drawing, theirs = self.table.render(row), str(self.states[row])
                assert drawing is not None and self.draw[0](drawing) == self.draw[1](theirs)

    def follow(self, actions: Sequence[torch.Tensor], pay: Any) -> None:
        """Make the same moves in OpenSpiel, and compare which games are over."""
        columns = [column.tolist() for column in actions]
        assert not np.delete(pay, self.live, axis=0).any()  # where it was over before
        self.paid += pay
        for row in self.live:
            state = self.states[row]
            player = state.current_player()
            if player == int(pyspiel.PlayerId.SIMULTANEOUS):
                state.apply_actions([column[row] for column in columns])
            else:
                state.apply_action(columns[player][row])
        self.nature()
        self.live = [row for row in self.live if not self.states[row].is_terminal()]
        assert self.live == (~self.table.over()).nonzero().flatten().tolist()

    def nature(self) -> None:
        """Draw by Arena's rule from OpenSpiel's odds; the table must have drawn the same."""
        fallen = {row: self.fall(row) for row in self.live}
        drawn = self.table.drawn()
        if drawn is None:
            assert not any(fallen.values())
            return
        wanted = np.full(drawn.shape, -1)
        for row, fell in fallen.items():
            wanted[row, : len(fell)] = fell
        assert np.array_equal(drawn.numpy(), wanted)

    def fall(self, row: int) -> list[int]:
        """Let nature move in OpenSpiel until a player is asked; return what fell."""
        state, fell = self.states[row], []
        while state.is_chance_node():
            u = uniform(int(self.deals[row]), CHANCE, self.draws[row])
            fell.append(draw(state.chance_outcomes(), u))
            self.draws[row] += 1
            state.apply_action(fell[-1])
        return fell


def agree(name: str, game: Any, matches: int, **named: Any) -> Pair:
    """Hold `tensor/name` (with parameters, as OpenSpiel spells them) to a pyspiel.Game."""
    parameters = named.pop("parameters", {})
    table = Tensor().make(name, **parameters).table(matches, "cpu")
    pair = Pair(table, game, matches, **named)
    pair.play()
    return pair


def tensor_of(state: Any, seat: int) -> Any:
    """Return OpenSpiel's observation tensor."""
    return state.observation_tensor(seat)
