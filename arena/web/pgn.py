"""A game of chess in Portable Game Notation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from arena.history import MatchRow

_RESULTS = {1: "1-0", -1: "0-1", 0: "1/2-1/2"}
_WIDE = 80


def is_chess(environment: str) -> bool:
    """Whether a game is chess, by its full name or alias, whatever its parameters."""
    name = environment.partition(":")[0]
    return name == "chess" or name.endswith("/chess")


def pgn(row: MatchRow, labels: Sequence[str], white: int) -> str:
    """Return a game; `labels` are its moves in algebraic notation, `white` is who moved first.

    The format is that of "Standard: Portable Game Notation Specification and Implementation Guide"
    (1994), sections 8.1 (the seven tags) and 8.2 (the moves).
    """
    names = row.seats[white], row.seats[1 - white]
    gap = row.returns[white] - row.returns[1 - white]
    over = row.ending in ("terminal", "forfeit")
    result = _RESULTS[(gap > 0) - (gap < 0)] if over else "*"
    tags = {
        "Event": f"Arena, tournament {row.tournament}", "Site": "?",
        "Date": datetime.fromtimestamp(row.started, UTC).strftime("%Y.%m.%d"),
        "Round": str(row.number), "White": names[0], "Black": names[1], "Result": result,
    }  # fmt: skip
    lines = [f'[{tag} "{_quoted(value)}"]' for tag, value in tags.items()]
    words = [
        f"{ply // 2 + 1}. {label}" if ply % 2 == 0 else label for ply, label in enumerate(labels)
    ]
    return "\n".join([*lines, "", *_folded([*words, result]), ""])


def _quoted(text: str) -> str:
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return plain.replace("\\", "\\\\").replace('"', '\\"')


def _folded(words: Sequence[str]) -> list[str]:
    lines = [""]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > _WIDE and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
