"""VMAS's worlds as rows of a table, and one of them as a game."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import gymnasium.spaces
import numpy as np
import torch
from torch import Tensor

import arena

_WIDE = 16
"""Worlds are made in multiples of so many. torch computes the last few numbers of a column by other
instructions, which round otherwise; a world must come out the same in a table of any size."""
_SEEDS = 2**32  # what numpy accepts
_APART = frozenset(
    {
        "ball_passage", "dispersion", "dropout", "flocking", "navigation", "passage",
        "reverse_transport", "sampling", "simple", "simple_spread", "transport",
    }
)  # fmt: skip
"""Scenarios whose worlds came out the same to the last bit whatever was beside them (tests/vmas).
In others they do not quite, or one generator draws for all worlds in a step."""


class VmasGame(arena.TableGame):
    """One world. It has no table where worlds could not be apart, or their seats differ."""

    def table(self, size: int, device: str) -> Any:
        """Return `size` worlds on the CPU, None where they would not be those of single games."""
        first, *others = self.spec.seats
        alike = all(
            (seat.observation_space, seat.action_space)
            == (first.observation_space, first.action_space)
            for seat in others
        )
        apart = self.spec.name.partition("/")[2] in _APART
        return super().table(size, device) if alike and apart and device == "cpu" else None


class VmasTable(arena.Table):
    """Worlds begin as VMAS's do after `seed(deal)` and `reset_at(row)`, one after the other.

    A world that is over moves on, unseen and unpaid. Where worlds are not apart there is one of
    them, made anew for each match: some scenarios keep a little of the last one through a reset.
    What they draw in a step is drawn from the match's deal and the number of the step.
    """

    def __init__(self, name: str, parameters: Mapping[str, Any], size: int, device: str) -> None:
        given = {"max_steps": 100, **parameters}
        turns = int(given.pop("max_steps"))
        self.size, self.device = size, torch.device(device)
        self.worlds = -(-size // _WIDE) * _WIDE
        self._make = partial(_made, name, given, self.worlds, device)
        self.env = self._make()
        self.spec = _spec(name, self.env, turns)
        self.live = torch.zeros(size, dtype=torch.bool, device=self.device)
        self._seen: list[Any] | None = None
        self._alone = name not in _APART
        self._deal = self._steps = 0

    def reset(self, rows: Tensor, deals: Tensor) -> None:
        """Begin anew in the chosen rows, and at first in the worlds that fill the last dozen."""
        chosen = rows.nonzero().flatten().tolist()
        if not chosen:
            return
        if self._alone and self._seen is not None:
            self.env, self._seen = self._make(), None
        numbers = deals.tolist()
        spare = range(self.size, self.worlds) if self._seen is None else ()
        for row in (*chosen, *spare):
            self._deal = numbers[row if row < self.size else chosen[0]]
            self.env.seed(self._deal % _SEEDS)
            self.env.reset_at(row, return_observations=False)
        self._deal, self._steps = numbers[0], 0
        (seen,) = self.env.get_from_scenario(
            get_observations=True, get_rewards=False, get_infos=False, get_dones=False
        )
        old = self._seen if self._seen is not None else seen
        self._seen = [_mixed(rows, new[0], new[1], self.size) for new in zip(seen, old)]
        self.live = self.live | rows

    def acting(self) -> Tensor:
        """Return that all are asked, until it is over."""
        return self.live[:, None].expand(-1, len(self.spec.seats))

    def legal(self, seats: Any) -> Tensor | None:
        """Return that everything is allowed, None where actions cannot be counted."""
        space = self.spec.seats[0 if not isinstance(seats, int) else seats].action_space
        if not isinstance(space, gymnasium.spaces.Discrete):
            return None
        return torch.ones(self.size, int(space.n), dtype=torch.bool, device=self.device)

    def observe(self, seats: Any) -> Any:
        """Return what the seats' agents see."""
        assert self._seen is not None
        if isinstance(seats, int):
            return _each(lambda part: part[: self.size], self._seen[seats])
        row = torch.arange(self.size, device=self.device)
        return _each(lambda *parts: torch.stack(parts)[seats, row], *self._seen)

    def step(self, actions: Sequence[Tensor]) -> Tensor:
        """Move in all worlds: float32 (size, seats)."""
        if self._alone:
            self._steps += 1
            self.env.seed(arena.derive(self._deal, self._steps) % _SEEDS)
        padded = [self._padded(column) for column in actions]
        seen, rewards, done, _ = self.env.step(padded)
        self._seen = [_mixed(self.live, *both, self.size) for both in zip(seen, self._seen or seen)]
        # the rewards of one scenario, wheel, are (worlds, 1)
        pay = torch.stack([reward.flatten() for reward in rewards], 1)[: self.size].float()
        pay = torch.where(self.live[:, None], pay, 0.0)
        self.live = self.live & ~done[: self.size].bool()
        return pay

    def _padded(self, column: Tensor) -> Tensor:
        """Return a column of actions for all worlds, as VMAS wants it: two-dimensional, its own."""
        column = column.view(self.size, -1)
        column = column.float() if column.is_floating_point() else column.long()
        spare = column[:1].expand(self.worlds - self.size, -1)
        return torch.cat((column, spare))

    def over(self) -> Tensor:
        """Return which games are over."""
        return ~self.live

    def render(self, row: int) -> str:
        """Return where everything is."""
        return "\n".join(
            f"{entity.name} at ({', '.join(f'{x:.2f}' for x in entity.state.pos[row].tolist())})"
            for entity in self.env.world.entities
        )


