"""Every line of play that an agent lets happen, whatever the others do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from arena.agent import Agent
from arena.batch import Batch, Moves
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
    """A position: the game, the agent's seat, what was paid so far, and the moves made."""

    game: Environment
    seat: int
    returns: tuple[float, ...]
    turn: int


def lines_of_play(
    agent: Agent, make: Callable[[], Environment], limit: int = 100_000, seed: int = 0
) -> Lines:
    """Return how many lines there are in which the agent holds one seat, each in turn.

    In the other seats, and by chance, everything legal is done. The agent makes every move that its
    `policy` gives odds to; if it states none, the one move that it answers. It finds no memory of
    what it did before. Raises `Unsuitable` for a game that is not played in turns with nothing
    hidden, that cannot be copied, or of more than `limit` positions.
    """
    game = make()
    spec = game.spec
    if not (spec.turn_based and spec.perfect_information and spec.model and len(spec.seats) > 1):
        game.close()
        raise Unsuitable(f"{spec.name} is no game of open turns between seats that can be copied")
    game.reset(Luck(seed))
    seats = range(len(spec.seats))
    level = [_Node(game.copy(), seat, (0.0,) * len(seats), 0) for seat in seats]
    game.close()
    played = lost = looked = 0
    while level:
        looked += len(level)
        if looked > limit:
            raise Unsuitable(f"{spec.name} has more than {limit:,} positions in such lines")
        following: list[_Node] = []
        for node, moves in zip(level, _choices(agent, spec, level, seed)):
            if moves:
                following += _after(node, moves)
            else:
                played += 1
                lost += node.returns[node.seat] < max(node.returns)
        level = following
    return Lines(played, lost)


def _after(node: _Node, moves: Sequence[tuple[int, Any]]) -> Iterator[_Node]:
    for seat, move in moves:
        game = node.game.copy()
        paid = game.step({seat: move})
        returns = node.returns
        if paid is not None:
            returns = tuple(total + float(more) for total, more in zip(returns, paid))
        yield _Node(game, node.seat, returns, node.turn + (seat != CHANCE))


def _choices(
    agent: Agent, spec: Spec, level: Sequence[_Node], seed: int
) -> list[list[tuple[int, Any]]]:
    """Return (seat, move) for all that may happen at each position, nothing where it is over."""
    choices: list[list[tuple[int, Any]]] = []
    asked = []
    for index, node in enumerate(level):
        acting = node.game.acting()
        over = not acting or (spec.max_turns is not None and node.turn >= spec.max_turns)
        if over:
            choices.append([])
        elif acting[0] == CHANCE:
            choices.append([(CHANCE, move) for move, odds in node.game.chance() if odds > 0])
        else:
            legal = node.game.legal(acting[0])
            legal = whole(spec, acting[0]) or () if legal is None else legal
            choices.append([(acting[0], move) for move in legal])
            if acting[0] == node.seat:
                asked.append(index)
    for index, moves in zip(asked, _answers(agent, [level[index] for index in asked], seed)):
        choices[index] = moves
    return choices


def _answers(agent: Agent, nodes: Sequence[_Node], seed: int) -> list[list[tuple[int, Any]]]:
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
