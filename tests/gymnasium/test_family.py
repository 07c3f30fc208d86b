"""What is known without making, what is read from entry points, and how bad input is met."""

import subprocess
import sys

import pytest
from arena_gymnasium import family
from arena_gymnasium.family import Gymnasium

import arena

FAMILY = Gymnasium()


def test_the_newest_are_listed_and_older_ones_can_be_made():
    names = set(FAMILY.names())
    assert "CartPole-v1" in names and "CartPole-v0" not in names
    assert FAMILY.make("CartPole-v0").spec.name == "gymnasium/CartPole-v0"
    assert "Ant-v5" in names and not {"Ant-v2", "Ant-v3", "Ant-v4"} & names


def test_listing_and_making_print_nothing_and_load_no_torch():
    code = """
import sys
from arena_gymnasium.family import Gymnasium
family = Gymnasium()
for name in family.names():
    told = family.describe(name)
assert not {"torch", "mujoco", "Box2D", "pygame"} & set(sys.modules)
for name in ("Taxi-v4", "LunarLander-v3", "Ant-v5", "CartPole-v0", "CarRacing-v3"):
    family.make(name).reset(__import__("arena").Luck(1))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "" and ran.stderr == ""


def test_descriptions_are_true():
    assert FAMILY.describe("CartPole-v1") == arena.Description("competitive", 1, None)
    spec = FAMILY.make("CartPole-v1").spec
    assert (spec.kind, len(spec.seats), spec.ranked_by_return) == ("competitive", 1, True)


@pytest.fixture
def looked_for_anew():
    """Forget which modules are there, before a test that takes one away and after it."""
    family._is_there.cache_clear()
    yield
    family._is_there.cache_clear()


@pytest.mark.usefixtures("looked_for_anew")
@pytest.mark.parametrize(
    ("module", "game", "extra"),
    [("Box2D", "LunarLander-v3", "box2d"), ("mujoco", "HalfCheetah-v5", "mujoco")],
)
def test_what_an_extra_of_ours_brings_is_asked_for_by_its_name(monkeypatch, module, game, extra):
    monkeypatch.setitem(sys.modules, module, None)  # as if it were not installed
    told = FAMILY.describe(game).unsuitable
    assert told == f"needs the module {module}: pip install 'arena-games[{extra}]'"


@pytest.mark.usefixtures("looked_for_anew")
def test_what_is_missing_is_one_line_that_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)  # as if it were not installed
    told = FAMILY.describe("phys2d/CartPole-v1").unsuitable
    assert told == "needs the module jax: pip install jax"
    for ask in (FAMILY.make, FAMILY.parameters):
        with pytest.raises(arena.Unsuitable) as raised:
            ask("phys2d/CartPole-v1")
        assert str(raised.value) == f"gymnasium/phys2d/CartPole-v1 {told}"


def test_what_has_gone_says_so():
    with pytest.raises(arena.Unsuitable, match="gymnasium/Ant-v2 is no environment any more"):
        FAMILY.make("Ant-v2")
    assert not any(name.startswith("GymV2") for name in FAMILY.names())


def test_parameters_are_typed_with_the_defaults_of_the_id():
    def read(name):
        return {p.name: (p.type, p.default) for p in FAMILY.parameters(name)}

    assert read("FrozenLake-v1")["map_name"] == (str, "4x4")
    assert read("FrozenLake8x8-v1")["map_name"] == (str, "8x8")
    assert read("LunarLanderContinuous-v3")["continuous"] == (bool, True)
    assert read("CartPole-v1")["max_episode_steps"] == (int, 500)
    assert read("CliffWalking-v1")["max_episode_steps"] == (int, None)
    assert read("Ant-v5")["healthy_z_range"] == (list, (0.2, 1.0))
    assert "render_mode" not in read("Taxi-v4")


def test_parameters_reach_the_game():
    lander = FAMILY.make("LunarLander-v3", continuous=True)
    assert lander.spec.seats[0].action_space.shape == (2,)
    lake = FAMILY.make("FrozenLake-v1", desc=["SFF", "FHF", "FFG"])
    assert lake.spec.seats[0].observation_space.n == 9


def test_unknown_names_get_near_misses():
    with pytest.raises(arena.UnknownName, match="did you mean 'gymnasium/CartPole-v1'"):
        FAMILY.describe("Cartpole-v1")


def test_values_that_the_library_refuses_are_one_line():
    with pytest.raises(arena.BadParameter) as raised:
        FAMILY.make("LunarLander-v3", gravity=5.0)
    assert "\n" not in str(raised.value) and "gravity=5.0" in str(raised.value)
    with pytest.raises(arena.BadParameter, match="max_episode_steps=0"):
        FAMILY.make("CartPole-v1", max_episode_steps=0)