def _mixed(rows: Tensor, new: Any, old: Any, size: int) -> Any:
    """Return the new rows where they are chosen, else the old ones."""

    def chosen(one: Tensor, other: Tensor) -> Tensor:
        mask = rows.view(-1, *[1] * (one.ndim - 1))
        return torch.where(mask, one[:size], other[:size])

    return _each(chosen, new, old)


def _each(change: Any, *trees: Any) -> Any:
    """Return trees, tensors or dicts of such, changed part by part into one."""
    if isinstance(trees[0], dict):
        return {key: _each(change, *(tree[key] for tree in trees)) for key in trees[0]}
    return change(*trees)


def _made(name: str, given: Mapping[str, Any], worlds: int, device: str) -> Any:
    """Make VMAS's environment. Raises `BadParameter` for what it refuses."""
    told = ", ".join(f"{key}={value!r}" for key, value in given.items())
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")  # VMAS loads the old gym, which complains of itself
        import vmas

        try:
            return vmas.make_env(name, num_envs=worlds, device=device, seed=0, **given)
        except Exception as error:
            line = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise arena.BadParameter(
                f"vmas/{name} refuses {told or 'to be made'}: {line}"
            ) from error


def _spec(name: str, env: Any, turns: int) -> arena.Spec:
    sides = [_side(agent) for agent in env.agents]
    one = len(set(sides)) == 1
    seats = tuple(
        arena.Seat(_space(see), _space(act), None if one else side, agent.name)
        for agent, see, act, side in zip(env.agents, env.observation_space, env.action_space, sides)
    )
    return arena.Spec(
        f"vmas/{name}", seats, "cooperative" if one else "mixed", max_turns=turns,
        no_model="its worlds cannot be copied",
    )  # fmt: skip


def _side(agent: Any) -> str:
    """Return the side an agent is on: its team in football, else whether it is an adversary."""
    team = agent.name.partition("_")[0]
    if team in ("blue", "red") or not getattr(agent, "adversary", False):
        return team if team == "red" else "good"
    return "adversary"


def _space(space: Any) -> Any:
    """Return a space of the old gym as Gymnasium's."""
    kind = type(space).__name__
    if kind == "Dict":
        return gymnasium.spaces.Dict({key: _space(part) for key, part in space.spaces.items()})
    if kind == "Discrete":
        return gymnasium.spaces.Discrete(int(space.n))
    if kind == "MultiDiscrete":
        return gymnasium.spaces.MultiDiscrete(np.array(space.nvec, np.int64))
    return gymnasium.spaces.Box(space.low, space.high, space.shape, space.dtype.type)
