"""Leduc poker: two suits of three ranks, a private card, a public one, two rounds of bets.

Southey et al., "Bayes' bluff: opponent modelling in poker", UAI 2005. Actions and observations are
OpenSpiel's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from gymnasium.spaces import Box, Discrete
from torch import Tensor

from arena import Luck, Seat, Spec
from arena_tensor.nature import NatureTable

_CARDS = 6  # of rank card // 2
_FOLD, _CALL, _RAISE = 0, 1, 2
_RAISES = 2  # a round at most
_MOST = 13.0  # the ante of 1, two raises of 2 and two of 4


class LeducPoker(NatureTable):
    """`cards` are the seats' and the public one, (3, size), -1 before they are dealt.

    `paid` is what each has put in, `calls` how many agree to it.
    """

    at_first = 2

    def __init__(self, size: int, device: str) -> None:
        seat = Seat(Box(0.0, _MOST, (2 + 2 * _CARDS + 2,)), Discrete(3))
        spec = Spec(
            "tensor/leduc_poker", (seat, seat), zero_sum=True, returns=(-_MOST, _MOST),
            turn_based=True, model=True,
        )  # fmt: skip
        super().__init__(spec, size, device)
        self.cards, self.paid = self.new(3), self.new(2)
        self.raises, self.calls, self.mover = self.new(), self.new(), self.new()
        self._every_card = self.constant(range(_CARDS))[:, None]
        self._seats = self.constant([0, 1])[:, None]

    def begin(self, rows: Tensor) -> None:
        """Take the cards back, and an ante from each."""
        begun = -rows.long()
        self.cards = self.cards | begun
        self.paid = (self.paid & ~begun) | (begun & 1)
        self._next_round(rows)

    def _next_round(self, rows: Tensor) -> None:
        """Seat 0 begins, and nobody has raised or called yet."""
        others = rows.long() - 1
        self.raises, self.calls = self.raises & others, self.calls & others
        self.mover = self.mover & others

    def nature(self) -> Tensor:
        """Return which rows wait for a card: both private ones, or the public one."""
        private = self.cards[1] < 0
        return self.live & (private | ((self.calls == 2) & (self.cards[2] < 0)))

    def chances(self) -> Tensor:
        """Return equal odds for the cards that are left."""
        taken = (self.cards[:, None] == self._every_card).any(0)
        return (~taken).double() / (_CARDS - (self.cards >= 0).sum(0)).double()

    def happen(self, actions: Tensor, rows: Tensor) -> None:
        """Deal the next card; with the public one the second round begins."""
        dealt = (self.cards >= 0).sum(0)
        for place in range(3):
            here = rows & (dealt == place)
            self.cards[place] = torch.where(here, actions, self.cards[place])
        self._next_round(rows & (dealt == 2))

    def acting(self) -> Tensor:
        """Return who is asked: bool (size, 2)."""
        return ((self.mover == self._seats) & (self.live & ~self.nature())).t()

    def move(self, actions: Sequence[Tensor]) -> Tensor:
        """Fold, call or raise."""
        rows = self.acting().any(1)
        action = torch.where(self.mover == 0, actions[0], actions[1])
        folded, raised = rows & (action == _FOLD), rows & (action == _RAISE)
        called = rows & (action == _CALL)
        stake = self.paid.amax(0) + raised * torch.where(self.cards[2] < 0, 2, 4)
        mine = (self.mover == self._seats) & (called | raised)
        self.paid = torch.where(mine, stake, self.paid)
        self.raises = self.raises + raised
        # Whoever raises has called too, and nobody else.
        self.calls = torch.where(raised, 1, self.calls + called)
        shown = rows & (self.calls == 2) & (self.cards[2] >= 0)
        won = self._won(folded, shown)
        self.mover = torch.where(rows, 1 - self.mover, self.mover)
        self.live = self.live & ~(folded | shown)
        return torch.stack((won, -won))

    def _won(self, folded: Tensor, shown: Tensor) -> Tensor:
        """Return what seat 0 wins in the rows that end: what the other has put in, or a loss."""
        first, second, public = self.cards.div(2, rounding_mode="floor")
        # A pair with the public card beats all ranks.
        better = (first + 3 * (first == public) - second - 3 * (second == public)).sign()
        fled = 2 * self.mover - 1
        sign = torch.where(folded, fled, better * shown)
        return torch.where(sign > 0, self.paid[1], self.paid[0]) * sign

    def legal(self, seats: Any) -> Tensor:
        """Return whether one may fold (only a bet), call, and raise: bool (size, 3)."""
        return torch.stack(
            (self.paid[0] != self.paid[1], self.live, self.raises < _RAISES)
        ).t()  # fmt: skip

    def observe(self, seats: Any) -> Tensor:
        """Return who one is, one's card, the public one, what each put in: float32 (size, 16)."""
        seat = self.new() + seats
        card = torch.where(seat == 0, self.cards[0], self.cards[1])
        parts = (
            seat == self._seats, card == self._every_card, self.cards[2] == self._every_card,
            self.paid,
        )  # fmt: skip
        return torch.cat(parts).float().t()

    def resample(self, seat: int, rng: Luck) -> None:
        """Give the other a card that one does not see."""
        for row in range(self.size):
            seen = {int(self.cards[seat, row]), int(self.cards[2, row])}
            left = [card for card in range(_CARDS) if card not in seen]
            self.cards[1 - seat, row] = left[int(rng.integers(len(left)))]

    def label(self, seat: int, action: Any) -> str:
        """Return Fold, Call or Raise."""
        return ("Fold", "Call", "Raise")[action]

    def render(self, row: int) -> str:
        """Return the cards and what is in the pot."""
        first, second, public = (_card(card) for card in self.cards[:, row].tolist())
        return f"cards {first} and {second}, public {public}; paid {self._paid_in(row)}"

    def text(self, row: int, seat: int) -> str:
        """Return one's own card, the public one and what is in the pot."""
        mine, public = (_card(int(self.cards[place, row])) for place in (seat, 2))
        return f"your card is {mine}, the public one {public}; paid {self._paid_in(row)}"

    def _paid_in(self, row: int) -> str:
        return " and ".join(str(paid) for paid in self.paid[:, row].tolist())


def _card(card: int) -> str:
    return "JQK"[card // 2] + "sh"[card % 2] if card >= 0 else "not dealt"
