"""A game of OpenSpiel in progress.

The runner calls `acting`, `legal` and `step` for every move: they do as little as can be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from itertools import starmap
from typing import Any, Self

import numpy as np
import pyspiel
from numpy.typing import NDArray

from arena import CHANCE, Environment, Luck, Stepped, Unsuitable, rules_of
from arena_openspiel.drawing import draw
from arena_openspiel.knowledge import Belief
from arena_openspiel.loading import Facts
from arena_openspiel.sight import plain

_TERMINAL = int(pyspiel.PlayerId.TERMINAL)
_SIMULTANEOUS = int(pyspiel.PlayerId.SIMULTANEOUS)


class OpenSpielGame(Environment):
    """A game whose seats move in turn; `TurnGame` is the one that is played."""

    _belief: Belief | None = None

    def __init__(self, facts: Facts) -> None:
        self.spec = facts.spec
        self._facts, self._deal, self._pays = facts, facts.deal, facts.pays
        self._turns: dict[int, tuple[int, ...]] = {
            _TERMINAL: (),
            int(pyspiel.PlayerId.CHANCE): (CHANCE,),
            **{seat: (seat,) for seat in range(len(facts.spec.seats))},
        }

    @property
    def position(self) -> Any:
        """The pyspiel.State; of an imagined world, for OpenSpiel's own bots."""
        return self._state

    def reset(self, rng: Luck) -> None:
        """Deal; only games that draw from a generator of their own use `rng` (its seed)."""
        state = self._state = self._deal(rng)
        self._player: int = state.current_player()

    def acting(self) -> Sequence[int]:
        """Return the seat whose turn it is."""
        return self._turns[self._player]

    def legal(self, seat: int) -> Sequence[int]:
        """Return the legal actions, in ascending order."""
        return self._state.legal_actions(seat)  # type: ignore[no-any-return]

    def chance(self) -> Sequence[tuple[int, float]]:
        """Return nature's actions and their odds."""
        return self._state.chance_outcomes()  # type: ignore[no-any-return]

    def step(self, actions: Mapping[int, int]) -> Sequence[float] | None:
        """Play the one action."""
        state = self._state
        (action,) = actions.values()
        state.apply_action(action)
        player = self._player = state.current_player()
        if player == _TERMINAL or self._pays:
            return self._pay(player)
        return None

    def _pay(self, player: int) -> Sequence[float] | None:
        """Return what the last transition paid. At chance nodes OpenSpiel does not say."""
        if not self._pays:
            return _floats(self._state.returns())
        if player == CHANCE:
            return None
        rewards = _floats(self._state.rewards())
        return rewards if any(rewards) else None

    def observe(self, seat: int) -> NDArray[np.float32] | str:
        """Return the observation tensor; the text where the game has none."""
        sight = self._facts.sight
        return sight.tensor(self._state, seat) if sight.shape else sight.text(self._state, seat)

    @classmethod
    def observe_many(cls, games: Sequence[Any], seats: Sequence[int]) -> Any:
        """Return the observation tensors of many games, stacked; texts where there are none."""
        sight = games[0]._facts.sight
        if sight.shape is None:
            return [sight.text(game._state, seat) for game, seat in zip(games, seats)]
        return sight.tensors([game._state for game in games], seats)

    def text(self, seat: int) -> str:
        """Return OpenSpiel's observation string, with what the seat remembers if there is more."""
        return self._facts.sight.text(self._state, seat)

    def label(self, seat: int, action: int) -> str:
        """Return OpenSpiel's name for an action."""
        return plain(self._state.action_to_string(seat, action))

    def history(self, seat: int, log: Sequence[Any]) -> Sequence[tuple[int, str]]:
        """Return all moves where nothing is hidden and seats take turns; else the text has them.

        The notation of a move may depend on the position it was made in, so they are made again.
        """
        facts, told = self._facts, []
        open_ = self.spec.perfect_information and self.spec.turn_based
        if not open_ or facts.luck_inside or facts.contained is not None:
            return ()
        state = facts.game.new_initial_state()
        for who, action in zip(log[::2], log[1::2]):
            if who >= 0:
                told.append((who, plain(state.action_to_string(who, action))))
            state.apply_action(action)
        return told

    def rules(self, seat: int) -> str:
        """Return the rules in words, where somebody has written them down."""
        return rules_of(self.spec.name) or super().rules(seat)

    def copy(self) -> Self:
        """Return this game as it stands, independent of this one."""
        if self._facts.luck_inside:
            raise Unsuitable(f"{self.spec.name} cannot be copied: {self.spec.no_model}")
        contained = self._facts.contained
        if contained is None:
            return self._world(self._state.clone())
        with contained():
            return self._world(self._state.clone())

    def imagine(self, seat: int, rng: Luck) -> Environment:
        """Return a world that `seat` may believe in; see `arena_openspiel.knowledge`.

        Raises `Unsuitable` where there is none, or (rarely, deep in a long game) none is found.
        """
        way = self._facts.model.way
        if way is None:
            return super().imagine(seat, rng)
        if way == "copy":
            return self.copy()
        with self._facts.contained() if self._facts.contained else nullcontext():
            return self._world(self._resampled(seat, rng) or self._believed(seat, rng))

    def _resampled(self, seat: int, rng: Luck) -> Any:
        """Return OpenSpiel's own resampling of the state, None where it cannot be had."""
        if self._facts.model.way != "native":
            return None
        try:
            return self._state.resample_from_infostate(seat, rng.random)
        except pyspiel.SpielError:
            return None

    def _believed(self, seat: int, rng: Luck) -> Any:
        if self._belief is None or not self._belief.is_of(self._state, seat):
            facts = self._facts
            self._belief = Belief(self._state, seat, facts.sight.view, facts.model.limits)
        return self._belief.draw(rng.random)

    def _world(self, state: Any) -> Self:
        world = type(self)(self._facts)
        world._state = state
        world._player = state.current_player()
        return world

    def state(self) -> Any:
        """Return what all the seats see together: their tensors, else the position in words."""
        if self._facts.sight.shape is None:
            return plain(str(self._state))
        return tuple(self._facts.sight.tensor(self._state, s) for s in range(len(self.spec.seats)))

    def render(self) -> str:
        """Return the position drawn."""
        return draw(plain(str(self._state)), self._facts.opening)


