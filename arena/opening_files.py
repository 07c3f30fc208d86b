"""Files of openings: a line of moves an opening, or the moves of a PGN's games."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from arena.errors import BadParameter

FORMS = (".txt", ".pgn")
_REMARKS = re.compile(r"\{[^}]*\}|;[^\n]*|^%[^\n]*", re.M)
_ASIDE = re.compile(r"\([^()]*\)")
_TAG = re.compile(r"\s*\[\s*(\w+)\s+\"")
_NUMBER = re.compile(r"^\d+\.+")
_RESULTS = ("1-0", "0-1", "1/2-1/2", "*")


def is_file(text: str) -> bool:
    """Whether an opening is written as the name of a file: by its ending."""
    return Path(text).suffix.lower() in (*FORMS, ".epd")


def read_openings(path: Path) -> tuple[str, ...]:
    """Return the openings of a file, their moves a space apart.

    In a .txt each line is one, but for empty ones and what follows a `#`. In a .pgn each game is
    one; move numbers, results, comments, variations and annotations are left out. Raises
    `BadParameter` for a file that cannot be read or holds none.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMS:
        raise BadParameter(
            f"openings: {path} holds positions, and a game is opened by moves; name a .txt with a"
            " line of moves an opening, or a .pgn"
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        told = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise BadParameter(f"openings: {path} cannot be read: {told}") from None
    lines = _pgn(path, text) if suffix == ".pgn" else _plain(text)
    found = tuple(line for line in lines if line)
    if not found:
        raise BadParameter(f"openings: {path} holds none; write a line of moves for each")
    return found


def _plain(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield " ".join(line.partition("#")[0].split())


def _pgn(path: Path, text: str) -> Iterator[str]:
    """Yield the moves of each game; it ends at its result, or where the next one's tags begin."""
    text, moves, number = _REMARKS.sub(" ", text), list[str](), 1
    while (shorter := _ASIDE.sub(" ", text)) != text:  # variations within variations
        text = shorter
    for line in text.splitlines():
        if tag := _TAG.match(line):
            if moves:
                yield " ".join(moves)
                moves, number = [], number + 1
            if tag[1] == "FEN":
                raise BadParameter(
                    f"openings: game {number} of {path} begins from a position of its own (FEN);"
                    " leave it out"
                )
            continue
        for token in line.split():
            if token in _RESULTS:
                yield " ".join(moves)
                moves, number = [], number + 1
            elif (move := _NUMBER.sub("", token)) and not move.startswith("$"):
                moves.append(move.rstrip("!?"))
    yield " ".join(moves)
