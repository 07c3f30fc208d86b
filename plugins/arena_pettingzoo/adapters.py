"""PettingZoo's two ways to step, as one game in progress.

The raw environment is driven, without PettingZoo's wrappers: the referee has seen to it that
actions are legal, and `last()` computes an observation a step that nobody may ask for. What is paid
in a step is the library's `rewards` after each call, which is what its `last()` hands out in the
end. Agents that are dead are taken off the table by the adapter and never asked.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pettingzoo.utils.conversions import parallel_to_aec_wrapper

import arena
from arena_pettingzoo.catalogue import Facts
from arena_pettingzoo.game import Game

_SEEDS = 2**31  # OpenSpiel's hanabi and the Atari console take 31 bits
_PICTURE = 500  # numbers: more are no text for anyone
_NO_MODEL = "what is hidden in it, its luck above all, cannot be drawn anew"


class _Zoo(arena.Environment):
    """What both ways have in common; agents' names stay inside, seats are their positions."""

    def __init__(self, name: str, raw: Any, facts: Facts, game: Game) -> None:
        self.raw, self.game, self._pictures = raw, game, facts.pictures
        self.names: tuple[str, ...] = tuple(raw.possible_agents)
        self._seat = {agent: seat for seat, agent in enumerate(self.names)}
        self._asked: Sequence[int] = ()
        first = raw.observation_space(self.names[0])
        self._masked = "action_mask" in getattr(first, "spaces", ())
        self.spec = _spec(name, self, facts)

    def acting(self) -> Sequence[int]:
        """Return the seats of the living agents that are to move."""
        return self._asked

    def legal(self, seat: int) -> Sequence[int] | None:
        """Return what the mask allows, in rising order; None where there is no mask."""
        return self.game.legal(self.raw, self.names[seat]) if self._masked else None

    def observe(self, seat: int) -> Any:
        """Return the observation without its mask, as a copy."""
        return self._free(self.raw.observe(self.names[seat]))

    def _free(self, seen: Any) -> Any:
        if self._masked:
            seen = seen["observation"]
        if isinstance(seen, np.ndarray) and seen.ndim == 0:
            return seen.item()
        return copy.deepcopy(seen)

    def text(self, seat: int) -> str:
        """Return what a seat sees, drawn where the game is known, else as numbers."""
        text = self.game.text(self.raw, seat)
        if text is not None:
            return text
        seen = self.observe(seat)
        if isinstance(seen, np.ndarray) and seen.size > _PICTURE:
            return f"{seen.dtype} array of shape {seen.shape}"
        with np.printoptions(precision=3, suppress=True):
            return str(seen)

    def label(self, seat: int, action: Any) -> str:
        """Return an action in the notation of the game."""
        self.game.enter(self.raw)
        return self.game.label(self.raw, seat, action)

    def rules(self, seat: int) -> str:
        """Return the rules in words, where they are known; a console has games of its own."""
        pictured = len(self.raw.observation_space(self.names[seat]).shape or ()) == 3
        told = None if pictured else arena.rules_of(self.spec.name)
        return told or super().rules(seat)

    def render(self) -> str:
        """Return the board drawn as text, or who is alive."""
        return self.game.draw(self.raw) or "in play: " + (", ".join(self.raw.agents) or "nobody")

    def frame(self) -> Any:
        """Return the library's own picture; None for the classics, which are boards and cards.

        Raises `Unsuitable` where it cannot be made here.
        """
        modes = self.raw.unwrapped.metadata.get("render_modes", ())
        if not self._pictures or "rgb_array" not in modes:
            return None
        return self.game.picture(self.raw, self.spec.name)

    def state(self) -> Any:
        """Return the whole board if known, else the library's global state, else all views."""
        known = self.game.state(self.raw)
        if known is not None:
            return known
        state = getattr(self.raw, "state", None)
        try:
            return copy.deepcopy(state()) if callable(state) else super().state()
        except NotImplementedError:
            return super().state()

    def imagine(self, seat: int, rng: arena.Luck) -> arena.Environment:
        """Return a copy: only games without luck or secrets have it. Raises `Unsuitable`."""
        return self.copy() if self.game.open else super().imagine(seat, rng)

    def copy(self) -> arena.Environment:
        """Return this game as it stands. Raises `Unsuitable` for games with luck or secrets."""
        if not self.game.open:
            return super().copy()
        twin: _Zoo = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin.raw = self.game.clone(self.raw)
        return twin

    # `close` is left alone: no window is open, and PettingZoo's own `close` shuts pygame down for
    # every other game of this process.

    def _bury(self) -> list[str]:
        """Take dead agents off the table; return the living, or end the game if there are none."""
        raw = self.raw
        dead = {a for a in raw.agents if raw.terminations[a] or raw.truncations[a]}
        living = [agent for agent in raw.agents if agent not in dead]
        if not living:
            self.truncated = self.game.cut_off(raw)
            self._asked = ()
        elif dead:
            while raw.terminations[raw.agent_selection] or raw.truncations[raw.agent_selection]:
                raw.step(None)
        return living