class TurnGame(OpenSpielGame):
    """A game whose seats move in turn, many of which are stepped in one go."""

    def reset(self, rng: Luck) -> None:
        """Deal."""
        self._state = self._deal(rng)

    def acting(self) -> Sequence[int]:
        """Return the seat whose turn it is."""
        return self._turns[self._state.current_player()]

    @classmethod
    def reset_many(cls, games: Sequence[Any], deals: Sequence[int]) -> Stepped:
        """Deal many games; where no luck decides how a game begins, all begin alike."""
        fresh = games[0]._facts.fresh
        if fresh is None:
            return super().reset_many(games, deals)
        for game in games:
            game._state = fresh()
        first = games[0]._turns[games[0]._state.current_player()]
        return Stepped([first] * len(games), {}, {})

    @classmethod
    def legal_many(cls, games: Sequence[Any], seats: Sequence[int]) -> list[Any]:
        """Return the legal actions of many games; no Python code runs for each."""
        return list(map(pyspiel.State.legal_actions, [game._state for game in games]))

    @classmethod
    def step_many(
        cls, games: Sequence[Any], seats: Sequence[int], actions: Sequence[int]
    ) -> Stepped:
        """Step many games; no Python code runs for each but for those that pay."""
        states = [game._state for game in games]
        failed = _apply(states, actions)
        players = list(map(pyspiel.State.current_player, states))
        asked: list[Any] = list(map(games[0]._turns.__getitem__, players))
        rows = range(len(states)) if games[0]._pays else _indices(players, _TERMINAL)
        paid = {row: pay for row in rows if (pay := games[row]._pay(players[row])) is not None}
        for row in failed:
            asked[row] = ()
            paid.pop(row, None)
        return Stepped(asked, paid, failed)


def _apply(states: list[Any], actions: Sequence[int]) -> dict[int, Exception]:
    """Apply an action to each state; return, by row, what was raised."""
    failed: dict[int, Exception] = {}
    done: list[None] = []
    pairs = zip(states, actions)
    while len(done) < len(states):
        try:
            done.extend(starmap(pyspiel.State.apply_action, pairs))
        except Exception as error:
            failed[len(done)] = error
            done.append(None)
    return failed


def _indices(values: list[int], wanted: int) -> list[int]:
    if wanted not in values:
        return []
    return [row for row, value in enumerate(values) if value == wanted]


class SimultaneousGame(OpenSpielGame):
    """A game whose seats move at once, now and then or always."""

    def reset(self, rng: Luck) -> None:
        """Deal."""
        super().reset(rng)
        self._look()

    def _look(self) -> None:
        """Find out who is asked. A seat without a legal action is not."""
        state = self._state
        if self._player != _SIMULTANEOUS:
            self._asked = self._turns[self._player]
            return
        self._choices = [state.legal_actions(seat) for seat in range(len(self.spec.seats))]
        self._asked = tuple(seat for seat, legal in enumerate(self._choices) if legal)
        if not self._asked:  # all of them wait: each has the one move that does nothing
            self._choices = [[0] for _ in self._choices]
            self._asked = tuple(range(len(self._choices)))

    def acting(self) -> Sequence[int]:
        """Return the seats that have a choice now."""
        return self._asked

    def legal(self, seat: int) -> Sequence[int]:
        """Return the legal actions, in ascending order."""
        if self._player == _SIMULTANEOUS:
            choices: Sequence[int] = self._choices[seat]
            return choices
        return super().legal(seat)

    def step(self, actions: Mapping[int, int]) -> Sequence[float] | None:
        """Play the actions of all that were asked."""
        if self._player != _SIMULTANEOUS:
            paid = super().step(actions)
        else:
            self._state.apply_actions([actions.get(seat, 0) for seat in range(len(self._choices))])
            player = self._player = self._state.current_player()
            paid = self._pay(player) if player == _TERMINAL or self._pays else None
        self._look()
        return paid

    def _world(self, state: Any) -> Self:
        world = super()._world(state)
        world._look()
        return world


def _floats(values: Any) -> list[float]:
    """Return a list of floats; games written in Python hand out arrays."""
    return values if type(values) is list else [float(value) for value in values]
