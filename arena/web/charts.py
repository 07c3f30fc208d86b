"""Charts as SVG, made on the server: they need no script; the stylesheet has their colours."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup, escape

WIDTH, ROW, NAMES = 720, 24, 210
"""The width of a chart, the height of a row in it, and the room for names, in its own units."""


def intervals(ratings: Sequence[Mapping[str, Any]]) -> Markup:
    """Return ratings with their 95 % intervals, a row each."""
    ends = [v for r in ratings for v in (r["rating"], r["low"], r["high"]) if _known(v)]
    if not ends:
        return Markup("")
    scale = _Scale(min(ends), max(ends), NAMES + 10, WIDTH - 16)
    high = ROW * len(ratings) + 28
    parts = [_axis(scale, high - 22)]
    for place, each in enumerate(ratings):
        y = ROW * place + ROW / 2 + 2
        parts.append(_text(NAMES, y, each["entrant"], "name"))
        if _known(each["low"]) and _known(each["high"]):
            a, b = scale(each["low"]), scale(each["high"])
            parts.append(f'<line class="interval" x1="{a:.1f}" x2="{b:.1f}" y1="{y}" y2="{y}"/>')
        if _known(each["rating"]):
            x = scale(each["rating"])
            parts.append(f'<circle class="point" cx="{x:.1f}" cy="{y}" r="4.5"/>')
    return _svg("intervals", WIDTH, high, "Ratings with 95 % intervals", parts)


def curves(lines: Sequence[Mapping[str, Any]], label: str, under: str) -> Markup:
    """Return curves; each has an `entrant` and `points` [(x, y), ...], y None or NaN for none."""
    drawn = [(line["entrant"], [p for p in line["points"] if _known(p[1])]) for line in lines]
    drawn = [(name, points) for name, points in drawn if points]
    if not drawn:
        return Markup("")
    xs = [x for _, points in drawn for x, _ in points]
    ys = [y for _, points in drawn for _, y in points]
    across = _Scale(min(0, *xs), max(xs), 56, WIDTH - 180, room=0.0)
    up = _Scale(min(ys), max(ys), 270, 12)
    parts = [_grid(up, 56, WIDTH - 180), _below(across, 270, under)]
    labels = _apart([up(points[-1][1]) for _, points in drawn])
    for place, ((name, points), y) in enumerate(zip(drawn, labels)):
        path = " ".join(f"{across(a):.1f},{up(b):.1f}" for a, b in points)
        parts.append(f'<polyline class="curve c{place % 8}" points="{path}"/>')
        parts.append(f'<circle class="key c{place % 8}" cx="{WIDTH - 170}" cy="{y:.1f}" r="5"/>')
        parts.append(_text(WIDTH - 160, y, name, "legend", 20))
    return _svg("curves", WIDTH, 312, label, parts)


def heat(
    names: Sequence[str], cells: Sequence[Sequence[Sequence[int]]], asked: Mapping[str, Any]
) -> Markup:
    """Return the share of points of each (row) against each (column); a cell leads to its
    matches: of those that `asked`, fields of `/matches`, means (None is not asked)."""
    given = {name: value for name, value in asked.items() if value is not None}
    size = min(48.0, max(14.0, (WIDTH - NAMES) / max(len(names), 1)))
    parts = []
    for i, name in enumerate(names):
        y = size * i + 34
        parts.append(_text(NAMES, y + size / 2, f"{i + 1}. {name}", "name"))
        parts.append(_text(NAMES + 8 + size * (i + 0.5), 20, str(i + 1), "head"))
        for j, other in enumerate(names):
            pair = {**given, "agent": name, "opponent": other}
            parts.append(_heat_cell(cells[i][j], NAMES + 8 + size * j, y, size, pair))
    wide = NAMES + 16 + size * len(names)
    label = "Share of the points of each entrant (row) against each other (column)"
    return _svg("heat", wide, size * len(names) + 40, label, parts, "group")


def _heat_cell(
    cell: Sequence[int], x: float, y: float, size: float, asked: Mapping[str, Any]
) -> str:
    wins, draws, losses = cell
    games = wins + draws + losses
    place = f'x="{x:.1f}" y="{y:.1f}" width="{size - 1:.1f}" height="{size - 1:.1f}"'
    if not games:
        return f'<rect class="none" {place}/>'
    share = (wins + draws / 2) / games
    step = round(10 * share)
    query = escape(urlencode(asked))
    both = f"{asked['agent']} against {asked['opponent']}"
    told = escape(f"{both}: {wins} won, {draws} drawn, {losses} lost")
    figure, percent = "", f"{100 * share:.0f}"
    if size >= 26:
        ink = "on-strong" if abs(step - 5) > 3 else "on-weak"
        middle = f'x="{x + size / 2:.1f}" y="{y + size / 2:.1f}"'
        figure = f'<text class="figure {ink}" {middle}>{percent}</text>'
    rect = f'<rect class="h{step}" {place}><title>{told}</title></rect>'
    return f'<a href="/matches?{query}" aria-label="{percent} percent, {told}">{rect}{figure}</a>'


def bars(shares: Sequence[tuple[str, float]]) -> Markup:
    """Return shares between 0 and 1 as bars, a row each."""
    parts = []
    for place, (name, share) in enumerate(shares):
        y = 18 * place
        long = 120 * min(max(share, 0.0), 1.0)
        parts.append(_text(84, y + 9, name, "name", 14))
        parts.append(f'<rect class="bar" x="90" y="{y + 3}" width="{long:.1f}" height="12"/>')
        parts.append(_text(96 + long, y + 9, f"{share:.2f}", "legend"))
    return _svg("bars", 250, 18 * len(shares) + 2, "Policy over the moves", parts)


class _Scale:
    """From values to places, with a little room at both ends."""

    def __init__(
        self, low: float, high: float, first: float, last: float, room: float = 0.04
    ) -> None:
        span = high - low or max(abs(high), 1.0)
        self.low, self.high = low - room * span, low + span * (1 + room)
        self.first, self.last = first, last

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.first + share * (self.last - self.first)

    def ticks(self, about: int = 6) -> list[float]:
        """Return round values within."""
        rough = (self.high - self.low) / about
        power = 10 ** math.floor(math.log10(rough))
        step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough)
        first = math.ceil(self.low / step)
        return [n * step for n in range(first, math.floor(self.high / step) + 1)]


def _axis(scale: _Scale, bottom: float) -> str:
    return "".join(
        f'<line class="grid" x1="{scale(t):.1f}" x2="{scale(t):.1f}" y1="2" y2="{bottom}"/>'
        + _text(scale(t), bottom + 12, f"{t:g}", "head")
        for t in scale.ticks()
    )


def _grid(scale: _Scale, left: float, right: float) -> str:
    return "".join(
        f'<line class="grid" x1="{left}" x2="{right}" y1="{scale(t):.1f}" y2="{scale(t):.1f}"/>'
        + _text(left - 6, scale(t), f"{t:g}", "name")
        for t in scale.ticks(5)
    )


def _below(scale: _Scale, top: float, under: str) -> str:
    ticks = (_text(scale(t), top + 14, f"{t:,.0f}", "head") for t in scale.ticks(5))
    return "".join(ticks) + _text((scale.first + scale.last) / 2, top + 34, under, "head")


def _apart(heights: Sequence[float], least: float = 17.0) -> list[float]:
    """Move labels down until none covers another, and all up if the last would be outside."""
    order = sorted(range(len(heights)), key=heights.__getitem__)
    placed = dict.fromkeys(order, 0.0)
    last = -math.inf
    for place in order:
        last = placed[place] = max(heights[place], last + least)
    over = max(0.0, last - 296)
    return [placed[place] - over for place in range(len(heights))]


def _known(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _text(x: float, y: float, text: str, kind: str, most: int = 30) -> str:
    short = text if len(text) <= most else text[: most - 1] + "…"
    whole = f"<title>{escape(text)}</title>" if short != text else ""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(short)}{whole}</text>'


def _svg(
    kind: str, wide: float, high: float, label: str, parts: Sequence[str], role: str = "img"
) -> Markup:
    head = f'<svg class="chart {kind}" role="{role}" viewBox="0 0 {wide:g} {high:g}"'
    return Markup(f'{head} width="{wide:g}" aria-label="{escape(label)}">{"".join(parts)}</svg>')
