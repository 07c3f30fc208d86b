"""The rules of some games in words, for players that read: OpenSpiel has no such text."""

from __future__ import annotations

RULES = {
    "tic_tac_toe": (
        "Tic-tac-toe on a board of 3 rows and 3 columns. x (seat 0) moves first, then the players "
        "take turns to mark an empty cell. Whoever first has three marks in a row, a column or a "
        "diagonal wins; a full board without one is a draw. A move is written as the mark and the "
        "cell, x(row,column), both counted from 0 at the top left."
    ),
    "connect_four": (
        "Connect four on a board of 6 rows and 7 columns. x (seat 0) moves first. A player chooses "
        "a column, counted from 0 at the left, and a piece drops to its lowest empty cell. Whoever "
        "first has four pieces in a row, a column or a diagonal wins; a full board is a draw."
    ),
    "breakthrough": (
        "Breakthrough: pieces move one square straight or diagonally forward, and capture only "
        "diagonally. Whoever first reaches the far row wins."
    ),
    "hex": (
        "Hex: players take turns to fill an empty cell. x (seat 0) wins by a chain that joins its "
        "two sides of the board, o by one that joins the other two. There are no draws."
    ),
    "nim": (
        "Nim: in turn a player takes any number of objects from one pile. Whether the player who "
        "takes the last one wins or loses depends on the variant played."
    ),
    "kuhn_poker": (
        "Kuhn poker: a deck of three cards, 0 < 1 < 2. Each player puts 1 chip into the pot and "
        "is dealt one card. Players bet 1 more chip or pass; after a bet, pass means to fold and "
        "bet to call. The highest card left wins the pot."
    ),
    "leduc_poker": (
        "Leduc poker: six cards, two of each of three ranks. Each player antes 1 chip and has one "
        "private card; there are two betting rounds, with raises of 2 and then 4, and a public "
        "card between them. A pair with the public card wins, else the higher card."
    ),
}
"""By OpenSpiel's short name."""
