"""What OpenSpiel says of its games: names, kinds, parameters. Those of C++ are not loaded for it.

Only `pyspiel` is imported (.02 s); the games written in Python are registered when a name is asked
for that C++ does not have, or when all are listed.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pyspiel

from arena import ArenaError, BadParameter, Description, Parameter, UnknownName, bind
from arena_openspiel.games import MEAN_FIELD, load

_SEEDS = ("rng_seed", "seed")
_PLAYERS = ("players", "num_players", "numPlayers")
_KINDS = {
    pyspiel.GameType.Utility.ZERO_SUM: "competitive",
    pyspiel.GameType.Utility.CONSTANT_SUM: "competitive",
    pyspiel.GameType.Utility.IDENTICAL: "cooperative",
    pyspiel.GameType.Utility.GENERAL_SUM: "mixed",
}
_COMMON = {"lewis_signaling", "trade_comm"}
"""Games that pay all alike whatever is done, though OpenSpiel has them as general-sum."""
_TYPES = {"kInt": int, "kDouble": float, "kBool": bool, "kString": str, "kGame": str}
_NESTED = re.compile(r"[A-Za-z0-9_]+(\(.*\))?", re.DOTALL)


def types(python: bool = True) -> dict[str, Any]:
    """Return {short name: pyspiel.GameType}; with those of Python's games, or only C++'s."""
    if python:
        importlib.import_module("open_spiel.python.games")
    return {game.short_name: game for game in pyspiel.registered_games()}


@lru_cache(maxsize=1024)
def game_type(name: str) -> Any:
    """Return the pyspiel.GameType of a short name. Raises `UnknownName`."""
    for python in (False, True):
        known = types(python)
        if name in known:
            return known[name]
    raise UnknownName("OpenSpiel game", name, known, "arena environments")


def kind(game: Any, seats: int | None) -> Any:
    """Return "competitive", "cooperative" or "mixed" for a pyspiel.GameType.

    A game for one is competitive: its entrants are compared by what they return.
    """
    if game.short_name in _COMMON:
        return "cooperative"
    return "competitive" if seats == 1 else _KINDS[game.utility]


def describe(name: str) -> Description:
    """Say what is known of a game without loading it. Raises `UnknownName`."""
    game = game_type(name)
    if game.dynamics == pyspiel.GameType.Dynamics.MEAN_FIELD:
        return Description(None, None, MEAN_FIELD)
    needed = ", ".join(p.name for p in parameters(name) if p.required)
    if _wraps(game):  # what it is depends on the game inside
        spelt = "a game is spelt as OpenSpiel does: kuhn_poker(players=3)"
        return Description(None, None, f"it needs {needed} ({spelt})")
    seats = _seats(game)
    reason = f"it needs {needed}" if needed else _trouble(name) if in_python(name, {}) else None
    return Description(kind(game, seats), seats, reason)


@lru_cache(maxsize=256)
def _trouble(name: str) -> str | None:
    """Return why a game written in Python cannot be played with its defaults, None if it can.

    OpenSpiel does not see to it that these keep to what they declare: chat_game does not.
    """
    try:
        load(name, {})
    except ArenaError as error:
        return str(error)
    return None


def in_python(name: str, values: Mapping[str, Any]) -> bool:
    """Whether the game, or one within it, is written in Python.

    Those that C++ has are concrete, or wrap another game.
    """
    game = game_type(name)
    inside = [value for value in values.values() if isinstance(value, dict)]
    own = not game.is_concrete and not _wraps(game)
    return own or any(in_python(inner["name"], inner) for inner in inside)


def _seats(game: Any) -> int | None:
    if game.min_num_players == game.max_num_players:
        return int(game.min_num_players)
    given = [game.parameter_specification.get(key) for key in _PLAYERS]
    return next((players for players in given if players and players > 0), None)


def _wraps(game: Any) -> bool:
    return any(isinstance(default, dict) for default in game.parameter_specification.values())


@lru_cache(maxsize=1024)
def parameters(name: str) -> tuple[Parameter, ...]:
    """Return the typed parameters of a game; a game within it is a string in OpenSpiel's syntax.

    Raises `UnknownName`.
    """
    game = game_type(name)
    found = []
    for key, (kind_of, mandatory) in _declared(game).items():
        default = game.parameter_specification[key]
        empty = default in ("", {}) and not game.default_loadable and not _any_mandatory(game)
        if mandatory or empty:
            found.append(Parameter(key, _TYPES[kind_of]))
        else:
            found.append(Parameter(key, _TYPES[kind_of], _on_one_line(default)))
    return tuple(found)


def _on_one_line(default: Any) -> Any:
    """Return a default as it can be typed: grids of several lines are spelt with \\n."""
    if default == {}:
        return ""
    return default.replace("\n", "\\n") if isinstance(default, str) else default


def _declared(game: Any) -> dict[str, tuple[str, bool]]:
    """Return {parameter: (C++ type, whether it is mandatory)}.

    pyspiel shows whether a parameter is mandatory only in its serialised form,
    `name=kType***default***mandatory` joined by `|||` (open_spiel/game_parameters.h).
    """
    _, _, text = game.pretty_print().partition("parameter_specification: ")
    declared = {}
    for part in text.split("|||"):
        key, _, rest = part.partition("=")
        if key in game.parameter_specification:
            kind_of, *_, mandatory = rest.strip().split("***")
            declared[key] = (kind_of, mandatory == "true")
    return declared


def _any_mandatory(game: Any) -> bool:
    return any(mandatory for _, mandatory in _declared(game).values())


def checked(name: str, given: Mapping[str, Any], what: str = "") -> dict[str, Any]:
    """Return parameters as `pyspiel.load_game(name, ...)` takes them.

    Raises `BadParameter` for a wrong name, type, number of players or sign, here and in the games
    within it, before OpenSpiel sees it.
    """
    what = what or f"environment 'openspiel/{name}'"
    game = game_type(name)
    values = bind(what, parameters(name), given)
    for key, value in values.items():
        default = game.parameter_specification[key]
        if isinstance(default, dict):
            values[key] = _nested(what, key, value)
        elif isinstance(value, str):
            values[key] = value.replace("\\n", "\n")
        elif type(value) is int and value < 0 and default >= 0:
            raise BadParameter(f"{what}: {key}={value} is negative")
    _check_players(what, game, values)
    return values


def _check_players(what: str, game: Any, values: Mapping[str, Any]) -> None:
    low, high = game.min_num_players, game.max_num_players
    for key in _PLAYERS:
        players = values.get(key)
        if players is None or players == game.parameter_specification[key]:
            continue
        if not low <= players <= high:
            allowed = str(low) if low == high else f"{low} to {high}"
            raise BadParameter(f"{what}: {key}={players}, but it is for {allowed}")


def _nested(what: str, key: str, text: str) -> dict[str, Any]:
    """Return the parameters (with "name") of a game within a game."""
    text = text.strip()
    if not _NESTED.fullmatch(text) or text.count("(") != text.count(")"):
        raise BadParameter(
            f"{what}: {key}={text!r} is not a game as OpenSpiel spells it: name(key=value,...)"
        )
    try:
        inner = pyspiel.game_parameters_from_string(text)
    except (pyspiel.SpielError, ValueError) as error:
        raise BadParameter(f"{what}: {key}={text!r}: {error}") from None
    return _inner(what, inner)


def _inner(what: str, inner: Mapping[str, Any]) -> dict[str, Any]:
    name = inner["name"]
    label = f"{what}: game {name!r}"
    given = {
        key: pyspiel.game_parameters_to_string(value) if isinstance(value, dict) else value
        for key, value in inner.items()
        if key != "name"
    }
    return {"name": name, **checked(name, given, label)}


def has_luck_inside(name: str, values: Mapping[str, Any]) -> bool:
    """Whether the game, or one within it, draws from a generator of its own that takes a seed."""
    inside = [value for value in values.values() if isinstance(value, dict)]
    return bool(_seed_name(name)) or any(has_luck_inside(game["name"], game) for game in inside)


def _seed_name(name: str) -> str | None:
    """Return the parameter that seeds a game's own generator, if it has one."""
    game = game_type(name)
    if game.chance_mode != pyspiel.GameType.ChanceMode.SAMPLED_STOCHASTIC:
        return None
    return next((seed for seed in _SEEDS if seed in game.parameter_specification), None)


def with_seed(name: str, values: Mapping[str, Any], seed_of: Any) -> dict[str, Any]:
    """Return the parameters with the generator of the game, and of games within it, seeded.

    `seed_of(given)` turns the seed that was asked for (or its default) into the one to use.
    """
    seeded = {
        key: {"name": value["name"], **with_seed(value["name"], _without_name(value), seed_of)}
        if isinstance(value, dict)
        else value
        for key, value in values.items()
    }
    if key := _seed_name(name):
        seeded[key] = seed_of(values.get(key, game_type(name).parameter_specification[key]))
    return seeded


def _without_name(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != "name"}
