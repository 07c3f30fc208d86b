"""How the worlds of a game can be imagined, found out by playing it a few times at random.

Where nothing is hidden a world is a copy. Else worlds are made from what the seat knows
(`arena_openspiel.knowledge`) where enough of them are found; else by OpenSpiel's own
`resample_from_infostate`, which knows the rules of the game, where it can be trusted.

OpenSpiel's resampling is not trusted where some seat does not see another's action: euchre, hearts
and colored_trails replay hidden actions as they really were. Nor where what it makes depends on the
true world: gin_rummy's worlds keep the true history. The games are played from fixed seeds, so that
a game is always judged alike.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import pyspiel

from arena import Unsuitable
from arena_openspiel.knowledge import LIMITS, Belief, Limits
from arena_openspiel.quiet import quiet
from arena_openspiel.sight import Sight

Way = Literal["copy", "native", "belief"]
GAMES = 5
"""Games that are searched for hidden actions; imagining is tried in two of them."""
MOVES = 400
"""After so many moves a probe game is long enough."""
DECISIONS = 3
"""Decisions of a game at which imagining is tried, the latest first."""
LUCKS = 2
"""Streams of luck with which OpenSpiel's resampling is tried at a decision."""
CHANCES = 40
"""Positions of a game that says it hides nothing which are searched for hidden luck."""
OUTCOMES = 12
"""Outcomes of a chance node, or actions, that are compared."""
TIGHT = Limits(listed=1_000, drawn=4_000, further=0)
"""What must suffice in the probe, so that the game's own limits leave room."""
PYTHON_SLOWER = 10
"""How many positions of a C++ game take as long as one of a game written in Python, or more."""


class Model(NamedTuple):
    """How to imagine (None: not at all, and `reason` says why), and whether anything is hidden."""

    way: Way | None
    hides: bool
    limits: Limits = LIMITS
    reason: str = ""


class Decision(NamedTuple):
    """A position of a probe game with a seat that is to move."""

    state: Any
    seat: int


def probe(game: Any, sight: Sight) -> Model:
    """Say how the worlds of a game can be imagined."""
    with quiet():
        try:
            return _judge(game, sight)
        except Exception as error:  # of a game written in Python it can be any
            text = " ".join(f"{type(error).__name__}: {error}".split())
            return Model(None, True, reason=f"OpenSpiel fails to try its moves out ({text})")


def _judge(game: Any, sight: Sight) -> Model:
    if not sight.hides:
        path = _play(game, random.Random(0), CHANCES)
        if not any(_chance_hides(state, sight) for state in path):
            return Model("copy", False)
    limits, tight = _limits(game, LIMITS), _limits(game, TIGHT)
    games = [_play(game, random.Random(seed), MOVES) for seed in range(2)]
    tries = [decision for path in games for decision in _decisions(game, path)]
    if all(_lists(decision, sight, tight) for decision in tries):
        return Model("belief", True, limits)
    if all(_draws(decision, sight, tight) for decision in tries):
        return Model("belief", True, limits)
    if all(_resamples(decision, sight) for decision in tries[:2]):
        games += [_play(game, random.Random(seed), MOVES) for seed in range(2, GAMES)]
        if not any(_hides_action(state, sight) for path in games for state in path):
            return Model("native", True, limits)
    return Model(None, True, reason="too few of its histories agree with what a seat has seen")


def _play(game: Any, luck: random.Random, moves: int) -> list[Any]:
    """Play at random; return every position on the way, the terminal one left out."""
    state = game.new_initial_state()
    path: list[Any] = []
    while not state.is_terminal() and len(path) < moves:
        path.append(state.clone())
        if state.is_chance_node():
            actions, odds = zip(*state.chance_outcomes())
            state.apply_action(luck.choices(actions, odds)[0])
        elif state.is_simultaneous_node():
            seats = range(game.num_players())
            state.apply_actions([luck.choice(state.legal_actions(s) or [0]) for s in seats])
        else:
            state.apply_action(luck.choice(state.legal_actions()))
    return path


def _chance_hides(state: Any, sight: Sight) -> bool:
    """Whether two outcomes of a chance node look the same to every seat and are not."""
    if not state.is_chance_node():
        return False
    seats = range(state.num_players())
    seen: dict[Any, str] = {}
    for action, _ in itertools.islice(state.chance_outcomes(), OUTCOMES):
        child = state.child(action)
        if not child.is_terminal():
            views = tuple(sight.view(child, seat) for seat in seats)
            if seen.setdefault(views, str(child)) != str(child):
                return True
    return False


def _hides_action(state: Any, sight: Sight) -> bool:
    """Whether some seat does not see which of two actions another seat takes here."""
    if state.is_chance_node():
        return False
    if state.is_simultaneous_node():
        return True  # conservative: what is chosen at once is seldom shown whole
    first, *others = (state.child(action) for action in state.legal_actions()[:OUTCOMES])
    watching = [s for s in range(state.num_players()) if s != state.current_player()]
    return any(sight.view(first, s) == sight.view(other, s) for other in others for s in watching)


def _decisions(game: Any, path: list[Any]) -> Iterator[Decision]:
    """Yield decisions spread over a game, the latest first."""
    asked = [
        Decision(state, seat)
        for state in path
        for seat in range(game.num_players())
        if not state.is_chance_node() and state.legal_actions(seat)
    ]
    asked.reverse()
    yield from asked[:: max(1, len(asked) // DECISIONS)][:DECISIONS]


def _resamples(decision: Decision, sight: Sight) -> bool:
    """Whether OpenSpiel's own resampling shows the seat what it saw, and nothing of the truth.

    From the true state and from a world resampled from it, the same luck must lead to one world.
    """
    state, seat = decision
    try:
        world = _resample(state, seat, 0)
        pairs = [
            (_resample(state, seat, luck), _resample(world, seat, luck))
            for luck in range(1, LUCKS + 1)
        ]
    except pyspiel.SpielError:
        return False
    return all(
        sight.view(one, seat) == sight.view(state, seat)
        and one.legal_actions(seat) == state.legal_actions(seat)
        and one.history() == other.history()
        and str(one) == str(other)
        for one, other in pairs
    )


def _resample(state: Any, seat: int, luck: int) -> Any:
    return state.resample_from_infostate(seat, random.Random(luck).random)


def _lists(decision: Decision, sight: Sight, limits: Limits) -> bool:
    return Belief(decision.state, decision.seat, sight.view, limits).listed


def _draws(decision: Decision, sight: Sight, limits: Limits) -> bool:
    belief = Belief(decision.state, decision.seat, sight.view, limits)
    try:
        belief.draw(random.Random(0).random)
    except Unsuitable:
        return False
    return True


def _limits(game: Any, limits: Limits) -> Limits:
    """Return the limits, lower for a game written in Python."""
    if type(game) is pyspiel.Game or type(game).__module__.startswith("pyspiel"):
        return limits
    return Limits(*(limit // PYTHON_SLOWER for limit in limits))
