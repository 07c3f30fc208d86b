"""Worlds that a seat may believe to be in, from nothing but what it has seen and done.

What a seat knows is its story: the views it has had, in order, without repeats, and its own actions
between them. A world is a history from the initial state that tells the same story: chance by its
odds, other seats playing uniformly at random, the seat's own actions as they were. How many moves
lie between two views is not part of a story, so hidden moves (phantom games) do not show.

Where all such histories lie within `Limits.listed` positions they are listed, once for a decision,
and a world is drawn with its exact probability. Else up to `PARTICLES` histories are drawn, once
for a decision, move by move among the moves that keep the story, each weighted by the probability
of what it had to leave out, and one of them is chosen by weight (sequential importance resampling;
Gordon, Salmond and Smith 1993).
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import pyspiel

from arena import Unsuitable

PARTICLES = 32
"""Worlds that stand for all of a decision where these are too many to list."""
JOINT = 64
"""Joint moves of the other seats that are looked at one by one; of more, one is drawn."""

View = Any
See = Callable[[Any, int], View]
"""What a seat sees of a state; None where the game does not say."""


class Limits(NamedTuple):
    """Positions that may be looked at for a decision.

    To list its worlds, else to draw `PARTICLES` of them, and further to draw the first if that did
    not find any.
    """

    listed: int = 2_000
    drawn: int = 20_000
    further: int = 400_000


LIMITS = Limits()


class Chapter(NamedTuple):
    """What a seat saw up to one of its decisions, and what it did (None: it is yet to decide)."""

    views: tuple[View, ...]
    action: int | None


class Place(NamedTuple):
    """How far a state's history has come in the seat's story."""

    chapter: int
    view: int


class _Exhausted(Exception):
    """The budget of positions is spent."""


class Belief:
    """What one seat knows at one decision of a game, and the worlds that agree with it."""

    def __init__(self, state: Any, seat: int, see: See, limits: Limits = LIMITS) -> None:
        self.state, self.moves = state, state.move_number()
        self.seat, self._see, self._limits = seat, see, limits
        self._game = state.get_game()
        self.story = tell(state, seat, see)
        self._legal = state.legal_actions(seat)
        self._left = 0
        self._worlds: list[Any] = []
        self._weights: list[float] = []
        self.listed = self._list_worlds()

    def is_of(self, state: Any, seat: int) -> bool:
        """Whether this is what `seat` knows now in the game whose state object this is."""
        return state is self.state and seat == self.seat and state.move_number() == self.moves

    def draw(self, uniform: Callable[[], float]) -> Any:
        """Return a state that the seat may be in. Raises `Unsuitable` if none was found in time."""
        if not self.listed:
            own = random.Random(uniform())  # drawn each time, so that a second asking is the same
            if not self._worlds:
                self._draw_worlds(own.random)
        if not self._worlds:
            raise Unsuitable(
                f"{self._game.get_type().short_name}: no history that agrees with what seat "
                f"{self.seat} has seen was found within {sum(self._limits)} positions"
            )
        return _choose(self._worlds, self._weights, uniform()).clone()

    def _list_worlds(self) -> bool:
        """List every world with its probability; return False if there are too many."""
        self._left = self._limits.listed
        worlds, weights = [], []
        open_ends = [(*self._begin(), 1.0)]
        try:
            while open_ends:
                state, place, probability = open_ends.pop()
                if self._arrived(state, place):
                    worlds.append(state)
                    weights.append(probability)
                    continue
                for child, there, odds in self._children(state, place):
                    open_ends.append((child, there, probability * odds))
        except _Exhausted:
            return False
        self._worlds, self._weights = worlds, weights
        return True

    def _draw_worlds(self, uniform: Callable[[], float]) -> None:
        for budget, wanted in ((self._limits.drawn, PARTICLES), (self._limits.further, 1)):
            self._left = budget
            try:
                while len(self._worlds) < wanted:
                    self._draw_world(uniform)
            except _Exhausted:
                pass

    def _draw_world(self, uniform: Callable[[], float]) -> None:
        """Add a world and its weight, unless the history drawn comes to contradict the story."""
        state, place = self._begin()
        weight = 1.0
        while not self._arrived(state, place):
            children = list(self._children(state, place, uniform))
            mass = sum(odds for _, _, odds in children)
            if not mass:
                return
            state, place, _ = _choose(children, [odds for _, _, odds in children], uniform())
            weight *= mass
        self._worlds.append(state)
        self._weights.append(weight)

    def _begin(self) -> tuple[Any, Place]:
        state = self._game.new_initial_state()
        place = self._follow(Place(0, -1), state)
        return state, place if place is not None else Place(0, -1)

    def _arrived(self, state: Any, place: Place) -> bool:
        """Whether a history has told the whole story and the seat is to decide, as it is."""
        chapter, view = place
        return (
            chapter == len(self.story) - 1
            and view == len(self.story[chapter].views) - 1
            and _decides(state, self.seat)
            and state.legal_actions(self.seat) == self._legal
        )

    def _children(
        self, state: Any, place: Place, uniform: Callable[[], float] | None = None
    ) -> Iterator[tuple[Any, Place, float]]:
        """Yield (state, place, odds) for each next move that keeps the story."""
        for move, odds in self._moves(state, place, uniform):
            self._left -= 1
            if self._left < 0:
                raise _Exhausted
            child = state.clone()
            if isinstance(move, list):
                child.apply_actions(move)
            else:
                child.apply_action(move)
            start = Place(place.chapter + 1, -1) if _decides(state, self.seat) else place
            there = self._follow(start, child)
            if there is not None:
                yield child, there, odds

    def _moves(
        self, state: Any, place: Place, uniform: Callable[[], float] | None
    ) -> Iterable[tuple[Any, float]]:
        """Return the moves that may follow with their odds; none where the story forbids all."""
        if state.is_terminal():
            return ()
        if state.is_chance_node():
            outcomes: list[tuple[int, float]] = state.chance_outcomes()
            return outcomes
        own = None
        if _decides(state, self.seat):
            own = self._own_action(state, place)
            if own is None:
                return ()
        if state.is_simultaneous_node():
            return _joint_moves(state, self.seat, own, uniform)
        if own is not None:
            return ((own, 1.0),)
        legal = state.legal_actions()
        return [(action, 1.0 / len(legal)) for action in legal]

    def _own_action(self, state: Any, place: Place) -> int | None:
        """Return what the seat did at this point of its story; None if it did not decide here."""
        views, action = self.story[place.chapter]
        told = place.view == len(views) - 1
        return action if told and action in state.legal_actions(self.seat) else None

    def _follow(self, place: Place, state: Any) -> Place | None:
        """Return where a state's view is in the story, from `place` on; None if it contradicts."""
        chapter, at = place
        if state.is_terminal() or chapter >= len(self.story):
            return None
        view = self._see(state, self.seat)
        views = self.story[chapter].views
        if view is None or (at >= 0 and view == views[at]):
            return place
        if at + 1 < len(views) and view == views[at + 1]:
            return Place(chapter, at + 1)
        return None


