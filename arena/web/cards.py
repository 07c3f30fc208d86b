"""Cards of Kuhn's and Leduc poker, drawn from how the games draw themselves as text."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_RANKS, _SUITS = "JQK", "♠♥"
_WIDE, _HIGH, _STEP = 56, 80, 100


def cards_svg(game: str, drawing: str) -> Markup | None:
    """Return the cards in a drawing of a game by its short name, None where there are none."""
    name = game.partition(":")[0]
    if name == "kuhn_poker" and (
        dealt := re.fullmatch(r"([0-2])(?: ([0-2]))?(?: [pb]*)?", drawing)
    ):
        return _row([(f"seat {i}", _RANKS[int(c)]) for i, c in enumerate(dealt.groups()) if c])
    told = re.search(r"^Cards \(public player_0 player_1\): (-?\d+) (-?\d+) (-?\d+)", drawing, re.M)
    if name != "leduc_poker" or told is None:
        return None
    holders = zip(("public", "seat 0", "seat 1"), map(int, told.groups()))
    return _row([(w, _RANKS[c // 2] + _SUITS[c % 2]) for w, c in holders if 0 <= c < 6])


def _row(cards: list[tuple[str, str]]) -> Markup | None:
    """Return cards side by side, each with whose it is below."""
    if not cards:
        return None
    parts = []
    for place, (whose, card) in enumerate(cards):
        x = place * _STEP + (_STEP - _WIDE) / 2
        middle = place * _STEP + _STEP / 2
        parts.append(
            f'<rect class="cell light" x="{x}" y="2" width="{_WIDE}" height="{_HIGH}" rx="6"/>'
            f'<text class="card" x="{middle}" y="{_HIGH / 2 + 2}">{card}</text>'
            f'<text class="small" x="{middle}" y="{_HIGH + 14}">{whose}</text>'
        )
    label = escape("Cards. " + ", ".join(f"{whose}: {card}" for whose, card in cards))
    size = f'width="{len(cards) * _STEP}" height="{_HIGH + 24}"'
    head = f'<svg class="board cards" role="img" {size} aria-label="{label}"'
    box = f'viewBox="0 0 {len(cards) * _STEP} {_HIGH + 24}"'
    return Markup(f"{head} {box}>{''.join(parts)}</svg>")
