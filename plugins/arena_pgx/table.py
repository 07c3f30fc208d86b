"""pgx's games as tables: JAX plays, and torch looks at the same memory."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any, Self

import jax
import numpy as np
import torch
from gymnasium.spaces import Box, Discrete
from torch import Tensor

import arena
from arena_pgx import words
from arena_pgx.family import Facts
from arena_pgx.rules import Array, Games, Rules, Shown, rules_of

_ALIGNED = 64  # bytes


class PgxTable(arena.Table):
    """Seat 0 is whoever pgx lets begin; the others follow in the order of play.

    pgx draws within a step, unseen: from the deal and the number of the step. Nothing is compiled
    before the first game.
    """

    def __init__(
        self, name: str, facts: Facts, parameters: Mapping[str, Any], size: int, device: str
    ) -> None:
        given = {key: value for key, value in parameters.items() if value is not None}
        self.rules = rules_of(name, facts.home, {**facts.given, **given})
        self.name, self.size, self.alternating = name, size, facts.alternating
        self.spec, self.device = _spec(name, facts, self.rules), torch.device(device)
        self._home = _jax_device(name, self.device)
        self._games: Games | None = None
        self._shown = Shown(None, None, torch.ones(size, dtype=torch.bool, device=device), None)

    def reset(self, rows: Tensor, deals: Tensor) -> None:
        """Begin anew in the chosen rows."""
        with jax.default_device(self._home):
            games = self._games if self._games is not None else self.rules.blank(self.size)
            halves = deals.contiguous().view(torch.int32).view(self.size, 2)
            self._show(*self.rules.begin(games, _lent(rows), _lent(halves)))

    def acting(self) -> Tensor:
        """Return who is asked: bool (size, seats)."""
        return self._shown.acting

    def legal(self, seats: Any) -> Tensor:
        """Return what whoever is to move may do: bool (size, n)."""
        return self._shown.legal

    def observe(self, seats: Any) -> Tensor:
        """Return what the seats see: float32 (size, ...)."""
        if isinstance(seats, int):
            seats = torch.full((self.size,), seats, device=self.device)
        return torch.from_dlpack(self.rules.observe(self._games, _lent(seats.int())))

    def step(self, actions: Sequence[Tensor]) -> Tensor:
        """Move: float32 (size, seats)."""
        assert self._games is not None
        self._show(*self.rules.step(self._games, _lent(torch.stack(tuple(actions)).int())))
        return self._shown.pay

    def over(self) -> Tensor:
        """Return which games are over."""
        return self._shown.over

    def _show(self, games: Games, shown: Shown) -> None:
        self._games, self._shown = games, Shown(*map(torch.from_dlpack, shown))

    def copy(self) -> Self:
        """Return these games as they stand: JAX changes no array."""
        return copy.copy(self)

    def resample(self, seat: int, rng: arena.Luck) -> None:
        """Draw anew what nature will do."""
        assert self._games is not None
        keys = rng.integers(2**32, size=(self.size, 2), dtype=np.uint32)
        self._games = self._games._replace(keys=jax.device_put(keys, self._home))

    def label(self, seat: int, action: Any) -> str:
        """Return an action as it is written, where a game has a notation for it."""
        return words.label(self.name, self.rules.actions, seat, int(action))

    def rules(self, seat: int) -> str | None:
        """Return the rules in words, where they are known."""
        return arena.rules_of(self.spec.name)

    def render(self, row: int) -> str | None:
        """Return a position as FEN or drawn, None where there is no drawing."""
        if self._games is None or self.name not in words.DRAWN:
            return None
        state = jax.tree.map(lambda part: part[row], jax.device_get(self._games.state))
        return words.drawing(self.name, state, self.observe(0)[row].cpu().numpy())

    def text(self, row: int, seat: int) -> str | None:
        """Return the same: what is drawn hides nothing."""
        return self.render(row)


def _spec(name: str, facts: Facts, rules: Rules) -> arena.Spec:
    low, high = (0.0, 1.0) if rules.seen.dtype == bool else (-np.inf, np.inf)
    place = arena.Seat(Box(low, high, rules.seen.shape), Discrete(rules.actions))
    return arena.Spec(
        f"pgx/{name}", (place,) * facts.seats, zero_sum=facts.seats == 2, returns=facts.returns,
        turn_based=True, perfect_information=facts.perfect_information,
        stochastic=facts.stochastic, model=facts.perfect_information,
        no_model="what is hidden in it cannot be drawn anew",
    )  # fmt: skip


def _lent(tensor: Tensor) -> Array:
    """Return a tensor's memory as an array of JAX, which wants it aligned as torch's own is."""
    tensor = tensor.contiguous()
    return jax.dlpack.from_dlpack(tensor.clone() if tensor.data_ptr() % _ALIGNED else tensor)


def _jax_device(name: str, device: torch.device) -> Any:
    """Return JAX's name for a device. Raises `BadParameter` where JAX has none such."""
    kind = "gpu" if device.type == "cuda" else device.type
    try:
        return jax.devices(kind)[device.index or 0]
    except (RuntimeError, IndexError) as error:
        raise arena.BadParameter(
            f"pgx/{name}: jax finds no {device.type} device: pip install 'jax[cuda12]', "
            "or say --device cpu"
        ) from error
