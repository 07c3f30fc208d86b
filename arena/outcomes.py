"""Reads outcomes of games that were played elsewhere, from CSV and PGN files."""

from __future__ import annotations

import csv
import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from arena.errors import UsageError

_WINNERS = {"left": 1.0, "right": 0.0, "tie": 0.5}
_RESULTS = {"1-0": 1.0, "0-1": 0.0, "1/2-1/2": 0.5}
_TAG = re.compile(r'\[\s*(\w+)\s+"(.*)"\s*\]$')  # quotes within may lack their backslash
_COMMENTS = re.compile(r"\{[^}]*\}|;.*$")


@dataclass
class Outcomes:
    """Results of two players each, in the order of the file.

    `left` and `right` hold indices into `names`, `score` the left's, 0 to 1; `skipped` counts games
    without a result.
    """

    names: dict[str, int] = field(default_factory=dict)
    left: array[int] = field(default_factory=lambda: array("l"))
    right: array[int] = field(default_factory=lambda: array("l"))
    score: array[float] = field(default_factory=lambda: array("d"))
    skipped: int = 0

    def add(self, left: str, right: str, score: float) -> None:
        """Take in a result."""
        names = self.names
        self.left.append(names.setdefault(left, len(names)))
        self.right.append(names.setdefault(right, len(names)))
        self.score.append(score)


def read_outcomes(path: Path) -> Outcomes:
    """Read a .csv or a .pgn file. Raises `UsageError`."""
    reader = {".csv": _read_csv, ".pgn": _read_pgn}.get(path.suffix.lower())
    if reader is None:
        raise UsageError(f"{path} is neither a .csv nor a .pgn; name it so, or export one")
    try:
        outcomes = reader(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    if not outcomes.score:
        raise UsageError(f"{path} holds no results")
    return outcomes


def _read_csv(path: Path) -> Outcomes:
    """Read rows of left,right,winner or left,right,score; other columns are passed over."""
    outcomes = Outcomes()
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        try:
            (left, right, last), read = _columns(next(reader, []))
            width = max(left, right, last) + 1
            for row in reader:
                if len(row) >= width:
                    outcomes.add(_name(row[left]), _name(row[right]), read(row[last].strip()))
                elif row:
                    raise ValueError(f"{len(row)} columns where {width} are needed; complete it")
        except UnicodeDecodeError:
            raise UsageError(f"{path} is not UTF-8 text; save it as such") from None
        except (ValueError, csv.Error) as error:
            raise UsageError(f"{path}, line {max(1, reader.line_num)}: {error}") from None
    return outcomes


def _columns(header: list[str]) -> tuple[tuple[int, int, int], Callable[[str], float]]:
    """Return where left, right and the result stand, and what reads the result."""
    names = [name.strip().lower() for name in header]
    wanted = [name for name in ("winner", "score") if name in names]
    if "left" not in names or "right" not in names or len(wanted) != 1:
        raise ValueError(
            f"the header is {','.join(names)[:80]!r}; it must name left,right,winner or"
            " left,right,score"
        )
    places = names.index("left"), names.index("right"), names.index(wanted[0])
    return places, _winner if wanted == ["winner"] else _score


def _winner(text: str) -> float:
    score = _WINNERS.get(text.lower())
    if score is None:
        raise ValueError(f"winner {text!r} is none of left, right and tie; write one of them")
    return score


def _score(text: str) -> float:
    try:
        score = float(text)
    except ValueError:
        score = -1.0
    if not 0 <= score <= 1:
        raise ValueError(f"score {text!r} is not a number from 0 to 1; write the left's share")
    return score


def _name(text: str) -> str:
    name = text.strip()
    if not name:
        raise ValueError("a player has no name; give one")
    return name


def _read_pgn(path: Path) -> Outcomes:
    """Read the tags White, Black and Result of each game; unfinished ones are skipped."""
    outcomes = Outcomes()
    encoding = _encoding(path)
    with path.open(encoding=encoding) as file:
        for line, tags in _games(file):
            missing = [
                name for name in ("White", "Black", "Result") if not tags.get(name, "").strip()
            ]
            if missing:
                raise UsageError(f"{path}, line {line}: the game has no tag {missing[0]}; add it")
            result = tags["Result"].strip()
            if result == "*":
                outcomes.skipped += 1
                continue
            if result not in _RESULTS:
                raise UsageError(
                    f"{path}, line {line}: result {result!r} is none of 1-0, 0-1, 1/2-1/2 and *;"
                    " write one of them"
                )
            outcomes.add(tags["White"].strip(), tags["Black"].strip(), _RESULTS[result])
    return outcomes


def _encoding(path: Path) -> str:
    """Return UTF-8 where that is what it is, else Latin-1, which the standard has."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            while file.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8-sig"


def _games(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the tags of each game, with the line on which it begins."""
    begin, tags, moves, comment = 0, dict[str, str](), False, False
    for number, line in enumerate(lines, start=1):
        if line.startswith("%"):
            continue
        tag = None if comment else _TAG.match(line.strip())
        if tag is None:
            moves = moves or bool(tags and line.strip())
            comment = _in_comment(line, comment)
            continue
        if moves or tag[1] in tags:
            yield begin, tags
            tags, moves = {}, False
        begin = begin if tags else number
        tags[tag[1]] = re.sub(r"\\(.)", r"\1", tag[2])
    if tags:
        yield begin, tags


def _in_comment(line: str, comment: bool) -> bool:
    """Return whether a line of moves ends within braces."""
    if comment:
        _, closed, line = line.partition("}")
        if not closed:
            return True
    return "{" in _COMMENTS.sub("", line)
