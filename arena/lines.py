"""Every line of play that an agent lets happen, whatever the others do."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from arena.agent import Agent
from arena.batch import Batch, Moves
from arena.columns import frozen
from arena.environment import Environment
from arena.errors import Unsuitable
from arena.records import CHANCE, Match, Spec
from arena.seeds import Luck, derive
from arena.slot import Slot, whole


class Lines(NamedTuple):
    """How many lines of play there are to the end, and how many of them the agent loses.

    A line is lost where another seat is paid more over the match than the agent's.
    """

    played: int
    lost: int


class _Node(NamedTuple):
    """A position: the game, the agent's seat, what was paid so far, and the turn."""

    game: Environment
    seat: int
    returns: tuple[float, ...]
    turn: int


Move = tuple[int, Any]
"""A seat and its action."""


def lines_of_play(
    agent: Agent, make: Callable[[], Environment], limit: int = 100_000, seed: int = 0
) -> Lines:
    """Return how many lines there are in which the agent holds one seat, each in turn.

    In the other seats, and by chance, everything legal is done. The agent makes every move that its
    `policy` gives odds to; if it states none, the one move that it answers. It finds no memory of
    what it did before. A position that is come to in several ways, as `state`, `text` and `legal`
    tell, is looked at once. Raises `Unsuitable` for a game that is not played in turns with nothing
    hidden, that cannot be copied, or of more than `limit` positions.
    """
    game = make()
    spec = game.spec
    if not (spec.turn_based and spec.perfect_information and spec.model and len(spec.seats) > 1):
        game.close()
        raise Unsuitable(f"{spec.name} is no game of open turns between seats that can be copied")
    game.reset(Luck(seed))
    nothing = (0.0,) * len(spec.seats)
    level = [(_Node(game.copy(), seat, nothing, 0), 1) for seat in range(len(spec.seats))]
    game.close()
    played = lost = looked = 0
    while level:
        looked += len(level)
        if looked > limit:
            raise Unsuitable(f"{spec.name} has more than {limit:,} positions in such lines")
        following: dict[Hashable, tuple[_Node, int]] = {}
        for (node, ways), moves in zip(level, _choices(agent, spec, level, seed)):
            if not moves:
                played += ways
                lost += ways * (node.returns[node.seat] < max(node.returns))
            for key, after in _after(node, moves):
                met = following.get(key)
                following[key] = (after, ways if met is None else met[1] + ways)
        level = list(following.values())
    return Lines(played, lost)


def _after(node: _Node, moves: Sequence[Move]) -> Iterator[tuple[Hashable, _Node]]:
    """Yield what each move leads to, and what that is known by."""
    for seat, move in moves:
        game = node.game.copy()
        paid = game.step({seat: move})
        returns = node.returns
        if paid is not None:
            returns = tuple(total + float(more) for total, more in zip(returns, paid))
        after = _Node(game, node.seat, returns, node.turn + (seat != CHANCE))
        asked = tuple(game.acting())
        choices = frozen(game.legal(asked[0])) if asked and asked[0] != CHANCE else None
        position = (frozen(game.state()), game.text(0), asked, choices)
        yield (after[1:], position), after


def _choices(
    agent: Agent, spec: Spec, level: Sequence[tuple[_Node, int]], seed: int
) -> list[list[Move]]:
    """Return all that may happen at each position, nothing where it is over."""
    choices: list[list[Move]] = []
    asked = []
    for index, (node, _) in enumerate(level):
        acting = node.game.acting()
        if not acting or (spec.max_turns is not None and node.turn >= spec.max_turns):
            choices.append([])
        elif acting[0] == CHANCE:
            choices.append([(CHANCE, move) for move, odds in node.game.chance() if odds > 0])
        else:
            legal = node.game.legal(acting[0])
            legal = whole(spec, acting[0]) or () if legal is None else legal
            choices.append([(acting[0], move) for move in legal])
            if acting[0] == node.seat:
                asked.append(index)
    for index, moves in zip(asked, _answers(agent, [level[index][0] for index in asked], seed)):
        choices[index] = moves
    return choices


def _answers(agent: Agent, nodes: Sequence[_Node], seed: int) -> list[list[Move]]:
    """Return the moves of the agent at positions where it is to move."""
    if not nodes:
        return []
    slots = []
    for number, node in enumerate(nodes):
        luck = derive(seed, "lines", node.turn, number)
        slot = Slot(node.game, Match(number, (0,) * len(node.returns), luck, 0), 0.0)
        slot.turn = node.turn
        slots.append(slot)
    seats = [node.seat for node in nodes]
    batch = Batch(slots, seats, "model" in agent.needs)
    rows = agent.policy(batch)
    if rows is None:
        answer = agent.act_batch(batch)
        actions = answer.actions if isinstance(answer, Moves) else answer
        return [[(seat, action)] for seat, action in zip(seats, actions)]
    pairs = zip(seats, batch.legal, rows)
    return [[(s, legal[i]) for i in np.flatnonzero(np.asarray(odds))] for s, legal, odds in pairs]
