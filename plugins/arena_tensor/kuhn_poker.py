"""Kuhn poker: three cards, one each, at most one bet. Actions and observations are OpenSpiel's.

H. W. Kuhn, "A simplified two-person poker", Contributions to the Theory of Games I (1950).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from gymnasium.spaces import Box, Discrete
from torch import Tensor

from arena import Luck, Seat, Spec
from arena_tensor.nature import NatureTable

_CARDS = 3
# The bets so far: what they are, who moves (2: nobody), and what each has put in.
_LINES = ("", "p", "b", "pb", "pp", "bp", "bb", "pbp", "pbb")
_MOVER = (0, 1, 1, 0, 2, 2, 2, 2, 2)
_POT = ((1, 1, 2, 1, 1, 2, 2, 1, 2), (1, 1, 1, 2, 1, 1, 2, 2, 2))
_NEXT = (1, 2, 4, 3, 5, 6, 7, 8, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8)
# Who has it at the end: 0 or 1 after a fold, 2 for who holds the higher card.
_WINNER = (2, 2, 2, 2, 2, 0, 2, 1, 2)


class KuhnPoker(NatureTable):
    """Cards are 0 to 2, -1 before they are dealt; `line` is the place of the bets in a list."""

    at_first, later = 2, 0

    def __init__(self, size: int, device: str) -> None:
        seat = Seat(Box(0.0, 2.0, (2 + _CARDS + 2,)), Discrete(2))
        spec = Spec(
            "tensor/kuhn_poker", (seat, seat), zero_sum=True, returns=(-2.0, 2.0), turn_based=True,
            model=True,
        )  # fmt: skip
        super().__init__(spec, size, device)
        self.cards, self.line = self.new(2), self.new()
        self._mover, self._pot = self.constant(_MOVER), self.constant(_POT)
        self._next, self._winner = self.constant(_NEXT), self.constant(_WINNER)
        self._every_card = self.constant(range(_CARDS))[:, None]
        self._seats = self.constant([0, 1])[:, None]

    def begin(self, rows: Tensor) -> None:
        """Take the cards back."""
        begun = -rows.long()
        self.cards = self.cards | begun
        self.line = self.line & ~begun

    def nature(self) -> Tensor:
        """Return which rows wait for a card."""
        return self.live & (self.cards[1] < 0)

    def chances(self) -> Tensor:
        """Return equal odds for the cards that are left."""
        left = (self.cards[0] != self._every_card).double()
        return left / (_CARDS - (self.cards[0] >= 0).double())

    def happen(self, actions: Tensor, rows: Tensor) -> None:
        """Deal a card to seat 0, then to seat 1."""
        dealt = (self.cards[0] >= 0).long()
        for seat in (0, 1):
            here = rows.long() * (dealt == seat)
            self.cards[seat] += here * (actions + 1)

    def acting(self) -> Tensor:
        """Return who is asked: bool (size, 2)."""
        asked = self._mover.index_select(0, self.line) == self._seats
        return (asked & self.live & (self.cards[1] >= 0)).t()

    def move(self, actions: Sequence[Tensor]) -> Tensor:
        """Pass or bet."""
        asked = self.acting()
        action = torch.where(asked[:, 1], actions[1], actions[0])
        line = self._next.index_select(0, 2 * self.line + action)
        self.line = torch.where(asked.any(1), line, self.line)
        ended = self.live & (self._mover.index_select(0, self.line) == 2)
        self.live = self.live & ~ended
        winner = self._winner.index_select(0, self.line)
        first = torch.where(winner == 2, self.cards[0] > self.cards[1], winner == 0)
        first_pays, second_pays = (self._pot[seat].index_select(0, self.line) for seat in (0, 1))
        won = torch.where(first, second_pays, -first_pays) * ended
        return torch.stack((won, -won))

    def legal(self, seats: Any) -> Tensor:
        """Return that both may be done: bool (size, 2)."""
        return self.live.expand(2, -1).t()

    def observe(self, seats: Any) -> Tensor:
        """Return who one is, one's card, and what each has put in: float32 (size, 7)."""
        seat = self.new() + seats
        card = torch.where(seat == 0, self.cards[0], self.cards[1])
        pots = self._pot.index_select(1, self.line)
        return torch.cat((seat == self._seats, card == self._every_card, pots)).float().t()

    def resample(self, seat: int, rng: Luck) -> None:
        """Give the other a card that one does not hold oneself."""
        for row in range(self.size):
            left = [card for card in range(_CARDS) if card != int(self.cards[seat, row])]
            self.cards[1 - seat, row] = left[int(rng.integers(len(left)))]

    def label(self, seat: int, action: Any) -> str:
        """Return Pass or Bet."""
        return ("Pass", "Bet")[action]

    def render(self, row: int) -> str:
        """Return both cards and the bets: 2 0 bp."""
        first, second = self.cards[:, row].tolist()
        return f"{first} {second} {_LINES[int(self.line[row])]}".rstrip()

    def text(self, row: int, seat: int) -> str:
        """Return one's own card and the bets."""
        line = " ".join({"p": "pass", "b": "bet"}[move] for move in _LINES[int(self.line[row])])
        return f"your card is {int(self.cards[seat, row])} (0 to 2); so far: {line or 'nothing'}"
