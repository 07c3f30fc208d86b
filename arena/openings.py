"""Openings: first moves that are given or drawn, made before any agent is asked.

An opening belongs to a deal, so all that play the deal begin from it: two sides that change seats
play it from both. Its moves are in the log like any others, and a replay needs to know no more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arena.environment import Environment
from arena.errors import ArenaError, BadParameter, Unsuitable
from arena.opening_files import is_file, read_openings
from arena.records import Match, Opening, Ref
from arena.seeds import Luck, uniform
from arena.slot import Slot
from arena.specs import Parameter, bind

PARAMETERS = (Parameter("plies", int, 0), Parameter("openings", list, (), str))
"""What every format takes beside its own parameters."""
_TRIES = 100
_TRY = 1 << 32
"""Distance in turns between the luck of one try to draw an opening and of the next."""


@dataclass(frozen=True, slots=True)
class Book:
    """Which opening each deal has: `plies` that are drawn, or `lines` in turn.

    A line is a sequence of moves in the notation of the game, or of actions' numbers.
    """

    plies: int = 0
    lines: tuple[tuple[str, ...], ...] = ()

    def opening(self, deal: int) -> Opening:
        """Return the opening of a deal (by its index)."""
        return self.lines[deal % len(self.lines)] if self.lines else self.plies


NO_BOOK = Book()


def openings_of(format_: Ref) -> tuple[str, ...]:
    """Return the openings that a format's `openings` spell, those of files among them.

    Raises `BadParameter`.
    """
    found: list[str] = []
    for item in _given(format_).get("openings", ()):
        found += read_openings(Path(item)) if is_file(item) else [item]
    return tuple(found)


def _given(format_: Ref) -> dict[str, Any]:
    known = [parameter.name for parameter in PARAMETERS]
    given = {name: value for name, value in format_.parameters.items() if name in known}
    return bind(f"format {format_.name!r}", PARAMETERS, given)


def split_book(format_: Ref, openings: Sequence[str]) -> tuple[Ref, Book]:
    """Return a format's Ref without `plies` and `openings`, and the book that they make.

    `openings` are what `openings_of` read; a line's moves stand apart by spaces. Raises
    `BadParameter`.
    """
    values = _given(format_)
    own = {name: value for name, value in format_.parameters.items() if name not in values}
    plies, lines = values.get("plies", 0), [line.split() for line in openings]
    if plies < 0 or (plies and lines) or not all(lines):
        raise BadParameter(
            f"format {format_.name!r}: give plies=N (0 or more) or openings=LINE;LINE or FILE, not"
            " both"
        )
    return Ref(format_.name, own, format_.alias), Book(plies, tuple(map(tuple, lines)))


def check_book(make: Callable[[], Environment], book: Book) -> None:
    """Raise `Unsuitable` where the game cannot be opened so; games with luck are tried once."""
    openings: Sequence[Opening] = book.lines or [book.plies] * bool(book.plies)
    for number, opening in enumerate(openings):
        environment = make()
        slot = Slot(environment, Match(0, (0,) * len(environment.spec.seats), 0, 0, opening), 0.0)
        try:
            environment.reset(Luck(0))
            open_match(slot, environment.acting())
        except ArenaError as error:
            if not (book.lines and environment.spec.stochastic):  # it may suit other deals
                line = f"opening {number + 1}: " if book.lines else ""
                raise Unsuitable(f"{line}{error}") from None
        finally:
            environment.close()


def open_match(slot: Slot, asked: Sequence[int]) -> Sequence[int]:
    """Make the moves of the match's opening; return the seats asked after it.

    Raises `ArenaError` where the game does not take it, or is over by it.
    """
    opening = slot.match.opening
    if not isinstance(opening, int):
        return _play_line(slot, asked, opening)
    for number in range(_TRIES):
        asked = _play_plies(slot, asked, opening, number * _TRY)
        if asked:
            return asked
        slot.restart()
        slot.environment.reset(Luck(slot.match.deal))
        asked = slot.environment.acting()
    raise ArenaError(f"{opening} random plies end the game; use fewer")


def _play_plies(slot: Slot, asked: Sequence[int], plies: int, luck: int) -> Sequence[int]:
    """Make random moves; return the seats asked after them, none if the game is over."""
    asked = slot.nature(asked)
    while asked and slot.turn < plies:
        joint = {}
        for seat in asked:
            legal = slot.legal(seat)
            if not legal:
                raise ArenaError("random plies need actions that can be counted; leave plies out")
            # seats of agents have luck of their own; these are below nature's
            u = uniform(slot.match.deal, -2 - seat, luck + slot.turn)
            joint[seat] = legal[int(u * len(legal))]
        asked = slot.nature(slot.step(joint))
    return asked


def _play_line(slot: Slot, asked: Sequence[int], line: Sequence[str]) -> Sequence[int]:
    moves = iter(line)
    asked = slot.nature(asked)
    done = 0
    while done < len(line):
        if not asked:
            raise ArenaError(f"the game is over before move {done + 1} of {' '.join(line)!r}")
        joint: dict[int, Any] = {}
        for seat in asked:
            if (text := next(moves, None)) is None:
                raise ArenaError(f"{' '.join(line)!r} ends where seat {seat} moves too")
            joint[seat] = _move(slot, seat, text)
            if joint[seat] is None:
                raise ArenaError(f"{text!r}, move {done + 1} of {' '.join(line)!r}, is not legal")
            done += 1
        asked = slot.nature(slot.step(joint))
    if not asked:
        raise ArenaError(f"the game is over after {' '.join(line)!r}")
    return asked


def _move(slot: Slot, seat: int, text: str) -> Any:
    """Return the legal action that a label or a number names, None if there is none."""
    action = slot.environment.parse(seat, text)
    if action is None:
        action = next((legal for legal in slot.legal(seat) or () if str(legal) == text), None)
    return action