def tell(state: Any, seat: int, see: See) -> list[Chapter]:
    """Return the story of a seat up to `state`, by playing its history again."""
    game = state.get_game()
    past = game.new_initial_state()
    history = state.history()[len(past.history()) :]
    chapters: list[Chapter] = []
    views: list[View] = []
    at = 0
    while True:
        view = see(past, seat)
        if view is not None and (not views or view != views[-1]):
            views.append(view)
        if at == len(history):
            return [*chapters, Chapter(tuple(views), None)]
        decides = _decides(past, seat)
        if past.is_simultaneous_node():
            move = history[at : at + game.num_players()]
            own = move[seat]
            past.apply_actions(move)
            at += len(move)
        else:
            own = history[at]
            past.apply_action(own)
            at += 1
        if decides:
            chapters.append(Chapter(tuple(views), own))
            views = []


def _decides(state: Any, seat: int) -> bool:
    """Whether a seat is asked to move."""
    player = state.current_player()
    if player == pyspiel.PlayerId.SIMULTANEOUS:
        return bool(state.legal_actions(seat))
    return bool(player == seat)


def _joint_moves(
    state: Any, seat: int, own: int | None, uniform: Callable[[], float] | None
) -> Iterable[tuple[list[int], float]]:
    """Return joint moves with their odds: all of them, or one drawn where they are many."""
    seats = range(state.num_players())
    choices = [state.legal_actions(other) or [0] for other in seats]
    if own is not None:
        choices[seat] = [own]
    count = math.prod(len(legal) for legal in choices)
    if count > JOINT and uniform is not None:
        return (([legal[int(uniform() * len(legal))] for legal in choices], 1.0),)
    return ((list(joint), 1.0 / count) for joint in itertools.product(*choices))


def _choose(items: Sequence[Any], weights: Sequence[float], u: float) -> Any:
    """Return the item that `u` in [0, 1) falls on."""
    u *= sum(weights)
    for item, weight in zip(items, weights):
        u -= weight
        if u < 0.0:
            return item
    return items[-1]
