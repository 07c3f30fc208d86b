"""What a move is worth: the return of matches that begin where it was made, and with it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena import Agent, Batch, Environment, Match, Moves, Spec, Unsuitable, derive, play
from arena_align.decisions import Decision

Floats = NDArray[np.float64]
Ask = tuple[Decision, int]
"""A decision, and which of its legal actions is made there."""


class Begin(Agent):
    """Makes the `index`-th legal move first, and then plays as another agent does."""

    def __init__(self, inner: Agent, index: int) -> None:
        self.inner, self.index = inner, index
        self.needs = inner.needs

    def act_batch(self, batch: Batch) -> Sequence[Any] | Moves:
        """Return one action a row."""
        fresh = [not page.get("begun") for page in batch.memory]
        for page in batch.memory:
            page["begun"] = True
        if not any(fresh):
            return self.inner.act_batch(batch)
        actions = [each[self.index] if new else None for each, new in zip(batch.legal, fresh)]
        rest = [row for row, new in enumerate(fresh) if not new]
        if rest:
            answer = self.inner.act_batch(batch.take(rest))
            for row, action in zip(rest, answer.actions if isinstance(answer, Moves) else answer):
                actions[row] = action
        return actions


def returns_after(
    make: Callable[[], Environment],
    asks: Sequence[Ask],
    players: Sequence[Agent],
    others: Sequence[Agent],
    seed: int,
    games: int = 1,
) -> Floats:
    """Return what each move came to for its seat: float64 (asks,), the mean of `games` matches.

    The decision's seat is then played by the `players`, in turn with the matches, the other seats
    by `others`, in turn as well. The matches are played on the decision's own deal. Raises
    `Unsuitable` for a game whose actions have no numbers to open a match with.
    """
    if not asks:
        return np.zeros(0)
    width = 1 + max(index for _, index in asks)
    seats = len(make().spec.seats)
    agents: list[Agent] = [
        *(Begin(player, index) for player in players for index in range(width)), *others,
    ]  # fmt: skip
    first_other = len(players) * width
    matches = []
    for number in range(len(asks) * games):
        decision, index = asks[number // games]
        game = number % games
        other = first_other + game % len(others)
        held = [other] * seats
        held[decision.seat] = (game % len(players)) * width + index
        luck = derive(seed, "continuation", number)
        opening = tuple(map(str, decision.moves))
        matches.append(Match(number, tuple(held), luck, decision.deal, opening or 0))
    totals = np.zeros(len(asks))
    for episode in play(make, agents, matches):
        if episode.ending == "void":
            why = episode.faults[-1].message if episode.faults else "it was void"
            raise Unsuitable(f"a match cannot be taken up again where a move was made: {why}")
        ask = episode.match.number // games
        totals[ask] += episode.returns[asks[ask][0].seat]
    return totals / games


def values_of_moves(
    make: Callable[[], Environment],
    asked: Sequence[Decision],
    by: Agent,
    seed: int,
    games: int = 1,
) -> list[Mapping[int, float]]:
    """Return what each legal move (by index) of each decision comes to if `by` holds all seats.

    With a perfect player (minimax) one match tells the value of the game after the move. Where
    nothing is hidden or left to luck, moves are played on once for all decisions at one board.
    """
    names = _boards(make().spec, asked)
    first = dict(zip(names, asked))
    asks = [(here, index) for here in first.values() for index in range(len(here.legal))]
    worth = iter(returns_after(make, asks, [by], [by], seed, games).tolist())
    values = {
        name: {index: next(worth) for index in range(len(decision.legal))}
        for name, decision in first.items()
    }
    return [values[name] for name in names]


def _boards(spec: Spec, asked: Sequence[Decision]) -> list[Hashable]:
    """Return a name for each decision, the same for those at which the same moves come to."""
    alike = spec.perfect_information and not spec.stochastic
    return [
        (decision.board, decision.legal) if alike and decision.board else number
        for number, decision in enumerate(asked)
    ]
