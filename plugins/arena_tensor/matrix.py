"""Matrix games of two seats, played once or again and again; both move at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from gymnasium.spaces import Box, Discrete
from torch import Tensor

from arena import BadParameter, Kind, Seat, Spec
from arena_tensor.table import TensorTable

Payoffs = Sequence[Sequence[float]]
"""Pay by one's own action and the other's."""


class MatrixTable(TensorTable):
    """A game of payoffs `row` for seat 0 and `column` for seat 1, each [own action][other's].

    A seat sees, as float32 in [0, 1]: what share of the rounds is played; of the last `recall`
    rounds, the newest first, its own action and the other's, one-hot (noughts before the first);
    and in what share of the rounds played each of its own actions fell, and each of the other's.
    """

    def __init__(
        self, size: int, device: str, name: str, row: Payoffs, column: Payoffs, rounds: int,
        recall: int, labels: Sequence[Sequence[str]],
    ) -> None:  # fmt: skip
        if rounds < 1 or recall < 0:
            raise BadParameter(f"tensor/{name}: rounds={rounds}, recall={recall} is too few")
        super().__init__(_spec(name, row, column, rounds, recall), size, device)
        self.rounds, self.labels = rounds, labels
        self.actions = len(row), len(column)
        pays = zip(
            *((row[a][b], column[b][a]) for a in range(len(row)) for b in range(len(row[0])))
        )
        self._pays = [self.constant(pay, torch.float32) for pay in pays]
        self.played = self.new()
        self.last = self.new(recall, 2)  # 1 + the action, 0 before the first round
        self.counts = [self.new(count) for count in self.actions]
        self._every = [self.constant(range(count))[:, None] for count in self.actions]

    def copy(self) -> Any:
        """Return these games as they stand."""
        twin = super().copy()
        twin.counts = [counts.clone() for counts in self.counts]
        return twin

    def reset(self, rows: Tensor, deals: Tensor) -> None:
        """Begin anew in the chosen rows."""
        self.live = self.live | rows
        others = rows.long() - 1
        self.played, self.last = self.played & others, self.last & others
        self.counts = [counts & others for counts in self.counts]

    def acting(self) -> Tensor:
        """Return that both are asked: bool (size, 2)."""
        return self.live.expand(2, -1).t()

    def legal(self, seats: Any) -> Tensor:
        """Return that every action may be taken: bool (size, actions).

        With different numbers of actions `seats` is an int.
        """
        actions = self.actions[seats if isinstance(seats, int) else 0]
        return self.live.expand(actions, -1).t()

    def step(self, actions: Sequence[Tensor]) -> Tensor:
        """Play a round: float32 (size, 2)."""
        live = self.live.long()
        first, second = actions
        both = (first * self.actions[1] + second) * live
        pay = torch.stack([pays.index_select(0, both) for pays in self._pays]) * self.live
        if len(self.last):
            now = torch.stack((first, second)) + 1
            later = torch.cat((now[None], self.last[:-1]))
            self.last = self.last ^ ((self.last ^ later) & -live)
        self.counts = [
            counts + (every == action) * live
            for counts, every, action in zip(self.counts, self._every, actions)
        ]
        self.played = self.played + live
        self.live = self.live & (self.played != self.rounds)
        return pay.t()

    def observe(self, seats: Any) -> Tensor:
        """Return what a seat sees of the rounds so far: float32 (size, numbers)."""
        if isinstance(seats, int):
            return self._seen(seats).t()
        return torch.where(seats == 0, self._seen(0), self._seen(1)).t()

    def _seen(self, seat: int) -> Tensor:
        parts = [self.played[None] / self.rounds]
        for round_ in self.last.unbind():
            parts += [(round_[s] - 1 == self._every[s]).float() for s in (seat, 1 - seat)]
        played = self.played.clamp(min=1)
        parts += [self.counts[s] / played for s in (seat, 1 - seat)]
        return torch.cat(parts)

    def label(self, seat: int, action: Any) -> str:
        """Return the name of an action."""
        name: str = self.labels[seat][action]
        return name

    def render(self, row: int) -> str:
        """Return the last round and how often each action fell."""
        lines = [f"round {int(self.played[row])} of {self.rounds}"]
        for seat, counts in enumerate(self.counts):
            fell = counts[:, row].tolist()
            told = ", ".join(f"{name} {n}" for name, n in zip(self.labels[seat], fell))
            lines.append(f"seat {seat}: {told}{self._lately(row, seat)}")
        return "\n".join(lines)

    def _lately(self, row: int, seat: int) -> str:
        last = [self.labels[seat][a - 1] for a in self.last[:, seat, row].tolist() if a]
        return f"; lately, the newest first: {', '.join(last)}" if last else ""

    def text(self, row: int, seat: int) -> str:
        """Return the same: nothing is hidden."""
        return self.render(row)


def _spec(name: str, row: Payoffs, column: Payoffs, rounds: int, recall: int) -> Spec:
    pays = [(row[a][b], column[b][a]) for a in range(len(row)) for b in range(len(column))]
    sums = {round(sum(pair), 9) for pair in pays}
    numbers = 1 + (1 + recall) * (len(row) + len(column))
    every = [pay for pair in pays for pay in pair]
    shared = all(one == other for one, other in pays)
    kind: Kind = "cooperative" if shared else "competitive" if len(sums) == 1 else "mixed"
    seats = tuple(
        Seat(Box(0.0, 1.0, (numbers,)), Discrete(len(table))) for table in (row, column)
    )  # fmt: skip
    return Spec(
        f"tensor/{name}", seats, kind=kind, zero_sum=len(sums) == 1 and not shared,
        max_turns=rounds,
        returns=(rounds * min(every), rounds * max(every)), perfect_information=True,
        stochastic=False, model=True,
    )  # fmt: skip


class Symmetric(MatrixTable):
    """The same payoffs and names for both seats."""

    def __init__(
        self, size: int, device: str, name: str, payoffs: Payoffs, rounds: int, recall: int,
        labels: Sequence[str],
    ) -> None:  # fmt: skip
        super().__init__(size, device, name, payoffs, payoffs, rounds, recall, (labels, labels))


class PrisonersDilemma(Symmetric):
    """Axelrod's payoffs, and 200 rounds (The Evolution of Cooperation, 1984)."""

    def __init__(
        self, size: int, device: str, rounds: int = 200, reward: float = 3.0, sucker: float = 0.0,
        temptation: float = 5.0, punishment: float = 1.0, recall: int = 1,
    ) -> None:  # fmt: skip
        payoffs = ((reward, sucker), (temptation, punishment))
        labels = "Cooperate", "Defect"
        super().__init__(size, device, "prisoners_dilemma", payoffs, rounds, recall, labels)


class Chicken(Symmetric):
    """Two drive at each other; who swerves is the chicken. Payoffs are OpenSpiel's."""

    def __init__(
        self, size: int, device: str, rounds: int = 1, crash: float = 0.0, win: float = 4.0,
        lose: float = 1.0, draw: float = 3.0, recall: int = 1,
    ) -> None:  # fmt: skip
        payoffs = ((crash, win), (lose, draw))
        super().__init__(size, device, "chicken", payoffs, rounds, recall, ("Dare", "Chicken"))


class StagHunt(Symmetric):
    """Two hunt a stag together or a hare alone. Payoffs are OpenSpiel's."""

    def __init__(
        self, size: int, device: str, rounds: int = 1, stag: float = 2.0, alone: float = 0.0,
        hare: float = 1.0, both_hare: float = 1.0, recall: int = 1,
    ) -> None:  # fmt: skip
        payoffs = ((stag, alone), (hare, both_hare))
        super().__init__(size, device, "stag_hunt", payoffs, rounds, recall, ("Stag", "Hare"))


class RockPaperScissors(Symmetric):
    """Each beats one and loses to one."""

    def __init__(self, size: int, device: str, rounds: int = 1, recall: int = 1) -> None:
        payoffs = ((0.0, -1.0, 1.0), (1.0, 0.0, -1.0), (-1.0, 1.0, 0.0))
        labels = "Rock", "Paper", "Scissors"
        super().__init__(size, device, "rock_paper_scissors", payoffs, rounds, recall, labels)


class Matrix(MatrixTable):
    """Any payoffs: `row=3;0;5;1` are seat 0's by its own action, then by the other's.

    `column` are seat 1's in the same order; left out, the game is symmetric. `actions` is how many
    seat 0 has; left out, as many as seat 1.
    """

    def __init__(
        self, size: int, device: str, row: list[float], column: list[float] | None = None,
        actions: int | None = None, rounds: int = 1, recall: int = 1,
    ) -> None:  # fmt: skip
        first, second = _tables(row, column, actions)
        labels = [[str(action) for action in range(len(table))] for table in (first, second)]
        super().__init__(size, device, "matrix", first, second, rounds, recall, labels)


def _tables(
    row: Sequence[float], column: Sequence[float] | None, actions: int | None
) -> tuple[Payoffs, Payoffs]:
    """Return both seats' payoffs by own action and the other's. Raises `BadParameter`."""
    high = actions if actions is not None else max(1, math.isqrt(len(row)))
    wide = len(row) // high if high > 0 else 0
    if not row or high * wide != len(row):
        raise BadParameter(
            f"tensor/matrix: {len(row)} payoffs in row are no table of {high} rows; say actions=N"
        )
    if len(column if column is not None else row) != len(row):
        raise BadParameter(f"tensor/matrix: row has {len(row)} payoffs, column {len(column or ())}")
    first = [list(row[a * wide : (a + 1) * wide]) for a in range(high)]
    if column is not None:
        return first, [[column[a * wide + b] for a in range(high)] for b in range(wide)]
    if high != wide:
        raise BadParameter("tensor/matrix: the table is not square: say column=... too")
    return first, first
