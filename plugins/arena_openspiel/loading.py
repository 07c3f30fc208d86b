"""Loading a game of OpenSpiel, and what is known of it once it is loaded."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import pyspiel

from arena import BadParameter, Luck, Seat, Spec, Unsuitable, derive
from arena_openspiel import catalogue
from arena_openspiel.probe import Model, probe
from arena_openspiel.quiet import quiet
from arena_openspiel.sight import Sight
from arena_openspiel.spaces import action_space, observation_space

_Type = pyspiel.GameType


@dataclass(frozen=True, eq=False)
class Facts:
    """What all the games in progress of one game share.

    `deal` makes an initial state; `pays` says that rewards come before the end; `luck_inside` that
    the game draws from a generator of its own, so that a deal is a game loaded with its seed.
    """

    game: Any
    spec: Spec
    sight: Sight
    model: Model
    deal: Callable[[Luck], Any]
    pays: bool
    luck_inside: bool

    @cached_property
    def opening(self) -> tuple[str, ...]:
        """The game's names of the actions at its first decision, for drawings that number cells."""
        if self.game.get_type().action_structs_only:
            return ()
        state = first_decision(self.game)
        return tuple(state.action_to_string(0, action) for action in state.legal_actions(0))


def facts(name: str, values: Mapping[str, Any]) -> Facts:
    """Load a game, once, with parameters that `catalogue.checked` has passed.

    Raises `BadParameter` for values that OpenSpiel refuses, `Unsuitable` for a game without seats.
    """
    return _facts(name, json.dumps(values, sort_keys=True))


@lru_cache(maxsize=64)
def _facts(name: str, values_json: str) -> Facts:
    values = json.loads(values_json)
    game = load(name, values)
    kind = game.get_type()
    sight = Sight(game)
    luck_inside = catalogue.has_luck_inside(name, values)
    model = _model(game, sight, luck_inside)
    return Facts(
        game=game,
        spec=_spec(name, game, sight, model),
        sight=sight,
        model=model,
        deal=_dealer(name, values) if luck_inside else lambda luck: game.new_initial_state(),
        pays=kind.reward_model == _Type.RewardModel.REWARDS,
        luck_inside=luck_inside,
    )


def load(name: str, values: Mapping[str, Any]) -> Any:
    """Return the pyspiel.Game. Raises `BadParameter` or `Unsuitable`, and prints nothing."""
    with quiet():
        try:
            game = pyspiel.load_game(name, dict(values))
            if game.get_type().dynamics != _Type.Dynamics.MEAN_FIELD:
                game.new_initial_state()
        except Exception as error:
            text = " ".join(str(error).split())
            raise BadParameter(f"openspiel/{name}: OpenSpiel refuses {values}: {text}") from None
    if game.get_type().dynamics == _Type.Dynamics.MEAN_FIELD:
        raise Unsuitable(f"openspiel/{name} cannot be played: {catalogue.MEAN_FIELD}")
    if game.num_distinct_actions() <= 0 and not game.get_type().action_structs_only:
        raise BadParameter(f"openspiel/{name}: with {values} there is nothing to do")
    return game


def first_decision(game: Any) -> Any:
    """Return a state in which a player is asked for the first time, nature's moves being random."""
    state, luck = game.new_initial_state(), random.Random(0)
    while state.is_chance_node():
        actions, odds = zip(*state.chance_outcomes())
        state.apply_action(luck.choices(actions, odds)[0])
    return state


def _dealer(name: str, values: Mapping[str, Any]) -> Callable[[Luck], Any]:
    """Return what deals a game that draws from a generator of its own: it is loaded anew, seeded.

    The seed is made from the deal's luck and the seed that was asked for (or its default).
    """

    def deal(luck: Luck) -> Any:
        seeded = catalogue.with_seed(
            name, values, lambda given: derive(luck.seed, "openspiel", str(given)) % 2**31
        )
        return pyspiel.load_game(name, seeded).new_initial_state()

    return deal


def _model(game: Any, sight: Sight, luck_inside: bool) -> Model:
    if luck_inside:
        reason = "it draws from a generator of its own, which a copy would share"
        return Model(None, sight.hides, reason=reason)
    kind = game.get_type()
    if kind.action_structs_only:
        return Model(None, True, reason="its actions are written, and cannot be listed")
    if not sight.hides and kind.chance_mode == _Type.ChanceMode.DETERMINISTIC:
        return Model("copy", False)
    return probe(game, sight)


def _spec(name: str, game: Any, sight: Sight, model: Model) -> Spec:
    kind = game.get_type()
    seats = game.num_players()
    written = kind.action_structs_only
    seat = Seat(observation_space(sight.shape), action_space(game))
    return Spec(
        name=f"openspiel/{name}",
        seats=(seat,) * seats,
        kind=catalogue.kind(kind, seats),
        zero_sum=kind.utility in (_Type.Utility.ZERO_SUM, _Type.Utility.CONSTANT_SUM),
        max_turns=game.max_game_length() if written else None,
        returns=(None, None) if written else _bounds(game),
        turn_based=kind.dynamics == _Type.Dynamics.SEQUENTIAL,
        perfect_information=not model.hides,
        stochastic=kind.chance_mode != _Type.ChanceMode.DETERMINISTIC,
        model=model.way is not None,
        no_model=model.reason,
    )


def _bounds(game: Any) -> tuple[float | None, float | None]:
    """Return the least and the greatest return, None where the game does not know it."""
    with quiet():
        try:
            low, high = game.min_utility(), game.max_utility()
        except Exception:
            return None, None
    return (low if math.isfinite(low) else None, high if math.isfinite(high) else None)