class TurnBased(_Zoo):
    """An AEC environment whose agents take turns: `agent_selection` is the one seat asked."""

    def __init__(self, name: str, raw: Any, facts: Facts, game: Game) -> None:
        super().__init__(name, raw, facts, game)
        self._one = {agent: (seat,) for agent, seat in self._seat.items()}

    def reset(self, rng: arena.Luck) -> None:
        """Begin a new game from the seed."""
        self.truncated = False
        self.game.enter(self.raw)
        self.game.begin(self.raw, rng.seed % _SEEDS)
        self._look()

    def step(self, actions: Mapping[int, Any]) -> Sequence[float] | None:
        """Take the one action; pay what `rewards` holds."""
        (action,) = actions.values()
        raw = self.raw
        self.game.enter(raw)
        raw.step(action)
        pay = None
        if any(raw.rewards.values()):
            pay = [float(raw.rewards.get(agent, 0.0)) for agent in self.names]
        self._look()
        return pay

    def _look(self) -> None:
        raw = self.raw
        agent = raw.agent_selection
        if not (raw.terminations[agent] or raw.truncations[agent]) or self._bury():
            self._asked = self._one[raw.agent_selection]


class Simultaneous(_Zoo):
    """An AEC environment that PettingZoo calls parallelizable: all living agents move at once.

    It is stepped agent by agent as PettingZoo's own `aec_to_parallel` does.
    """

    def reset(self, rng: arena.Luck) -> None:
        """Begin a new game from the seed."""
        self.truncated = False
        self.game.enter(self.raw)
        self.game.begin(self.raw, rng.seed % _SEEDS)
        self._asked = tuple(self._seat[agent] for agent in self._bury())

    def step(self, actions: Mapping[int, Any]) -> Sequence[float] | None:
        """Take an action from every living agent; pay the sum of `rewards` over the cycle."""
        raw, seat_of = self.raw, self._seat
        pay = [0.0] * len(self.names)
        for _ in self._asked:
            raw.step(actions[seat_of[raw.agent_selection]])
            for agent, reward in raw.rewards.items():
                pay[seat_of[agent]] += float(reward)
        if living := self._bury():
            self._asked = tuple(seat_of[agent] for agent in living)
        return pay


class Parallel(_Zoo):
    """A native `ParallelEnv`, whose `agents` after a step are the living ones."""

    def reset(self, rng: arena.Luck) -> None:
        """Begin a new game from the seed."""
        self.truncated = False
        self._seen, _ = self.raw.reset(seed=rng.seed % _SEEDS)
        self._asked = tuple(self._seat[agent] for agent in self.raw.agents)

    def observe(self, seat: int) -> Any:
        """Return the observation without its mask, as a copy."""
        return self._free(self._seen[self.names[seat]])

    def legal(self, seat: int) -> Sequence[int] | None:
        """Return what the mask allows; None where there is no mask."""
        if not self._masked:
            return None
        mask: Sequence[int] = np.flatnonzero(self._seen[self.names[seat]]["action_mask"]).tolist()
        return mask

    def step(self, actions: Mapping[int, Any]) -> Sequence[float] | None:
        """Take an action from every living agent, and pay them."""
        moves = {self.names[seat]: action for seat, action in actions.items()}
        seen, rewards, over, cut, _ = self.raw.step(moves)
        self._seen = {**self._seen, **seen}
        self._asked = tuple(
            self._seat[a] for a in self.raw.agents if not (over.get(a) or cut.get(a))
        )
        if not self._asked:
            self.truncated = any(cut[agent] and not over[agent] for agent in cut)
        return [float(rewards.get(agent, 0.0)) for agent in self.names]


def adapt(name: str, raw: Any, facts: Facts, game: Game) -> arena.Environment:
    """Return the raw environment `raw` behind the adapter that its way of stepping asks for."""
    if isinstance(raw, parallel_to_aec_wrapper):
        return Parallel(name, raw.env, facts, game)
    kind = Simultaneous if raw.metadata.get("is_parallelizable") else TurnBased
    return kind(name, raw, facts, game)


def _spec(name: str, zoo: _Zoo, facts: Facts) -> arena.Spec:
    raw, game = zoo.raw, zoo.game
    words = [agent.split("_")[0] for agent in zoo.names]
    seats = []
    for agent, word in zip(zoo.names, words):
        space = raw.observation_space(agent)
        seats.append(
            arena.Seat(
                observation_space=space["observation"] if zoo._masked else space,
                action_space=raw.action_space(agent),
                team=facts.teams.get(word),
                role=word if len(set(words)) > 1 else None,
            )
        )
    return arena.Spec(
        name=name,
        seats=tuple(seats),
        kind=facts.kind or ("competitive" if len(seats) == 1 else "mixed"),
        zero_sum=game.zero_sum,
        returns=game.returns(raw),
        turn_based=isinstance(zoo, TurnBased) or len(seats) == 1,
        perfect_information=game.open,
        stochastic=game.luck,
        model=game.open,
        no_model=_NO_MODEL,
    )
