"""Loading a game of OpenSpiel, and what is known of it once it is loaded."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import pyspiel

from arena import GlobalLuck, Luck, Seat, Spec, derive
from arena_openspiel import catalogue
from arena_openspiel.games import first_decision, load
from arena_openspiel.probe import Model, probe
from arena_openspiel.quiet import quiet
from arena_openspiel.sight import Sight
from arena_openspiel.spaces import action_space, observation_space

_Type = pyspiel.GameType


@dataclass(frozen=True, eq=False)
class Facts:
    """What all the games in progress of one game share.

    `deal` makes an initial state; `pays` says that rewards come before the end; `luck_inside` that
    the game draws from a generator of its own, so that a deal is a game loaded with its seed;
    `contained` keeps Python's generators as they are: games written in Python set them when they
    are dealt, and they are dealt anew to be copied (None: the game is C++'s).
    """

    game: Any
    spec: Spec
    sight: Sight
    model: Model
    deal: Callable[[Luck], Any]
    pays: bool
    luck_inside: bool
    contained: GlobalLuck | None = None

    @cached_property
    def fresh(self) -> Callable[[], Any] | None:
        """What makes the initial state where all deals begin alike; None where luck is needed."""
        if self.luck_inside or self.contained is not None:
            return None
        make: Callable[[], Any] = self.game.new_initial_state
        return make

    @cached_property
    def opening(self) -> tuple[str, ...]:
        """The game's names of the actions at its first decision, for drawings that number cells."""
        if self.game.get_type().action_structs_only:
            return ()
        with self.contained() if self.contained else nullcontext():
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
    with GlobalLuck(0)():
        model = _model(game, sight, luck_inside)
    return Facts(
        game=game,
        spec=_spec(name, game, sight, model),
        sight=sight,
        model=model,
        deal=_dealer(name, values, game),
        pays=kind.reward_model == _Type.RewardModel.REWARDS,
        luck_inside=luck_inside,
        contained=GlobalLuck(0) if catalogue.in_python(name, values) else None,
    )


def _dealer(name: str, values: Mapping[str, Any], game: Any) -> Callable[[Luck], Any]:
    """Return what makes an initial state from a deal's luck.

    A game that draws from a generator of its own is loaded anew, seeded from that luck and the seed
    that was asked for (or its default). One that is written in Python may use Python's generators.
    """
    if catalogue.has_luck_inside(name, values):
        return lambda luck: _seeded(name, values, luck).new_initial_state()
    if catalogue.in_python(name, values):
        return lambda luck: _contained(game, luck)
    return lambda luck: game.new_initial_state()


def _seeded(name: str, values: Mapping[str, Any], luck: Luck) -> Any:
    def seed(given: Any) -> int:
        return derive(luck.seed, "openspiel", str(given)) % 2**31

    return pyspiel.load_game(name, catalogue.with_seed(name, values, seed))


def _contained(game: Any, luck: Luck) -> Any:
    with GlobalLuck(luck.seed)():
        return game.new_initial_state()


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
