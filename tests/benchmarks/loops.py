"""Loops that are timed beside Arena: `python tests/benchmarks/loops.py NAME [ARGUMENT...]`.

Each is the plainest quick loop that its library allows, as a user would write it by hand. The
program prints a line with what it can say of itself once it is ready; then, for each line with a
number of seconds that it reads, it works for so long and prints how much it did a second.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

Work = Callable[[], int]
"""Does some work, and returns how much: games, moves, steps or matches."""


def openspiel(name: str) -> Work:
    """Games at random, one after the other."""
    import pyspiel

    game = pyspiel.load_game(name)

    def games() -> int:
        for _ in range(100):
            state = game.new_initial_state()
            while not state.is_terminal():
                state.apply_action(random.choice(state.legal_actions()))
            state.returns()
        return 100

    return games


def pettingzoo() -> Work:
    """Games of tictactoe_v3 at random, by the loop of PettingZoo's documentation."""
    from pettingzoo.classic import tictactoe_v3

    env = tictactoe_v3.env()

    def games() -> int:
        env.reset()
        for agent in env.agent_iter():
            seen, _, over, cut, _ = env.last()
            mask = seen["action_mask"]
            env.step(None if over or cut else env.action_space(agent).sample(mask))
        return 1

    return games


def textarena() -> Work:
    """Games of TicTacToe-v0 at random, by the loop of TextArena's documentation."""
    import textarena as ta

    env = ta.make("TicTacToe-v0")

    def games() -> int:
        env.reset(num_players=2)
        free, over = list(range(9)), False
        random.shuffle(free)
        while not over:
            env.get_observation()
            over, _ = env.step(f"[{free.pop()}]")
        env.close()
        return 1

    return games


def axelrod() -> Work:
    """Matches of 200 turns among the demo strategies, everyone against everyone and themselves.

    The library's own tournament, which remembers matches between strategies without luck; no
    results are worked out and nothing is stored.
    """
    import warnings

    import axelrod as axl

    warnings.simplefilter("ignore")
    count = len(axl.demo_strategies)

    def matches() -> int:
        players = [strategy() for strategy in axl.demo_strategies]
        tournament = axl.Tournament(players, turns=200, repetitions=10)
        tournament.play(progress_bar=False, build_results=False)
        return 10 * count * (count + 1) // 2

    return matches


def pgx(name: str, batch: str) -> Work:
    """Moves at random in `batch` games at once, begun anew as they end, compiled whole."""
    import jax
    import jax.numpy as jnp
    from pgx import make
    from pgx.experimental import auto_reset

    size, ticks = int(batch), 32
    env = make(name)
    step = jax.vmap(auto_reset(env.step, env.init))

    def pick(mask: Any, key: Any) -> Any:
        """Pick a legal action by one uniform number, which is quicker than `act_randomly`."""
        counts = jnp.cumsum(mask, 1, dtype=jnp.int32)
        u = jax.random.uniform(key, (size, 1))
        return (counts <= (u * counts[:, -1:]).astype(jnp.int32)).sum(1)

    def tick(_: Any, carry: Any) -> Any:
        state, key = carry
        key, now = jax.random.split(key)
        return step(state, pick(state.legal_action_mask, now), jax.random.split(now, size)), key

    run = jax.jit(lambda carry: jax.lax.fori_loop(0, ticks, tick, carry))
    carry = (
        jax.jit(jax.vmap(env.init))(jax.random.split(jax.random.key(0), size)),
        jax.random.key(1),
    )

    def moves() -> int:
        nonlocal carry
        carry = jax.block_until_ready(run(carry))
        return size * ticks

    moves()
    return moves


def gymnasium(envs: str) -> Work:
    """Steps of CartPole-v1 in a SyncVectorEnv, at random."""
    import numpy as np
    from gymnasium import make
    from gymnasium.vector import SyncVectorEnv

    count = int(envs)
    env = SyncVectorEnv([lambda: make("CartPole-v1")] * count)
    env.reset(seed=0)
    luck = np.random.default_rng(0)

    def steps() -> int:
        env.step(luck.integers(0, 2, count))
        return count

    return steps


def table(name: str, size: str) -> Work:
    """Moves at random in `size` games at once, begun anew as they end, on a table alone."""
    import torch

    from arena.lookup import environment_maker
    from arena.plugins import make_registry
    from arena.specs import parse
    from arena.tensor_luck import tensor_pick, tensor_uniforms

    games = environment_maker(make_registry(), parse(name))[0]().table(int(size), "cpu")
    deals, turn = torch.arange(games.size), 0
    seats = len(games.spec.seats)

    def moves() -> int:
        nonlocal turn
        with torch.no_grad():
            for _ in range(8):
                games.reset(games.over(), deals)
                u = tensor_uniforms(deals, 0, turn)
                action = tensor_pick(games.legal(0), u)
                games.step([action] * seats)
                turn += 1
        return games.size * 8

    return moves


def mlp(game: str = "connect_four") -> Work:
    """Games between two networks (`players.py`), one position after the other."""
    import pyspiel
    import torch
    from players import Network, network

    torch.set_num_threads(1)
    rules = pyspiel.load_game(game)
    shape = rules.observation_tensor_shape()
    actions = rules.num_distinct_actions()
    networks: list[Network] = [network(shape, actions, seed) for seed in (1, 2)]

    def games() -> int:
        state = rules.new_initial_state()
        with torch.no_grad():
            while not state.is_terminal():
                seat = state.current_player()
                seen = torch.tensor(state.observation_tensor(seat))
                legal = state.legal_actions()
                odds = networks[seat](seen)[legal].softmax(0)
                state.apply_action(legal[int(torch.multinomial(odds, 1))])
        state.returns()
        return 1

    return games


def positions(count: str, how: str = "") -> Work:
    """A network (`players.py`) of connect_four's shape by itself, `count` positions at once.

    With "compiled" for `how` torch compiles it first.
    """
    import torch
    from players import network

    torch.set_num_threads(1)
    made, seen = network((126,), 7, 1), torch.rand(int(count), 126)
    if how == "compiled":
        made = torch.compile(made, dynamic=False)

    def forward() -> int:
        with torch.no_grad():
            made(seen)
        return len(seen)

    return forward


LOOPS: dict[str, Callable[..., Work]] = {
    loop.__name__: loop
    for loop in (openspiel, pettingzoo, textarena, axelrod, pgx, gymnasium, table, mlp, positions)
}


LIBRARIES = {
    "openspiel": ("open_spiel",), "pettingzoo": ("pettingzoo",), "textarena": ("textarena",),
    "axelrod": ("axelrod",), "pgx": ("pgx", "jax"), "gymnasium": ("gymnasium",),
}  # fmt: skip
"""Whose versions matter."""


def rate(work: Work, seconds: float) -> float:
    """Return how much is done a second, while it lasts."""
    done, begun = 0, time.perf_counter()
    while (spent := time.perf_counter() - begun) < seconds:
        done += work()
    return done / spent


def main() -> None:
    """Make a loop, and time it whenever asked."""
    name, *arguments = sys.argv[1:]
    work = LOOPS[name](*arguments)
    rate(work, 0.2)  # warm
    told = {library: version(library) for library in LIBRARIES.get(name, ())}
    print(json.dumps({"versions": told}), flush=True)
    for line in sys.stdin:
        print(rate(work, float(line)), flush=True)


if __name__ == "__main__":
    main()
