"""A person at the terminal."""

from __future__ import annotations

import ast
import textwrap
from typing import Any

import click
import numpy as np

from arena import Agent, ArenaError, Infrastructure, Observation, harmless

SHOWN = 60
"""Moves that are listed unasked."""
HELP = "type a move or its number, ? for all moves, q to resign"


class Resigned(ArenaError):
    """Raised to give a game up: what it costs is for the rules to say, forfeit if they do not."""


class Human(Agent):
    """Shows the position and the legal moves, and reads a move from standard input.

    All that it shows goes to standard error: standard output may carry something to be read.
    """

    def act(self, observation: Observation) -> Any:
        """Return the move that was typed.

        Raises `Resigned` for q, `Infrastructure` (the match is void) where the input has ended.
        """
        _say(f"\n{_heading(observation)}\n{observation.text}\n{_menu(observation, SHOWN)}")
        while True:
            click.echo("your move> ", nl=False, err=True)
            line = _read().strip()
            if line == "?":
                _say(f"{HELP}\n{_menu(observation, None)}")
            elif line.lower() == "q":
                raise Resigned("resigned")
            elif line:
                action = _understand(observation, line)
                if action is not None:
                    return action
                _say(f"{line!r} is not a legal move: {HELP}")


def _say(text: str) -> None:
    """Show text, some of which an opponent may have written."""
    click.echo(harmless(text), err=True)


def _read() -> str:
    """Return the next line. Raises `Infrastructure` where there is none."""
    try:
        return input()
    except EOFError:
        raise Infrastructure("standard input ended while a person was to move") from None


def _heading(observation: Observation) -> str:
    seat = observation.seat
    role = observation.spec.seats[seat].role
    return f"turn {observation.turn + 1}, you are seat {seat}" + (f" ({role})" if role else "")


def _menu(observation: Observation, most: int | None) -> str:
    """Return the legal moves with their numbers, wrapped; the first `most` of them."""
    legal = observation.legal
    if _in_words(observation):
        return "whatever you say, on one line"
    if legal is None:
        return f"any element of {observation.action_space}, such as [0.5, 1]"
    moves = [f"{action}={observation.label(action)}" for action in legal[:most]]
    more = len(legal) - len(moves)
    text = textwrap.fill("  ".join(move.replace(" ", "\0") for move in moves), 100)
    return text.replace("\0", " ") + (f"\nand {more} more, ? lists them" if more else "")


def _understand(observation: Observation, line: str) -> Any:
    """Return the legal action that a line means, None if it means none."""
    if _in_words(observation):
        return observation.parse(line)
    if observation.legal is None:
        return _element(observation.action_space, line)
    action = observation.parse(line)
    if action is None and line.isdecimal() and int(line) in observation.legal:
        action = int(line)
    return action


def _in_words(observation: Observation) -> bool:
    return observation.spec.seats[observation.seat].in_words


def _element(space: Any, line: str) -> Any:
    """Return the element of a space that a line spells as Python does, else None."""
    try:
        value = ast.literal_eval(line)
        if getattr(space, "dtype", None) is not None and space.shape is not None:
            value = np.asarray(value, space.dtype)
        return value if space.contains(value) else None
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
