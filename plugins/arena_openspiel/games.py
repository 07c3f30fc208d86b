"""Loading a game of OpenSpiel, with all that can go wrong said in one line."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pyspiel

from arena import BadParameter, Unsuitable
from arena_openspiel.quiet import quiet

MEAN_FIELD = "a mean-field game has a population for a player, not seats"


def load(name: str, values: Mapping[str, Any]) -> Any:
    """Return the pyspiel.Game, and print nothing.

    Raises `BadParameter` for values that OpenSpiel refuses or that make no game, `Unsuitable` for a
    game without seats.
    """
    from arena import GlobalLuck  # numpy, which naming the games of C++ does without

    with quiet(), GlobalLuck(0)():  # games written in Python draw from Python's generators
        try:
            game = pyspiel.load_game(name, dict(values))
            kind = game.get_type()
            mean_field = kind.dynamics == pyspiel.GameType.Dynamics.MEAN_FIELD
            state = None if mean_field else first_decision(game)
        except Exception as error:  # of a game written in Python it can be any
            text = " ".join(str(error).split())
            raise BadParameter(f"openspiel/{name}: OpenSpiel refuses {values}: {text}") from None
    if state is None:
        raise Unsuitable(f"openspiel/{name} cannot be played: {MEAN_FIELD}")
    if not kind.action_structs_only:
        _check_actions(name, values, game, state)
    return game


def first_decision(game: Any) -> Any:
    """Return a state in which a player is asked for the first time, nature's moves being random."""
    state, luck = game.new_initial_state(), random.Random(0)
    while state.is_chance_node():
        actions, odds = zip(*state.chance_outcomes())
        state.apply_action(luck.choices(actions, odds)[0])
    return state


def _check_actions(name: str, values: Mapping[str, Any], game: Any, state: Any) -> None:
    """Raise `BadParameter` where the first decision is none, or not among the declared actions."""
    declared = game.num_distinct_actions()
    legal = [a for seat in range(game.num_players()) for a in state.legal_actions(seat)]
    if not legal or declared <= 0:
        raise BadParameter(f"openspiel/{name}: with {values} there is nothing to do")
    if max(legal) >= declared:
        raise BadParameter(
            f"openspiel/{name}: with {values} OpenSpiel offers action {max(legal)} where it "
            f"declares {declared} of them"
        )
