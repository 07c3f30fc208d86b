"""A person at the terminal."""

from __future__ import annotations

import sys
from typing import Any

import click

from arena import Agent, ArenaError, Observation, Spec
from arena_search.suits import require_countable

_FEW = 40
"""So many legal moves are listed unasked."""
_HELP = "Type a move by its name or its number; ? lists the moves, q resigns."


class Resigned(ArenaError):
    """The person gave up, or there is nobody at the terminal."""


class Human(Agent):
    """Asks a person: shows what the seat sees and its legal moves, and reads a line."""

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` where moves cannot be counted, and so not be listed."""
        require_countable("human", spec)

    def act(self, observation: Observation) -> Any:
        """Return the move that was typed. Raises `Resigned` for q and at the end of input."""
        click.echo(f"\n{observation.text}\nYou hold seat {observation.seat}.")
        if observation.fault:
            click.echo(observation.fault)
        if len(observation.legal) <= _FEW:
            click.echo(_moves(observation))
        while True:
            move = _read(observation)
            if move is not None:
                return move


def _moves(observation: Observation) -> str:
    """Return the legal moves, each with its number."""
    return "  ".join(f"{move}: {observation.label(move)}" for move in observation.legal)


def _read(observation: Observation) -> Any:
    """Return the move of one line of input, None if it is no move."""
    click.echo("Your move: ", nl=False)
    line = sys.stdin.readline()
    text = line.strip()
    if not line or text.lower() == "q":
        raise Resigned("resigned" if line else "the input ended: nobody is at the terminal")
    if text == "?":
        click.echo(f"{_HELP}\n{_moves(observation)}")
        return None
    move = observation.parse(text)
    if move is None:
        click.echo(f"{text!r} is not a legal move. {_HELP}")
    return move
