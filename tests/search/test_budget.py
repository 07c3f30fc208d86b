"""What minimax plays is a function of the position, however much it has searched before."""

from __future__ import annotations

import pytest
from arena_search.exact import Exact, Rules
from arena_search.mcts import Mcts
from arena_search.minimax import Minimax
from arena_search.reach import exceeds
from arena_search.simple import FirstLegal, Random
from arena_search.suits import actions_of

from arena import BadParameter, Environment, Luck, Match, Unsuitable, play
from arena.lookup import environment_maker
from arena.plugins import registry_of
from arena.specs import parse


def maker(text: str):
    return environment_maker(registry_of(()), parse(text))[0]


def begun(text: str) -> tuple[Environment, Rules]:
    game = maker(text)()
    game.reset(Luck(1))
    return game, Rules(game.spec.max_turns, actions_of(game.spec))


@pytest.mark.parametrize(
    ("game", "value"),
    [
        ("tic_tac_toe", 0.0),
        ("nim", -1.0),  # 1 ^ 3 ^ 5 ^ 7 = 0: lost in normal play and, with such heaps, in misere
        ("hex:board_size=3", 1.0),  # the first seat wins by strategy stealing
        ("openspiel/connect_four:rows=4,columns=3", 0.0),
    ],
)
def test_values_are_those_of_theory(game, value) -> None:
    world, rules = begun(game)
    exact = Exact(rules, 200_000)
    assert exact.solve(world, 0, 0, 200_000)
    assert exact.value(world, 0, 0) == value


def test_every_position_of_tic_tac_toe_is_valued_once() -> None:
    """5,478 positions are reachable, 958 of them over (enumeration)."""
    world, rules = begun("tic_tac_toe")
    exact = Exact(rules, 200_000)
    assert exact.solve(world, 0, 0, 200_000)
    assert sum(map(len, exact.layers.values())) == 5_478 - 958


def test_budget_suffices_or_not_whatever_was_searched_before() -> None:
    world, rules = begun("tic_tac_toe")
    deep = world.copy()
    deep.step({0: 4})
    needed = Exact(rules, 200_000)
    assert needed.solve(deep, 1, 1, 200_000)
    for budget, suffices in ((needed.looked, True), (needed.looked - 1, False)):
        for first in (None, 0, 1):
            exact = Exact(rules, budget)
            if first is not None:  # fills the table with something else
                other = world.copy()
                other.step({0: first})
                exact.solve(other, 1, 1, budget)
            assert exact.solve(deep, 1, 1, budget) is suffices, (budget, first)
            assert exact.looked <= budget


def test_large_games_are_known_for_it_and_small_ones_are_not() -> None:
    large, rules = begun("connect_four")
    assert exceeds(rules, large, 0, 0, 20_000)
    small, rules = begun("tic_tac_toe")
    assert not exceeds(rules, small, 0, 0, 16_200)


def test_games_do_not_depend_on_those_played_before() -> None:
    games = [Match(n, (n % 2, 1 - n % 2), 100 + n, 7) for n in range(6)]
    make = maker("openspiel/connect_four:rows=4,columns=4,x_in_row=3")

    def logs(agent: Minimax, order: list[Match], slots: int) -> dict[int, list]:
        found = list(play(make, [agent, Random()], order, slots=slots))
        assert not any(episode.faults for episode in found)
        return {episode.match.number: episode.log for episode in found}

    alone: dict[int, list] = {}
    for match in games:
        alone |= logs(Minimax(positions=3_000, rollouts=20), [match], 1)
    used = Minimax(positions=3_000, rollouts=20)
    assert logs(used, games, 4) == alone
    assert logs(used, games[::-1], 1) == alone


def test_a_match_that_is_cut_off_is_searched_no_further() -> None:
    world, rules = begun("tic_tac_toe:max_turns=4")
    exact = Exact(rules, 200_000)
    assert exact.solve(world, 0, 0, 200_000)
    assert max(turn for turn, _ in exact.layers) == 3


def test_depth_one_takes_a_win_in_one() -> None:
    world, rules = begun("tic_tac_toe")
    for seat, action in ((0, 0), (1, 3), (0, 1), (1, 4)):
        world.step({seat: action})
    from arena_search.deepening import Deepening

    assert Deepening(rules, 0.0, 1_000).best(world, 0, 4, 1) == [2]


@pytest.mark.parametrize("game", ["einstein_wurfelt_nicht", "pig"])
def test_dice_are_searched_without_a_fault(game) -> None:
    """Neither drawing nor tensor of these tells all that there is to know."""
    agents = [Minimax(positions=300, rollouts=4), Random()]
    episodes = play(maker(f"{game}:max_turns=8"), agents, [Match(0, (0, 1), 5, 9)])
    assert not any(episode.faults for episode in episodes)


@pytest.mark.parametrize(
    ("agent", "game", "reason"),
    [
        (Minimax(), "kuhn_poker", "hides something"),
        (Minimax(), "matrix_rps", "at once"),
        (Minimax(), "pathfinding", "two seats"),
        (FirstLegal(), "gymnasium/Pendulum-v1", "counted"),
        (Mcts(), "gymnasium/Pendulum-v1", "counted"),
    ],
)
def test_unsuitable_games_are_refused_with_the_reason(agent, game, reason) -> None:
    with pytest.raises(Unsuitable, match=reason):
        agent.check(maker(game)().spec)


@pytest.mark.parametrize(
    "make", [lambda: Minimax(depth=0), lambda: Minimax(positions=0), lambda: Mcts(simulations=0)]
)
def test_parameters_out_of_range_are_named(make) -> None:
    with pytest.raises(BadParameter, match="is less than"):
        make()
