"""Policies as tables: the odds of actions by what a seat sees, and the agent that plays them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena import Agent, Batch, Spec, Unsuitable, read_arrays
from arena_openspiel.loading import Facts


class Odds:
    """The odds of every action, float64 (actions,), by seat and what it sees in words."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._rows: dict[int, NDArray[np.float64]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: int) -> bool:
        return key in self._rows

    def set(self, key: int, odds: Mapping[int, float]) -> None:
        """Enter the odds of a decision."""
        row = self._rows[key] = np.zeros(self.width)
        row[list(odds)] = list(odds.values())

    def of(self, key: int, legal: Sequence[int]) -> NDArray[np.float64]:
        """Return the odds of the legal actions, even ones where nothing is known."""
        row = self._rows.get(key)
        odds = np.zeros(len(legal)) if row is None else row[list(legal)]
        total = float(odds.sum())
        return odds / total if total > 0 else np.full(len(legal), 1 / len(legal))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything as arrays: keys uint64 (n,), odds float64 (n, actions)."""
        odds = np.stack(list(self._rows.values())) if self._rows else np.zeros((0, self.width))
        return {"keys": np.fromiter(self._rows, np.uint64, len(self)), "odds": odds}

    @classmethod
    def read(cls, folder: str) -> Odds:
        """Return the table of a checkpoint."""
        arrays = read_arrays(folder)
        table = cls(arrays["odds"].shape[1])
        table._rows = dict(zip(arrays["keys"].tolist(), arrays["odds"]))
        return table


def key_of(seat: int, text: str) -> int:
    """Return the number of a decision: 64 bits of a hash of the seat and of what it sees."""
    told = f"{seat}\n{text}".encode()
    return int.from_bytes(hashlib.blake2b(told, digest_size=8).digest(), "big")


def tabulate(facts: Facts, policy: Any) -> Odds:
    """Return a pyspiel.Policy as a table, by what seats see in Arena."""
    table = Odds(facts.game.num_distinct_actions())
    states = [facts.game.new_initial_state()]
    while states:
        state = states.pop()
        if state.is_terminal():
            continue
        if not state.is_chance_node():
            seat = state.current_player()
            key = key_of(seat, facts.sight.text(state, seat))
            if key not in table:
                table.set(key, policy.action_probabilities(state))
        states += [state.child(action) for action in state.legal_actions()]
    return table


class TabularPolicy(Agent):
    """Plays a checkpoint of cfr, cfr_plus or mccfr: each action with the odds in the table.

    `greedy=true` plays the likeliest, which gives a mixed policy away. Decisions that are not in
    the table are played with even odds. `game` is the name of the game that was solved, where it is
    to play no other.
    """

    def __init__(self, checkpoint: str, greedy: bool = False, game: str = "") -> None:
        self.game, self.greedy = game, greedy
        self.table = Odds.read(checkpoint)

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` for another game than the one that was solved, or another size."""
        if self.game not in ("", spec.name):
            raise Unsuitable(f"it solves {self.game}")
        sizes = {int(getattr(seat.action_space, "n", 0)) for seat in spec.seats}
        if sizes != {self.table.width}:
            raise Unsuitable(f"it solves a game of {self.table.width} actions, not {max(sizes)}")

    def act_batch(self, batch: Batch) -> list[int]:
        """Return an action for each row."""
        moves = []
        for legal, odds, u in zip(batch.legal, self.policy(batch), batch.u.tolist()):
            place = min(int(np.searchsorted(np.cumsum(odds), u, "right")), len(legal) - 1)
            moves.append(int(legal[place]))
        return moves

    def policy(self, batch: Batch) -> list[NDArray[np.float64]]:
        """Return the odds of the legal actions of each row."""
        rows = zip(batch.seats, batch.text, batch.legal)
        odds = [self.table.of(key_of(seat, text), legal) for seat, text, legal in rows]
        if self.greedy:
            return [np.eye(len(each))[int(np.argmax(each))] for each in odds]
        return odds
