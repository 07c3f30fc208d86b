"""Every environment that installs keeps its contract: it plays, replays, and stands apart."""

import pytest
from arena_pettingzoo.families import Mpe2, PettingZoo

from arena.testing import check_environment

# Games that are long or drawn are made short or small, so that the whole takes seconds.
SMALL = {
    "chess_v6": {"turns": 6, "games": 1},
    "cooperative_pong_v6": {"max_cycles": 15},
    "go_v5": {"board_size": 5},
    "knights_archers_zombies_v11": {"max_cycles": 150},
    "pistonball_v6": {"max_cycles": 5, "n_pistons": 4},
    "pursuit_v5": {"max_cycles": 20},
}
PLAYABLE = [
    pytest.param(family, name, id=f"{family.package}/{name}")
    for family in (PettingZoo(), Mpe2())
    for name in family.names()
    if family.describe(name).unsuitable is None
]


def test_everything_but_the_console_can_be_played_with_the_test_extras():
    names = {param.values[1] for param in PLAYABLE}
    for facts in (*PettingZoo.folders.items(), *Mpe2.folders.items()):
        folder, table = facts
        assert folder == "atari" or set(table) <= names


@pytest.mark.parametrize("family, name", PLAYABLE)
def test_three_random_matches_play_and_replay(family, name):
    small = dict(SMALL.get(name, {}))
    turns, games = small.pop("turns", 20), small.pop("games", 3)
    check_environment(lambda: family.make(name, **small), games=games, turns=turns)


@pytest.mark.parametrize(
    "family, name, parameters",
    [
        (PettingZoo(), "hanabi_v5", {"players": 3, "random_start_player": True}),
        (PettingZoo(), "knights_archers_zombies_v11", {"line_death": True, "max_cycles": 200}),
        (PettingZoo(), "multiwalker_v9", {"terminate_on_fall": False, "max_cycles": 60}),
        (PettingZoo(), "pistonball_v6", {"continuous": False, "n_pistons": 3, "max_cycles": 5}),
        (PettingZoo(), "texas_holdem_no_limit_v6", {"num_players": 5}),
        (Mpe2(), "simple_tag_v3", {"terminate_on_success": True, "num_good": 2}),
        (Mpe2(), "simple_world_comm_v3", {"continuous_actions": True}),
    ],
)
def test_other_parameters_keep_the_contract_too(family, name, parameters):
    check_environment(lambda: family.make(name, **parameters), games=2, turns=15)
