"""Cards are drawn where the text of a game says which they are."""

from __future__ import annotations

import re

import pytest

from arena.web.cards import cards_svg

LEDUC = "Round: 2\nPot: 2\nCards (public player_0 player_1): {} 3 0 \nRound 1 sequence: Raise"


@pytest.mark.parametrize(("game", "drawing", "cards"), [
    ("kuhn_poker", "2", ["K"]), ("kuhn_poker", "2 0 pp", ["K", "J"]),
    ("leduc_poker", LEDUC.format(-10000), ["Q♥", "J♠"]),
    ("leduc_poker", LEDUC.format(5), ["K♥", "Q♥", "J♠"]),
])  # fmt: skip
def test_cards_are_drawn(game, drawing, cards):
    drawn = cards_svg(game, drawing)
    assert re.findall(r'class="card"[^>]*>([^<]+)<', str(drawn)) == cards


@pytest.mark.parametrize(("game", "drawing"), [
    ("kuhn_poker", ""), ("kuhn_poker", "7 0"), ("tic_tac_toe", "2 0"), ("leduc_poker", "2 0"),
])  # fmt: skip
def test_what_has_no_cards_has_none_drawn(game, drawing):
    assert cards_svg(game, drawing) is None
