"""What every environment does, on OpenSpiel's games of each sort."""

from __future__ import annotations

import numpy as np
import pyspiel
import pytest
from arena_openspiel.environment import SimultaneousGame
from arena_openspiel.loading import Facts
from arena_openspiel.probe import Model
from arena_openspiel.sight import Sight
from gymnasium.spaces import Discrete

from arena import CHANCE, Luck, Seat, Spec, Unsuitable, play


def test_a_turn_based_game(make):
    environment = make("tic_tac_toe")
    spec = environment.spec
    assert (spec.kind, spec.zero_sum, spec.returns) == ("competitive", True, (-1.0, 1.0))
    assert spec.turn_based and spec.perfect_information and spec.model and not spec.stochastic
    environment.reset(Luck(0))
    assert environment.acting() == (0,)
    assert environment.legal(0) == list(range(9)) and environment.legal(1) == []
    for action in (4, 0, 2, 1):
        assert environment.step({environment.acting()[0]: action}) is None
    assert environment.label(0, 6) == "x(2,0)" and environment.parse(0, "X(2,0) ") == 6
    assert environment.step({0: 6}) == [1.0, -1.0]
    assert environment.acting() == ()
    environment.reset(Luck(0))
    assert environment.acting() == (0,) and len(environment.legal(0)) == 9


def test_observations_are_openspiels(make):
    environment = make("tic_tac_toe")
    environment.reset(Luck(0))
    environment.step({0: 4})
    state = pyspiel.load_game("tic_tac_toe").new_initial_state()
    state.apply_action(4)
    seen = environment.observe(1)
    assert seen.shape == (3, 3, 3) and seen.dtype == np.float32
    assert seen.ravel().tolist() == state.observation_tensor(1)
    assert environment.spec.seats[0].observation_space.shape == (3, 3, 3)


def test_a_simultaneous_game(make):
    environment = make("matrix_pd")
    assert environment.spec.kind == "mixed" and not environment.spec.turn_based
    environment.reset(Luck(0))
    assert environment.acting() == (0, 1)
    assert "5,5 0,10" in environment.text(0)  # what is at stake, not only "Non-terminal"
    assert environment.step({0: 0, 1: 1}) == [0.0, 10.0]
    assert environment.acting() == ()


_WAITING = pyspiel.GameType(
    short_name="python_waiting",
    long_name="Each round another seat has no move",
    dynamics=pyspiel.GameType.Dynamics.SIMULTANEOUS,
    chance_mode=pyspiel.GameType.ChanceMode.DETERMINISTIC,
    information=pyspiel.GameType.Information.PERFECT_INFORMATION,
    utility=pyspiel.GameType.Utility.GENERAL_SUM,
    reward_model=pyspiel.GameType.RewardModel.TERMINAL,
    max_num_players=3,
    min_num_players=3,
    provides_information_state_string=False,
    provides_information_state_tensor=False,
    provides_observation_string=False,
    provides_observation_tensor=False,
    parameter_specification={},
)


class _WaitingGame(pyspiel.Game):
    def __init__(self):
        size = pyspiel.GameInfo(
            num_distinct_actions=3, max_chance_outcomes=0, num_players=3,
            min_utility=0.0, max_utility=9.0, utility_sum=None, max_game_length=4,
        )  # fmt: skip
        super().__init__(_WAITING, size, {})

    def new_initial_state(self):
        return _WaitingState(self)


class _WaitingState(pyspiel.State):
    """Round r (0 to 2): seat r has no move; round 3: nobody has."""

    def __init__(self, game):
        super().__init__(game)
        self.rounds = []

    def current_player(self):
        simultaneous, over = pyspiel.PlayerId.SIMULTANEOUS, pyspiel.PlayerId.TERMINAL
        return over if len(self.rounds) == 4 else simultaneous

    def _legal_actions(self, player):
        return [] if player == len(self.rounds) or len(self.rounds) == 3 else [1, 2]

    def _apply_actions(self, actions):
        self.rounds.append(list(actions))

    def is_terminal(self):
        return len(self.rounds) == 4

    def returns(self):
        return [float(sum(actions)) for actions in zip(*self.rounds)]

    def __str__(self):
        return str(self.rounds)


def test_seats_without_a_move_are_not_asked():
    game = _WaitingGame()
    sight, model = Sight(game), Model("copy", False)
    seat = Seat(None, Discrete(3))
    spec = Spec("openspiel/python_waiting", (seat, seat, seat))
    facts = Facts(game, spec, sight, model, lambda luck: game.new_initial_state(), False, False)
    environment = SimultaneousGame(facts)
    environment.reset(Luck(0))
    asked = []
    while seats := environment.acting():
        asked.append(seats)
        paid = environment.step({seat: environment.legal(seat)[-1] for seat in seats})
    # in the last round nobody has a move: all of them do nothing
    assert asked == [(1, 2), (0, 2), (0, 1), (0, 1, 2)]
    assert paid == [4.0, 4.0, 4.0]


