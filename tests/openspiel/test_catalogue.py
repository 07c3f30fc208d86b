"""Names, kinds and parameters of OpenSpiel's games, and how wrong ones are refused."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from arena import ArenaError, UnknownName
from arena.plugins import Registry, make_registry
from arena.specs import parse


@pytest.fixture(scope="module")
def registry(tmp_path_factory) -> Registry:
    plugin = tmp_path_factory.mktemp("plugin") / "openspiel_only.py"
    plugin.write_text("from arena_openspiel import arena_agents, arena_environments\n")
    return make_registry([str(plugin)], entry_points=False)


def test_listing_imports_nothing_heavy():
    """Naming and describing all games needs neither torch nor gymnasium."""
    code = (
        "import sys, arena_openspiel\n"
        "assert 'pyspiel' not in sys.modules\n"
        "from arena_openspiel.family import OpenSpiel\n"
        "family = OpenSpiel()\n"
        "assert 'hex' in family.aliases() and 'numpy' not in sys.modules\n"
        "[(family.describe(n), family.parameters(n)) for n in family.names()]\n"
        "assert not {'torch', 'gymnasium'} & set(sys.modules)\n"
    )
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_names_and_aliases(registry, family):
    assert registry.find("environments", "tic_tac_toe").name == "openspiel/tic_tac_toe"
    assert registry.find("environments", "python_kuhn_poker").name == "openspiel/python_kuhn_poker"
    names = family.names()
    assert names == sorted(names)
    assert set(family.aliases()) == set(names)
    with pytest.raises(UnknownName, match="did you mean 'kuhn_poker'"):
        family.describe("kuhnpoker")


@pytest.mark.parametrize(
    ("name", "kind", "seats"),
    [
        ("tic_tac_toe", "competitive", 2),
        ("hanabi", "cooperative", None),
        ("matrix_pd", "mixed", 2),
        ("2048", "competitive", 1),
        ("universal_poker", "competitive", 2),
        ("tiny_hanabi", "cooperative", 2),
        ("trade_comm", "cooperative", 2),
        ("misere", None, None),
    ],
)
def test_descriptions(family, name, kind, seats):
    described = family.describe(name)
    assert (described.kind, described.seats) == (kind, seats)


def test_parameters_are_typed(family):
    found = {p.name: p for p in family.parameters("goofspiel")}
    assert (found["num_cards"].type, found["num_cards"].default) == (int, 13)
    assert (found["imp_info"].type, found["imp_info"].default) == (bool, False)
    assert (found["points_order"].type, found["points_order"].default) == (str, "random")
    assert {p.name: p for p in family.parameters("go")}["komi"].type is float
    needed = {p.name for p in family.parameters("repeated_game") if p.required}
    assert needed == {"num_repetitions", "stage_game"}
    assert [str(p) for p in family.parameters("efg_game")] == ["filename: str"]
    assert all("\n" not in str(p) for name in family.names() for p in family.parameters(name))


@pytest.mark.parametrize(
    ("spec", "seats"),
    [
        ("hex:board_size=5", 2),
        ("kuhn_poker:players=4", 4),
        ("nim:pile_sizes=3;4;5,is_misere=false", 2),
        ('misere:game="kuhn_poker(players=3)"', 3),
        ("turn_based_simultaneous_game:game=goofspiel(num_cards=4)", 2),
        ("repeated_game:stage_game=matrix_pd(),num_repetitions=3", 2),
        ('misere:game="turn_based_simultaneous_game(game=goofspiel(num_cards=4,players=3))"', 3),
        ("start_at:game=tic_tac_toe(),history=0;4", 2),
        ('coop_to_1p:game="tiny_hanabi()"', 1),
        (
            "repeated_poker:max_num_hands=3,reset_stacks=true,"
            "universal_poker_game_string=universal_poker()",
            2,
        ),
        (r"pathfinding:grid=A...\n...a", 1),
        ("misere:game=python_tic_tac_toe()", 2),
    ],
)
def test_games_with_parameters(registry, spec, seats, capfd):
    environment = registry.make("environments", parse(spec))
    assert len(environment.spec.seats) == seats
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("openspiel/nosuch", "no OpenSpiel game 'nosuch'"),
        ("hex:board_siz=5", "did you mean 'board_size'"),
        ("hex:board_size=five", "'five' is not an int"),
        ("hex:board_size=-5", "board_size=-5 is negative"),
        ("hex:board_size=0", "nothing to do"),
        ("leduc_poker:players=1", "players=1, but it is for 2 to 10"),
        ("universal_poker:numPlayers=40", "numPlayers=40, but it is for 2 to 10"),
        ("goofspiel:points_order=sideways", "Unrecognized points_order parameter: sideways"),
        ("universal_poker:blind=none", "OpenSpiel refuses"),
        ("misere", "needs game"),
        ("misere:game=nosuch()", "no OpenSpiel game 'nosuch'"),
        ("misere:game=kuhn_poker(playrs=3)", "did you mean 'players'"),
        ("misere:game=kuhn_poker(players=30)", "players=30, but it is for 2 to 10"),
        ("misere:game=kuhn_poker(players=x)", "'x' is not an int"),
        ("misere:game=kuhn_poker(players=3", "is not a game as OpenSpiel spells it"),
        ("misere:game=))((", "is not a game as OpenSpiel spells it"),
        ("misere:game=", "is not a game as OpenSpiel spells it"),
        ("misere:game=(players=3)", "is not a game as OpenSpiel spells it"),
        ("misere:game=kuhn_poker(players)", "no parameter"),
        ("start_at:game=tic_tac_toe(),history=0;0", "OpenSpiel refuses"),
        ("efg_game:filename=/no/such/file", "OpenSpiel refuses"),
        ("mfg_garnet", "mean-field"),
        ("zerosum:game=mfg_garnet()", "mean-field"),
    ],
)
def test_wrong_games_are_refused_in_one_line(registry, spec, message, capfd):
    """One line for the user, and not a word of C++ on standard error."""
    with pytest.raises(ArenaError) as caught:
        registry.make("environments", parse(spec))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2
    assert capfd.readouterr().err == ""
