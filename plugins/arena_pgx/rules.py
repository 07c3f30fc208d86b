"""A game of pgx, many at once: the functions that JAX compiles."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from functools import cache, partial
from typing import Any, NamedTuple

import arena

# JAX would take three quarters of a GPU's memory before torch asks for any.
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")

import jax
import jax.numpy as jnp

Array = Any
"""A jax.Array, or what stands for one while a function is traced."""


class Games(NamedTuple):
    """Games in rows: each part has rows first.

    state  pgx's, with nothing in the place of its observation
    order  which of pgx's players holds each seat: int32 (size, seats)
    keys   the deals, as JAX's keys: uint32 (size, 2)
    """

    state: Any
    order: Array
    keys: Array


class Shown(NamedTuple):
    """Who is asked, bool (size, seats); what is legal, bool (size, n); what is over, bool (size,).

    `pay` is float32 (size, seats).
    """

    acting: Array
    legal: Array
    over: Array
    pay: Array


class Rules:
    """What can be done with games of one environment. pgx draws who begins, and seats follow it."""

    def __init__(self, env: Any) -> None:
        self.env, self.seats = env, int(env.num_players)
        one = jax.eval_shape(env.init, jax.random.PRNGKey(0))
        self.seen, self.actions = one.observation, int(one.legal_action_mask.shape[0])
        self.blank = partial(jax.jit, static_argnums=0)(self._blank)
        self.begin, self.step = jax.jit(self._begin), jax.jit(self._step)
        self.observe = jax.jit(self._observe)

    def _blank(self, size: int) -> Games:
        """Return games that are all over."""
        keys = jnp.zeros((size, 2), jnp.uint32)
        state = jax.vmap(self.env.init)(keys)
        over = state.replace(
            terminated=jnp.ones(size, bool),
            legal_action_mask=jnp.ones_like(state.legal_action_mask),
        )
        return Games(_bare(over), self._order(state), keys)

    def _begin(self, games: Games, rows: Array, deals: Array) -> tuple[Games, Shown]:
        """Begin anew in the rows, bool (size,), from deals, int32 (size, 2)."""
        keys = jax.lax.bitcast_convert_type(deals, jnp.uint32)
        state = jax.vmap(self.env.init)(_folded(keys, jnp.zeros(len(rows), jnp.int32)))
        fresh = Games(_bare(state), self._order(state), keys)

        def chosen(new: Array, old: Array) -> Array:
            return jnp.where(rows.reshape(-1, *[1] * (new.ndim - 1)), new, old)

        games = jax.tree.map(chosen, fresh, games)
        return games, self._shown(games, jnp.zeros((len(rows), self.seats)))

    def _step(self, games: Games, actions: Array) -> tuple[Games, Shown]:
        """Move: `actions` is int32 (seats, size), of which those of whoever is to move count."""
        state, order, keys = games
        seat = jnp.argmax(order == state.current_player[:, None], 1)
        action = jnp.take_along_axis(actions, seat[None], 0)[0]
        # Nature's n-th move is drawn from the deal and n; no move is number nought.
        state = jax.vmap(self.env.step)(state, action, _folded(keys, state._step_count + 1))
        games = Games(_bare(state), order, keys)
        return games, self._shown(games, jnp.take_along_axis(state.rewards, order, 1))

    def _observe(self, games: Games, seats: Array) -> Array:
        """Return what a seat of each row, int32 (size,), sees: float32 (size, ...)."""
        player = jnp.take_along_axis(games.order, seats[:, None], 1)[:, 0]
        return jax.vmap(self.env._observe)(games.state, player).astype(jnp.float32)

    def _order(self, state: Any) -> Array:
        if hasattr(state, "_shuffled_players"):
            return state._shuffled_players
        return (state.current_player[:, None] + jnp.arange(self.seats)) % self.seats

    def _shown(self, games: Games, pay: Array) -> Shown:
        state = games.state
        over = state.terminated | state.truncated
        acting = (games.order == state.current_player[:, None]) & ~over[:, None]
        return Shown(acting, state.legal_action_mask, over, pay.astype(jnp.float32))


def _bare(state: Any) -> Any:
    """Return states without what is seen, which is computed only where somebody looks."""
    return state.replace(observation=jnp.zeros((len(state.terminated), 0), bool))


def _folded(keys: Array, numbers: Array) -> Array:
    return jax.vmap(jax.random.fold_in)(keys, numbers)


@cache
def _rules(home: str, given: tuple[tuple[str, Any], ...]) -> Rules:
    module, _, attribute = home.partition(":")
    return Rules(getattr(importlib.import_module(f"pgx.{module}"), attribute)(**dict(given)))


def rules_of(name: str, home: str, given: Mapping[str, Any]) -> Rules:
    """Return the rules of a game, made once. Raises `BadParameter` for what pgx refuses."""
    try:
        return _rules(home, tuple(sorted(given.items())))
    except Exception as error:
        line = (str(error).strip().splitlines() or [type(error).__name__])[0]
        told = ", ".join(f"{key}={value!r}" for key, value in given.items())
        raise arena.BadParameter(f"pgx/{name} refuses {told or 'to be made'}: {line}") from error
