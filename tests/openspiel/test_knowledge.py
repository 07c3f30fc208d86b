"""Imagined worlds depend on what a seat knows, on nothing else, and come with the right odds."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pyspiel
import pytest
from arena_openspiel.knowledge import Belief, Limits
from arena_openspiel.sight import Sight

from arena import CHANCE, Luck, Unsuitable

# Each row: a game, the seat that imagines, and two histories that this seat cannot tell apart.
TWINS = {
    "kuhn_poker: the other's card": ("kuhn_poker", {}, 1, [0, 1, 1], [2, 1, 1]),
    "kuhn_poker: two others' cards": ("kuhn_poker", {"players": 3}, 1, [0, 3, 1, 0], [2, 3, 0, 0]),
    "leduc_poker: after the public card": (
        "leduc_poker", {}, 0, [0, 5, 1, 1, 2], [0, 3, 1, 1, 2],
    ),
    "liars_dice: the other's die": ("liars_dice", {}, 1, [0, 4, 3], [5, 4, 3]),
    "phantom_ttt: where the other stands": ("phantom_ttt", {}, 0, [0, 1], [0, 8]),
    "phantom_ttt: how often the other has tried": ("phantom_ttt", {}, 0, [4, 4, 0], [4, 0]),
    "dark_hex: where the other stands": ("dark_hex", {}, 0, [4, 4, 0], [4, 4, 7]),
    "goofspiel: what the other bid": (
        "goofspiel", {"imp_info": True, "num_cards": 4, "points_order": "descending"}, 0,
        [2, 0], [2, 1],
    ),
    "turn_based_simultaneous_game: the move not yet shown": (
        "turn_based_simultaneous_game", {"game": "matrix_rps()"}, 1, [0], [2],
    ),
    "bargaining: what the other values": ("bargaining", {}, 0, None, None),
    "oh_hell: the others' hands": ("oh_hell", {}, 0, None, None),
    "blackjack: the dealer's card": ("blackjack", {}, 0, None, None),
    "tiny_hanabi: one's own card": ("tiny_hanabi", {}, 1, [0, 1, 0], [1, 1, 0]),
}  # fmt: skip


@pytest.mark.parametrize("twins", TWINS)
def test_what_is_hidden_cannot_show(twins, make):
    """Two true worlds that look alike to a seat give it the same imagined worlds, move for move."""
    name, parameters, seat, *histories = TWINS[twins]
    environment = make(name, **parameters)
    if histories[0] is None:
        histories = _alike(environment, seat)
    truths = []
    for history in histories:
        environment = make(name, **parameters)
        _play(environment, history)
        truths.append(environment)
    one, other = truths
    assert one.position.history() != other.position.history()
    assert one.text(seat) == other.text(seat)
    worlds = [[_imagined(truth, seat, luck) for luck in range(40)] for truth in truths]
    assert worlds[0] == worlds[1]
    assert len(set(worlds[0])) > 1


def _alike(environment, seat):
    """Return the histories of two deals that look alike to a seat: the second is searched for."""
    environment.reset(Luck(0))
    luck = np.random.default_rng(3)
    while environment.acting() == (CHANCE,):
        actions, odds = zip(*environment.chance())
        environment.step({CHANCE: actions[luck.choice(len(actions), p=odds)]})
    history = environment.position.history()
    for world in range(100):
        other = environment.imagine(seat, Luck(world)).position.history()
        if other != history:
            return history, other
    raise AssertionError("no second world")


def _play(environment, history):
    """Play a history (of a game that moves at once: the actions of each turn in a row)."""
    environment.reset(Luck(0))
    moves = iter(history)
    for move in moves:
        asked = environment.acting()
        environment.step(dict(zip(asked, [move, *itertools.islice(moves, len(asked) - 1)])))


def _imagined(environment, seat, luck):
    world = environment.imagine(seat, Luck(luck))
    assert world.acting() == environment.acting()
    assert world.text(seat) == environment.text(seat)
    assert world.legal(seat) == environment.legal(seat)
    return tuple(world.position.history())


POSTERIORS = {
    # The other of two players has each other card alike, whatever it did with it.
    "kuhn_poker": ({}, [2, 1, 1], 1, 0, {0: 1 / 2, 2: 1 / 2}),
    # Own card 0, public card 2: the others are left.
    "leduc_poker": ({}, [0, 5, 1, 1, 2], 0, 1, {1: 1 / 4, 3: 1 / 4, 4: 1 / 4, 5: 1 / 4}),
    "liars_dice": ({}, [5, 4, 3], 1, 0, dict.fromkeys(range(6), 1 / 6)),
    # It may have tried 4 first: that makes no cell likelier than another.
    "phantom_ttt": ({}, [4, 8], 0, -1, dict.fromkeys((0, 1, 2, 3, 5, 6, 7, 8), 1 / 8)),
    "tiny_hanabi": ({}, [0, 1, 0], 1, 0, {0: 1 / 2, 1: 1 / 2}),
}  # fmt: skip


@pytest.mark.parametrize("name", POSTERIORS)
def test_imagined_worlds_have_the_odds_of_bayes(name, make):
    """At most one draw in ten thousand falsely alarms: 4 standard errors, 2,000 draws."""
    parameters, history, seat, at, posterior = POSTERIORS[name]
    environment = make(name, **parameters)
    _play(environment, history)
    draws = 2_000
    seen = Counter(
        environment.imagine(seat, Luck(luck)).position.history()[at] for luck in range(draws)
    )
    assert set(seen) == set(posterior)
    for value, odds in posterior.items():
        assert abs(seen[value] / draws - odds) < 4 * (odds * (1 - odds) / draws) ** 0.5


def test_odds_weigh_hidden_moves():
    """phantom_ttt: X has played 4 and then tried 8, which was taken: what has O played?

    O was asked once (it may have tried 4 first), and it holds 8 for certain.
    """
    game = pyspiel.load_game("phantom_ttt")
    state = game.new_initial_state()
    for action in (4, 8, 8):  # X takes the middle, O a corner; X finds the corner taken
        state.apply_action(action)
    belief = Belief(state, 0, Sight(game).view)
    assert belief.listed
    odds = Counter()
    luck = np.random.default_rng(0)
    for _ in range(4_000):
        odds[tuple(belief.draw(luck.random).history())] += 1
    # at once with 1/9, after a vain try of 4 with 1/9 * 1/8: 8 to 1
    assert set(odds) == {(4, 8, 8), (4, 4, 8, 8)}
    assert abs(odds[4, 8, 8] / 4_000 - 8 / 9) < 4 * (8 / 81 / 4_000) ** 0.5


def test_drawn_worlds_are_distributed_as_listed_ones():
    """Where worlds are too many to list they are drawn: with the same odds."""
    game = pyspiel.load_game("liars_dice")
    state = game.new_initial_state()
    for action in (0, 4, 3, 7):
        state.apply_action(action)
    see = Sight(game).view
    exact = Belief(state, 0, see)
    assert exact.listed
    luck = np.random.default_rng(1)
    odds = Counter(exact.draw(luck.random).history()[1] for _ in range(600))
    drawn = Counter(
        Belief(state, 0, see, Limits(listed=0)).draw(luck.random).history()[1] for _ in range(600)
    )
    assert set(odds) == set(drawn) == set(range(6))
    for die in range(6):
        assert abs(drawn[die] / 600 - 1 / 6) < 4 * (5 / 36 / 600) ** 0.5


def test_a_second_asking_is_the_same():
    """A decision that is asked again (a batch that raised) gets the same worlds from equal luck."""
    game = pyspiel.load_game("dark_hex")
    state = game.new_initial_state()
    for action in (4, 4, 0, 3, 8):
        state.apply_action(action)
    belief = Belief(state, 0, Sight(game).view, Limits(listed=0))
    first = [belief.draw(np.random.default_rng(5).random).history() for _ in range(2)]
    assert first[0] == first[1]


def test_budgets_are_kept():
    game = pyspiel.load_game("hearts")
    state = game.new_initial_state()
    while state.is_chance_node():
        state.apply_action(state.legal_actions()[0])
    belief = Belief(state, 0, Sight(game).view, Limits(listed=50, drawn=40, further=10))
    with pytest.raises(Unsuitable, match="100 positions"):
        belief.draw(np.random.default_rng(0).random)


WAYS = {
    "tic_tac_toe": "copy",
    "backgammon": "copy",
    "oshi_zumo": "copy",
    "matrix_pd": "copy",
    "kuhn_poker": "belief",
    "leduc_poker": "belief",
    "phantom_ttt": "belief",
    "dark_hex": "belief",
    "blackjack": "belief",
    "bargaining": "belief",
    "oh_hell": "native",
    "gin_rummy": None,  # OpenSpiel's resampling keeps the true history
    "euchre": None,  # it replays the dealer's hidden discard
    "hearts": None,  # it replays hidden passes
    "colored_trails": None,  # it replays a proposal not yet shown
    "phantom_go": None,
    "hanabi": None,
    "negotiation": None,  # its luck is drawn inside
    "python_hangman": None,  # says that it hides nothing, and hides the word
}


@pytest.mark.parametrize("name", WAYS)
def test_how_worlds_are_imagined(name, make):
    environment = make(name)
    spec = environment.spec
    assert spec.model == (WAYS[name] is not None)
    assert spec.perfect_information == (WAYS[name] == "copy")
    environment.reset(Luck(1))
    if not spec.model:
        assert spec.no_model
        with pytest.raises(Unsuitable, match="cannot be imagined"):
            environment.imagine(0, Luck(1))


def test_the_world_goes_on_by_itself(make):
    """An imagined world can be played out, copied and imagined in; the true one stands still."""
    environment = make("leduc_poker")
    _play(environment, [0, 5])
    before = str(environment.position)
    world = environment.imagine(0, Luck(2))
    twin = world.copy()
    while asked := world.acting():
        if asked == (CHANCE,):
            world.step({CHANCE: world.chance()[0][0]})
            continue
        assert world.imagine(asked[0], Luck(3)).text(asked[0]) == world.text(asked[0])
        world.step({asked[0]: world.legal(asked[0])[-1]})
    assert str(environment.position) == before
    assert twin.acting() == environment.acting()
