"""Plugins: names, owners, near misses, and what goes wrong with them."""

from __future__ import annotations

import pytest

from arena.errors import BadParameter, PluginError, UnknownName
from arena.plugins import Description, Family, load_file, make_registry
from arena.records import Ref

PLUGIN = """\
import arena

class Steady(arena.Agent):
    def __init__(self, move: int = 0):
        self.move = move

@arena.hookimpl
def arena_agents():
    return {"steady": Steady, "lazy": "nowhere_at_all:Agent"}
"""


@pytest.fixture
def plugin(tmp_path):
    def write(name: str = "mine.py", text: str = PLUGIN) -> str:
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    return write


def test_a_file_is_a_plugin(plugin) -> None:
    registry = make_registry([plugin()], entry_points=False)
    entry = registry.find("agents", "steady")
    assert entry.owner == "mine.py"
    assert registry.make("agents", Ref("steady", {"move": "2"})).move == 2


def test_unknown_names_have_near_misses(plugin) -> None:
    registry = make_registry([plugin()], entry_points=False)
    with pytest.raises(UnknownName, match=r"no agent 'stedy'; did you mean 'steady'?"):
        registry.find("agents", "stedy")


def test_wrong_parameters_are_named(plugin) -> None:
    registry = make_registry([plugin()], entry_points=False)
    with pytest.raises(BadParameter, match="agent 'steady' has no parameter 'mov'"):
        registry.make("agents", Ref("steady", {"mov": "2"}))


def test_a_factory_that_cannot_be_imported_names_its_plugin(plugin) -> None:
    registry = make_registry([plugin()], entry_points=False)
    with pytest.raises(PluginError, match=r"plugin 'mine.py': agent 'lazy' cannot be loaded"):
        registry.make("agents", Ref("lazy"))


def test_two_owners_of_one_name_are_both_named(plugin) -> None:
    registry = make_registry([plugin("a.py"), plugin("b.py")], entry_points=False)
    with pytest.raises(PluginError, match=r"agent 'steady' is claimed by two .*'a.py' and 'b.py'"):
        registry.find("agents", "steady")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("import nothing_like_this", "fails: ModuleNotFoundError"),
        ("def f(:", "fails: SyntaxError"),
        (PLUGIN.replace("arena_agents", "arena_agent"), "'arena_agent', which is no hook"),
        (PLUGIN.replace("def arena_agents()", "def arena_agents(x)"), "arena_agents"),
    ],
)
def test_a_file_that_fails_is_an_error(plugin, text, says) -> None:
    with pytest.raises(PluginError) as caught:
        make_registry([plugin(text=text)], entry_points=False)
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path) -> None:
    with pytest.raises(PluginError, match="not a Python file"):
        load_file(str(tmp_path / "none.py"))


class Shapes(Family):
    """A family of two."""

    def names(self):
        return ["square", "circle"]

    def aliases(self):
        return {"square": "square"}

    def describe(self, name):
        if name not in self.names():
            raise UnknownName("environment", name, self.names(), "arena environments")
        return Description("competitive", 2)

    def parameters(self, name):
        return ()

    def make(self, name, **parameters):
        return name


def test_families_answer_for_their_members_and_aliases(plugin) -> None:
    registry = make_registry(entry_points=False)
    registry.manager.register(_Brings({"shapes/*": Shapes}), "shapes")
    assert registry.find("environments", "shapes/circle").name == "shapes/circle"
    assert registry.find("environments", "square").name == "shapes/square"
    assert registry.make("environments", Ref("square")) == "square"
    assert registry.names("environments") == ["shapes/square", "shapes/circle", "square"]
    for wrong in ("circle", "shapes/cirle", "shape/circle"):
        with pytest.raises(UnknownName, match="did you mean"):
            registry.find("environments", wrong)


class _Brings:
    def __init__(self, factories) -> None:
        self.factories = factories

    from arena.hookspecs import hookimpl

    @hookimpl
    def arena_environments(self):
        return self.factories
