"""The bracket of a knockout, drawn from what its format concludes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

_STAGES = {"final": 2, "semi-final": 4, "quarter-final": 8}
_MOST = 64
"""How many places a bracket has at most that is drawn; a larger one is told of in its table."""
_WIDE, _BETWEEN, _LINE, _GAP, _HEAD = 190, 34, 24, 14, 30
"""A tie's width, the room to the next stage, a line's height, the room between ties, and above."""
_LONGEST = 20
Meeting = Mapping[str, Any]


def bracket_svg(conclusion: Mapping[str, Any]) -> Markup | None:
    """Return the drawn bracket of a finished knockout, None for anything else.

    The conclusion's `ties` and `byes` need no order: the final says who came from where.
    """
    ties, byes = conclusion.get("ties"), conclusion.get("byes")
    if not isinstance(ties, list) or not isinstance(byes, list):
        return None
    met: dict[tuple[int, str], Meeting] = {}
    for tie in [*ties, *byes]:
        size = _size(tie["stage"])
        if size is None or size > _MOST:
            return None
        met |= {(size, name): tie for name in tie.get("entrants", [tie.get("entrant")])}
    champion, first = conclusion.get("champion"), max((size for size, _ in met), default=0)
    if champion is None or (2, champion) not in met:
        return None
    stages = [[met[2, champion]]]
    for size in [2**power for power in range(2, first.bit_length())]:
        stages.insert(0, [met[size, name] for tie in stages[0] for name in _names(tie)])
    return _drawn(stages, f"Bracket. {champion} is the champion.")


def _size(stage: str) -> int | None:
    """Return how many places a stage of a knockout has, None for a stage of anything else."""
    number = stage.removeprefix("round of ")
    return int(number) if number != stage and number.isdigit() else _STAGES.get(stage)


def _names(tie: Meeting) -> Sequence[str]:
    return tie["entrants"] if "entrants" in tie else [tie["entrant"]]


def _drawn(stages: Sequence[Sequence[Meeting]], label: str) -> Markup:
    """Return stages from left to right, each tie between the two that it follows from."""
    heights: list[list[float]] = []
    step = 2 * _LINE + _GAP
    parts: list[str] = []
    for place, ties in enumerate(stages):
        x = place * (_WIDE + _BETWEEN)
        parts.append(
            f'<text class="head" x="{x + _WIDE / 2}" y="14">{escape(ties[0]["stage"])}</text>'
        )
        if not place:
            middles = [_HEAD + step * (i + 0.5) for i in range(len(ties))]
        else:
            before = iter(heights[-1])
            middles = []
            for tie in ties:
                from_ = [next(before) for _ in _names(tie)]
                middles.append(sum(from_) / len(from_))
                parts += [_joint(x, y, middles[-1]) for y in from_]
        heights.append(middles)
        parts += [_tie(tie, x, middle) for tie, middle in zip(ties, middles)]
    wide = len(stages) * (_WIDE + _BETWEEN) - _BETWEEN
    high = _HEAD + step * len(stages[0])
    head = f'<svg class="chart bracket" role="img" viewBox="-1 0 {wide + 2} {high}"'
    size = f'width="{wide + 2}" height="{high}"'
    return Markup(f'{head} {size} aria-label="{escape(label)}">{"".join(parts)}</svg>')


def _joint(x: float, y: float, middle: float) -> str:
    half = x - _BETWEEN / 2
    return f'<path class="joint" d="M{x - _BETWEEN} {y:g}H{half:g}V{middle:g}H{x}"/>'


def _tie(tie: Meeting, x: float, middle: float) -> str:
    """Return a box with a line for each entrant: its name, its points, the winner's in bold."""
    names = _names(tie)
    high = _LINE * len(names)
    top = middle - high / 2
    parts = [f'<rect class="tie" x="{x}" y="{top:g}" width="{_WIDE}" height="{high}" rx="5"/>']
    scores = tie.get("scores", ["bye"])
    for line, (name, score) in enumerate(zip(names, scores)):
        y = top + _LINE * (line + 0.5)
        kind = "won" if name == tie.get("winner", name) else "lost"
        short = name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
        title = f"<title>{escape(name)}</title>"
        told = score if isinstance(score, str) else f"{score:g}"
        parts.append(f'<text class="{kind}" x="{x + 8}" y="{y:g}">{escape(short)}{title}</text>')
        parts.append(f'<text class="{kind} end" x="{x + _WIDE - 8}" y="{y:g}">{told}</text>')
    return "".join(parts)
