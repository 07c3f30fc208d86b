"""The rules of well-known games in words, for players that read: no library has such texts.

Adapters of several libraries have the same games, so the texts are kept here, once. What the moves
are called is told by their labels.
"""

from __future__ import annotations

import re

_POKER = "After a bet, a player folds and loses what is in the pot, or calls by putting in as much."
_MATRIX = (
    "A game of a single move: both seats choose at once, unseen by each other. Seat 0 chooses the "
    "row and seat 1 the column of a table; of each pair of numbers seat 0 is paid the first and "
    "seat 1 the second."
)
_DILEMMA = (
    "Both seats choose at once to cooperate or to defect. To defect always pays more than to "
    "cooperate, whatever the other does; but both are paid more if both cooperate than if both "
    "defect."
)
_RULES = {
    "tic_tac_toe": (
        "Tic-tac-toe on a board of 3 rows and 3 columns. x (seat 0) moves first, then the players "
        "take turns to mark an empty cell. Whoever first has three marks in a row, a column or a "
        "diagonal wins; a full board without one is a draw. Rows and columns are counted from 0 at "
        "the top left."
    ),
    "connect_four": (
        "Connect four on a board of 6 rows and 7 columns. Seat 0 moves first. A player chooses a "
        "column, counted from 0 at the left, and a piece drops to its lowest empty cell. Whoever "
        "first has four pieces in a row, a column or a diagonal wins; a full board is a draw."
    ),
    "breakthrough": (
        "Breakthrough: pieces move one square straight or diagonally forward, and capture only "
        "diagonally. Whoever first reaches the far row wins."
    ),
    "hex": (
        "Hex: players take turns to fill an empty cell. Seat 0 wins by a chain that joins its two "
        "sides of the board, seat 1 by one that joins the other two. There are no draws."
    ),
    "othello": (
        "Othello on a board of 8 rows and 8 columns. Seat 0 (black) moves first. A move puts a "
        "disc where it encloses opposing discs in a straight or diagonal line between itself and "
        "another disc of the mover; all that are enclosed are turned over. Who has no such move "
        "passes. When nobody can move, the one with more discs wins."
    ),
    "chess": (
        "Chess: the usual rules, with castling, en passant and promotion. Checkmate wins; "
        "stalemate, repetition, lack of material and fifty moves of each without a capture or a "
        "pawn's move are draws."
    ),
    "go": (
        "Go: players put stones on empty points in turn, or pass. Stones without an empty point "
        "beside their group are taken off. Two passes end the game; who holds more of the board, "
        "stones and enclosed points, after the second player's compensation, wins."
    ),
    "gomoku": (
        "Gomoku: players put a stone on an empty cell in turn; whoever first has five in a row, "
        "a column or a diagonal wins; a full board is a draw."
    ),
    "nim": (
        "Nim: in turn a player takes any number of objects from one pile. Whether the player who "
        "takes the last one wins or loses depends on the variant played."
    ),
    "kuhn_poker": (
        "Kuhn poker: a deck of three cards, 0 < 1 < 2. Each player puts 1 chip into the pot and "
        "is dealt one card. Players bet 1 more chip or pass; after a bet they call or fold: where "
        "there are but two actions, bet is to call and pass to fold. The highest card left wins "
        "the pot."
    ),
    "leduc_poker": (
        "Leduc poker: six cards, two of each of three ranks. Each player antes 1 chip and has one "
        "private card; there are two betting rounds, with raises of 2 and then 4, and a public "
        "card between them. A pair with the public card wins, else the higher card."
    ),
    "leduc_holdem": (
        "Leduc hold'em: six cards, two each of jack, queen and king. Each player has one private "
        "card; there are two betting rounds, and a public card between them. A pair with the "
        f"public card wins the pot, else the higher card. {_POKER}"
    ),
    "texas_holdem": (
        "Limit Texas hold'em: each player has two private cards, and up to five public ones are "
        "shown in three steps, with a round of betting before and after each. The best five of "
        f"the seven cards win the pot. {_POKER}"
    ),
    "liars_dice": (
        "Liar's dice: every player rolls dice that only they see. In turn a player bids that among "
        "all dice there are at least so many of a face (quantity-face), higher than the bid "
        "before, or calls the last bidder a liar. Then all dice are shown: the highest face counts "
        "as any. If the bid holds, who doubted it loses, else who made it."
    ),
    "backgammon": (
        "Backgammon: each player moves 15 checkers by two dice around 24 points in opposite "
        "directions, and off the board at the end. A point with two or more opposing checkers is "
        "closed; a single one is hit, goes to the bar and must enter again before anything else "
        "moves. Equal dice are played twice each. Whoever first has all checkers off wins."
    ),
    "goofspiel": (
        "Goofspiel: every player holds the same cards, 1 and up. In each turn a prize card is "
        "shown, and all players bid a card of their hand at once. The highest bid wins as many "
        "points as the prize card says, nobody where it is equalled; the cards bid are gone. "
        "Whoever has most points at the end wins."
    ),
    "hanabi": (
        "Hanabi: all players play together. Everybody sees the others' cards, and not their own. "
        "The cards of each colour are to be played in the order 1, 2, 3, 4, 5. In turn a player "
        "plays a card (a wrong one costs a life), or discards one for an information token, or "
        "spends such a token to tell another player all of their cards of one colour or one rank. "
        "The score is the number of cards played rightly; it is nothing when all lives are lost."
    ),
    "tiny_hanabi": (
        "Tiny Hanabi: both players are paid the same. Each is dealt one card that only they see. "
        "Seat 0 chooses an action, seat 1 sees it and chooses one; both cards and both actions "
        "together decide, by a fixed table, what both are paid."
    ),
    "bargaining": (
        "Bargaining: a pool of books, hats and basketballs is to be shared. What each kind is "
        "worth to a player only that player knows. In turn a player offers: the numbers of an "
        "offer are what the other would get, or agrees to the last offer: then who made it is paid "
        "the worth of what it left over, the other that of what was offered. Without an agreement "
        "by the last turn both are paid nothing."
    ),
    "pig": (
        "Pig: in turn a player rolls a die as often as they like. What is rolled adds up, and is "
        "kept if the player stops; a 1 ends the turn and loses what was rolled in it. Whoever "
        "first has the winning score wins."
    ),
    "blotto": (
        "Colonel Blotto: both players at once divide the same number of coins among fields. Who "
        "put more on a field wins it; whoever wins more fields wins."
    ),
    "dots_and_boxes": (
        "Dots and boxes: in turn a player draws a line between two neighbouring dots. Who closes a "
        "box owns it and moves again. Whoever owns more boxes at the end wins."
    ),
    "prisoners_dilemma": _DILEMMA,
    "rock_paper_scissors": (
        "Rock, paper, scissors: both seats choose at once. Rock beats scissors, scissors beats "
        "paper, paper beats rock; the same is a draw."
    ),
    "2048": (
        "2048: a move slides all tiles of a board of 4 by 4 to one side; two equal tiles that meet "
        "become one of twice the number, which is paid. A new tile then appears. It is over when "
        "nothing can move."
    ),
    "simple_spread": (
        "Simple spread: agents in a plane are to cover as many landmarks as there are agents, "
        "without touching each other. All are paid less the further the landmarks are from the "
        "nearest agent, and for every touch. An agent sees numbers: its own velocity (2) and place "
        "(2), then, relative to itself, the places of the landmarks (2 each) and of the other "
        "agents (2 each); the rest is talk, which is silent."
    ),
    "simple_tag": (
        "Simple tag: predators chase faster prey among obstacles. A predator is paid for touching "
        "the prey, the prey loses by it and by leaving the area. An agent sees numbers: its own "
        "velocity (2) and place (2), then, relative to itself, the places of the obstacles (2 "
        "each) and of the other agents (2 each), and the velocity of the prey if it is another."
    ),
}
"""By a game's common name."""
_SAME = {
    "tictactoe": "tic_tac_toe", "connect4": "connect_four", "rps": "rock_paper_scissors",
    "go_9x9": "go", "go_19x19": "go"
}  # fmt: skip
"""Other names of the same game."""


def rules_of(name: str) -> str | None:
    """Return the rules of a well-known game in words, None where nobody has written them down.

    `name` is an environment's: a family before a slash, parameters after a colon and a version
    (`_v3`) do not matter.
    """
    bare = re.sub(r"_v\d+$", "", name.rpartition("/")[2].partition(":")[0])
    if bare.startswith("matrix_"):
        return _MATRIX
    return _RULES.get(_SAME.get(bare, bare))
