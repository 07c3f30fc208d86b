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
        self.draws, self.paid = [0] * matches, [np.zeros(game.num_players())] * matches
        self.moves = 0

    def play(self) -> None:
        """Play to the end of every match."""
        deals = torch.from_numpy(self.deals)
        self.table.reset(self.table.over(), deals)
        self.nature()
        while not self.table.over().all():
            actions = self.actions(tensor_uniforms(deals, 0, self.moves))
            pay = self.table.step([column.clone() for column in actions])
            self.follow(actions, pay.numpy())
            self.moves += 1
        assert all(state.is_terminal() for state in self.states)

    def actions(self, u: torch.Tensor) -> list[torch.Tensor]:
        """Compare everything that is asked and shown; choose at random."""
        asked = self.table.acting()
        players = [state.current_player() for state in self.states]
        wanted = np.array(players)[:, None] == np.arange(asked.shape[1])
        simultaneous = np.array(players) == int(pyspiel.PlayerId.SIMULTANEOUS)
        assert np.array_equal(asked.numpy(), wanted | simultaneous[:, None])
        chosen = []
        for seat in range(asked.shape[1]):
            legal = self.table.legal(seat)
            assert legal is not None
            rows = torch.nonzero(asked[:, seat]).flatten().tolist()
            theirs = [self.legal(self.states[row], seat) for row in rows]
            assert legal[rows].sum(1).tolist() == list(map(len, theirs))
            assert legal[rows].nonzero()[:, 1].tolist() == list(chain.from_iterable(theirs))
            chosen.append(tensor_pick(legal, (u + 0.31 * seat) % 1))
            self.look(seat, [row for row in rows if row < SEEN], chosen[-1])
        return chosen

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
        """Make the same moves in OpenSpiel, and compare what is paid and which games are over."""
        columns = [column.tolist() for column in actions]
        over = self.table.over().tolist()
        for row, state in enumerate(self.states):
            player = state.current_player()
            if player == int(pyspiel.PlayerId.TERMINAL):
                assert not pay[row].any()
                continue
            if player == int(pyspiel.PlayerId.SIMULTANEOUS):
                state.apply_actions([column[row] for column in columns])
            else:
                state.apply_action(columns[player][row])
        self.nature()
        for row, state in enumerate(self.states):
            self.paid[row] = self.paid[row] + pay[row]
            assert state.is_terminal() == over[row]
            if over[row]:
                assert np.allclose(state.returns(), self.paid[row], atol=1e-6), str(state)

    def nature(self) -> None:
        """Draw by Arena's rule from OpenSpiel's odds; the table must have drawn the same."""
        drawn = self.table.drawn()
        mine = [] if drawn is None else [[a for a in row if a >= 0] for row in drawn.tolist()]
        for row, state in enumerate(self.states):
            fell = []
            while state.is_chance_node():
                u = uniform(int(self.deals[row]), CHANCE, self.draws[row])
                fell.append(draw(state.chance_outcomes(), u))
                self.draws[row] += 1
                state.apply_action(fell[-1])
            assert not (fell or mine) or mine[row] == fell


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