def test_rewards_before_the_end(make):
    environment = make("repeated_game", stage_game="matrix_pd()", num_repetitions=3)
    environment.reset(Luck(0))
    paid = []
    while environment.acting():
        paid.append(environment.step({0: 0, 1: 0}))
    assert paid == [[5.0, 5.0]] * 3


def test_chance_is_explicit(make):
    environment = make("kuhn_poker")
    environment.reset(Luck(0))
    assert environment.acting() == (CHANCE,)
    assert environment.chance() == [(card, pytest.approx(1 / 3)) for card in range(3)]
    assert environment.label(CHANCE, 2)


@pytest.mark.parametrize("name", ["negotiation", "tarok", "bridge_uncontested_bidding"])
def test_luck_inside_a_game_follows_the_deal(name, make):
    """Equal deals are equal whatever was dealt between them; others differ."""

    def dealt(environment, deal):
        environment.reset(Luck(deal))
        while environment.acting() == (CHANCE,):
            environment.step({CHANCE: environment.chance()[0][0]})
        return str(environment.position)

    environment = make(name)
    first, second, again = (dealt(environment, deal) for deal in (1, 2, 1))
    assert first == again == dealt(make(name), 1)
    assert first != second
    assert environment.spec.stochastic and not environment.spec.model
    with pytest.raises(Unsuitable, match="generator of its own"):
        environment.copy()


def test_a_seed_that_is_asked_for_makes_other_deals(make):
    environments = [make("tarok", rng_seed=seed) for seed in (1, 2, 1)]
    for environment in environments:
        environment.reset(Luck(5))
        environment.step({CHANCE: 0})
    one, two, same = (str(environment.position) for environment in environments)
    assert one == same != two


def test_copies_are_independent(make):
    environment = make("backgammon")
    environment.reset(Luck(0))
    environment.step({CHANCE: environment.chance()[0][0]})
    copy = environment.copy()
    before = str(environment.position)
    copy.step({copy.acting()[0]: copy.legal(copy.acting()[0])[0]})
    assert str(environment.position) == before != str(copy.position)


@pytest.mark.parametrize(
    "name", ["connect_four", "leduc_poker", "matrix_pd", "goofspiel", "python_kuhn_poker"]
)
def test_games_looked_at_together_are_as_if_looked_at_alone(make, name):
    games = [make(name) for _ in range(3)]
    luck, rows = np.random.default_rng(0), []
    for turns, game in enumerate(games):
        game.reset(Luck(0))
        while (seats := game.acting()) and (turns > 0 or seats == (CHANCE,)):
            if seats == (CHANCE,):
                game.step({CHANCE: game.chance()[0][0]})
                continue
            game.step({seat: int(luck.choice(game.legal(seat))) for seat in seats})
            turns -= 1
        rows += [(game, seat) for seat in range(len(game.spec.seats))]
    together = type(games[0]).observe_many(*zip(*rows))
    alone = np.stack([game.observe(seat) for game, seat in rows])
    assert together.dtype == alone.dtype and (together == alone).all() and together.flags.writeable


def test_games_stepped_together_are_as_if_stepped_alone(make):
    """`step_many` and `legal_many` are what `step`, `acting` and `legal` are."""
    for name in ("leduc_poker", "2048", "blackjack"):
        together, alone = make(name), make(name)
        luck = np.random.default_rng(0)
        for environment in (together, alone):
            environment.reset(Luck(0))
        while seats := alone.acting():
            if seats == (CHANCE,):
                action = int(luck.choice([action for action, _ in alone.chance()]))
                assert together.step({CHANCE: action}) == alone.step({CHANCE: action})
                continue
            assert type(together).legal_many([together], seats) == [alone.legal(seats[0])]
            action = int(luck.choice(alone.legal(seats[0])))
            stepped = type(together).step_many([together], seats, [action])
            assert stepped.paid.get(0) == alone.step({seats[0]: action})
            assert stepped.asked == [alone.acting()] and not stepped.failed


def test_a_game_of_words(make, random_agent, matches):
    """crossword: an answer in words; one that the rules refuse costs the turn and nothing else."""
    environment = make("crossword")
    environment.reset(Luck(0))
    assert environment.legal(0) is None and "A1 GO" in environment.spec.seats[0].action_space
    assert environment.parse(0, "  A1  GO ") == "A1 GO" and environment.parse(0, "GO") is None
    assert environment.step({0: "Z9 GO"}) is None  # no such clue
    assert environment.step({0: "A1 GO"}) == [1.0]
    assert environment.step({0: "A1 GO"}) is None  # solved before
    assert environment.step({0: "A4 WRNG"}) == [-1.0]
    limit = environment.spec.max_turns
    (episode,) = play(lambda: make("crossword"), [random_agent], matches(1, 1))
    assert (episode.turns, episode.ending) == (limit, "truncated") and not episode.faults


def test_what_viewers_see(make):
    environment = make("kuhn_poker")
    environment.reset(Luck(0))
    for action in (2, 0):
        environment.step({CHANCE: action})
    assert [seen.shape for seen in environment.state()] == [(7,), (7,)]
    assert environment.render() == "2 0"
    assert isinstance(make("tarok").spec.seats[0].observation_space.sample(), str)
