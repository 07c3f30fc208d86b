"""What is known without loading, what is read from constructors, and how bad input is met."""

import subprocess
import sys

import pytest
from arena_pettingzoo.families import Mpe2, PettingZoo

import arena

ALL = [
    pytest.param(family, name, id=f"{family.package}/{name}")
    for family in (PettingZoo(), Mpe2())
    for name in family.names()
]


def test_listing_imports_no_library():
    code = """
import sys
from arena_pettingzoo.families import Mpe2, PettingZoo
for family in (PettingZoo(), Mpe2()):
    for name in family.names():
        family.describe(name)
print([m for m in ("pettingzoo", "mpe2", "pygame", "gymnasium", "torch") if m in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_making_prints_nothing():
    code = """
from arena_pettingzoo.families import Mpe2, PettingZoo
for family in (PettingZoo(), Mpe2()):
    for name in family.names():
        if not family.describe(name).unsuitable:
            family.make(name).reset(__import__("arena").Luck(1))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "" and ran.stderr == ""


def test_names_are_those_of_the_files():
    assert {"tictactoe_v3", "multiwalker_v9", "pistonball_v6"} <= set(PettingZoo().names())
    assert {"simple_spread_v3", "simple_tag_v3"} <= set(Mpe2().names())


def test_an_environment_that_the_library_took_out_is_told_so():
    with pytest.raises(arena.Unsuitable, match=r"took it out in 1\.26"):
        PettingZoo().make("waterworld_v4")


@pytest.mark.parametrize("family, name", ALL)
def test_descriptions_are_true(family, name):
    told = family.describe(name)
    if told.unsuitable is not None:
        with pytest.raises(arena.Unsuitable, match=r"^pettingzoo/"):
            family.make(name)
        return
    spec = family.make(name).spec
    assert (told.kind, told.seats) == (spec.kind, len(spec.seats))
    assert spec.name == f"{family.package}/{name}"


def test_a_missing_package_is_one_line_that_says_what_to_install():
    told = PettingZoo().describe("pong_v3").unsuitable
    if told is None:
        pytest.skip("the console is installed here")
    assert told == "needs the module multi_agent_ale_py: pip install 'pettingzoo[atari]' ale-py"
    with pytest.raises(arena.Unsuitable) as raised:
        PettingZoo().parameters("pong_v3")
    assert str(raised.value) == f"pettingzoo/pong_v3 {told}"


def test_parameters_are_typed_and_leave_out_windows():
    found = {p.name: (p.type, p.default) for p in PettingZoo().parameters("go_v5")}
    assert found == {"board_size": (int, 19), "komi": (float, 7.5)}
    found = {p.name: (p.type, p.default) for p in Mpe2().parameters("simple_spread_v3")}
    assert found["N"] == (int, 3) and found["continuous_actions"] == (bool, False)
    assert "render_mode" not in found


@pytest.mark.parametrize("name, one", [("multiwalker_v9", "n_walkers"), ("pursuit_v5", "n_catch")])
def test_parameters_are_found_behind_constructors_that_forward(name, one):
    assert one in {p.name for p in PettingZoo().parameters(name)}


def test_parameters_reach_the_game():
    spec = PettingZoo().make("go_v5", board_size=7).spec
    assert spec.seats[0].action_space.n == 50
    assert len(Mpe2().make("simple_spread_v3", N=5).spec.seats) == 5


def test_unknown_names_get_near_misses():
    with pytest.raises(arena.UnknownName, match="tictactoe_v3"):
        PettingZoo().describe("tictactoe")
    with pytest.raises(arena.UnknownName, match="mpe2/simple_spread_v3"):
        Mpe2().make("simple_sprd_v3")


def test_values_that_the_library_refuses_are_one_line():
    with pytest.raises(arena.BadParameter) as raised:
        PettingZoo().make("rps_v2", num_actions=4)
    assert str(raised.value) == (
        "pettingzoo/rps_v2 refuses num_actions=4: The number of actions must be an odd number."
    )


def test_teams_and_roles():
    tag = Mpe2().make("simple_tag_v3").spec
    assert tag.sides == ((0, 1, 2), (3,))
    assert [seat.role for seat in tag.seats] == ["adversary"] * 3 + ["agent"]
    crypto = Mpe2().make("simple_crypto_v3").spec
    assert crypto.sides == ((0,), (1, 2))
    assert Mpe2().make("simple_spread_v3").spec.sides == ((0, 1, 2),)
    assert PettingZoo().make("tictactoe_v3").spec.sides == ((0,), (1,))
