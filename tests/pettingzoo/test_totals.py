"""What a seat is paid over a match is what a loop written as the library teaches adds up."""

import importlib
import random
import warnings

import pytest
from arena_pettingzoo.families import Mpe2, PettingZoo

import arena

SHORT = {
    "cooperative_pong_v6": {"max_cycles": 60},
    "go_v5": {"board_size": 5},
    "multiwalker_v9": {"terminate_on_fall": False, "max_cycles": 120},
    "pistonball_v6": {"max_cycles": 8, "n_pistons": 4},
    "pursuit_v5": {"max_cycles": 30},
    "texas_holdem_v4": {"num_players": 3},
}
FAMILIES = {"pettingzoo": PettingZoo(), "mpe2": Mpe2()}
PLAYABLE = [
    pytest.param(package, name, id=f"{package}/{name}")
    for package, family in FAMILIES.items()
    for name in family.names()
    if family.describe(name).unsuitable is None and name != "chess_v6"
]


def library(package, name, **parameters):
    """Return the module of an environment."""
    folder = FAMILIES[package]._homes()[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(".".join(p for p in (package, folder, name) if p))


def played(package, name, seed):
    """Play at random; return every agent's actions and what its seat was paid in all."""
    environment = FAMILIES[package].make(name, **SHORT.get(name, {}))
    environment.reset(arena.Luck(seed))
    totals = [0.0] * len(environment.spec.seats)
    moves = {agent: [] for agent in environment.names}
    luck = random.Random(seed)
    while asked := environment.acting():
        actions = {}
        for seat in asked:
            space, legal = environment.spec.seats[seat].action_space, environment.legal(seat)
            space.seed(luck.randrange(2**31))
            actions[seat] = luck.choice(legal) if legal is not None else space.sample()
            moves[environment.names[seat]].append(actions[seat])
        for seat, pay in enumerate(environment.step(actions) or ()):
            totals[seat] += pay
    return moves, dict(zip(environment.names, totals)), environment


def aec_loop(env, moves, seed):
    """The loop of PettingZoo's documentation, with recorded moves."""
    moves = {agent: iter(actions) for agent, actions in moves.items()}
    env.reset(seed=seed)
    totals = dict.fromkeys(env.possible_agents, 0.0)
    for agent in env.agent_iter():
        _, reward, termination, truncation, _ = env.last()
        totals[agent] += reward
        env.step(None if termination or truncation else next(moves[agent]))
    assert all(next(rest, "none left") == "none left" for rest in moves.values())
    return totals


def parallel_loop(env, moves, seed):
    """The loop of PettingZoo's parallel API, with recorded moves."""
    moves = {agent: iter(actions) for agent, actions in moves.items()}
    env.reset(seed=seed)
    totals = dict.fromkeys(env.possible_agents, 0.0)
    while env.agents:
        _, rewards, _, _, _ = env.step({agent: next(moves[agent]) for agent in env.agents})
        for agent, reward in rewards.items():
            totals[agent] += reward
    return totals


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("package, name", PLAYABLE)
def test_totals_are_those_of_a_hand_written_loop(package, name):
    module = library(package, name)
    drawn = {"render_mode": "rgb_array"} if name == "cooperative_pong_v6" else {}
    parameters = {**SHORT.get(name, {}), **drawn}
    for seed in (3, 4):
        moves, totals, environment = played(package, name, seed)
        assert aec_loop(module.env(**parameters), moves, seed) == pytest.approx(totals)
        if not environment.spec.turn_based:
            env = module.parallel_env(**parameters)
            assert parallel_loop(env, moves, seed) == pytest.approx(totals)


def test_hanabi_pays_what_openspiel_returns():
    paid = set()
    for seed in range(40):
        _, totals, environment = played("pettingzoo", "hanabi_v5", seed)
        assert list(totals.values()) == environment.raw.hanabi_env.game_state.returns()
        paid.add(totals["player_0"])
    assert min(paid) >= 0.0


def test_a_limit_is_a_truncation():
    _, _, walkers = played("pettingzoo", "multiwalker_v9", 1)
    assert walkers.truncated == (walkers.raw.env.frames == 120)
    short = FAMILIES["pettingzoo"].make("multiwalker_v9", max_cycles=5)
    short.reset(arena.Luck(1))
    while asked := short.acting():
        short.step({seat: short.spec.seats[seat].action_space.low for seat in asked})
    assert short.truncated
    _, _, particles = played("mpe2", "simple_spread_v3", 1)
    assert particles.truncated
    _, _, cards = played("pettingzoo", "leduc_holdem_v4", 1)
    assert not cards.truncated
