"""What a seat sees of a few games in words, where OpenSpiel's own text is a code.

Each tells all that OpenSpiel's information state does: who plays by the text misses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

_UNKNOWN = -10000  # how OpenSpiel writes a card that is not dealt
_LEDUC = re.compile(r"\[(\w+): ?([^\]]*)\]")
_LEDUC_MOVES = ("fold", "call", "raise")


def kuhn_poker(state: Any, seat: int) -> str:
    """Return the card, the bets so far and what is in the pot: `0pb` and `012` are OpenSpiel's."""
    known = re.fullmatch(r"(\d*)([pb]*)", state.information_state_string(seat))
    if known is None or not known[1]:
        return "The cards are not dealt yet."
    count = state.num_players()
    paid = state.observation_string(seat)[-count:]
    bets = [{"p": "pass", "b": "bet"}[bet] for bet in known[2]]
    return (
        f"Your card is {known[1]} (of 0 to {count}; the highest wins).\n"
        f"Bets so far: {_listed(bets)}.\nIn the pot: {_by_seat(paid)}."
    )


def leduc_poker(state: Any, seat: int) -> str:
    """Return the cards by rank and suit, the bets of both rounds and the money."""
    return _leduc_poker(state.information_state_string(seat))


@lru_cache(maxsize=65_536)
def _leduc_poker(known: str) -> str:
    told = dict(_LEDUC.findall(known))

    def card(name: str) -> str:
        number = int(told.get(name, _UNKNOWN))
        if number == _UNKNOWN:
            return "not dealt yet"
        return f"of rank {number // 2}, suit {number % 2}"

    rounds = [[_LEDUC_MOVES[int(m)] for m in told[name].split()] for name in ("Round1", "Round2")]
    return (
        f"Your card is {card('Private')}; the public card is {card('Public')}.\n"
        f"First round: {_listed(rounds[0])}. Second round: {_listed(rounds[1])}.\n"
        f"The pot holds {told['Pot']}; money left: {_by_seat(told['Money'].split())}."
    )


def _listed(moves: list[str]) -> str:
    return ", ".join(moves) or "nothing"


def _by_seat(amounts: Any) -> str:
    return ", ".join(f"{amount} of seat {seat}" for seat, amount in enumerate(amounts))


_WORDS = {"kuhn_poker": kuhn_poker, "leduc_poker": leduc_poker}


def words_of(game: Any) -> Callable[[Any, int], str] | None:
    """Return what tells a seat's view of a state in words; None: OpenSpiel's text will do."""
    if game.get_parameters().get("suit_isomorphism", False):
        return None  # its cards are ranks alone
    return _WORDS.get(game.get_type().short_name)
