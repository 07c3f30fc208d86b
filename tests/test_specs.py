"""The grammar of specs, and parameters read from constructors."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.errors import BadParameter, BadSpec
from arena.records import Ref
from arena.specs import bind, canonical, display, parameters_of, parse


def test_the_grammar() -> None:
    assert parse("random") == Ref("random")
    assert parse("mcts:simulations=40,uct_c=1.5") == Ref(
        "mcts", {"simulations": "40", "uct_c": "1.5"}
    )
    assert parse("strong=mcts:simulations=40") == Ref("mcts", {"simulations": "40"}, "strong")
    assert parse("strong=mcts").alias == "strong"
    assert (
        parse("openspiel/nim:pile_sizes=3;4;5,is_misere=false").parameters["pile_sizes"] == "3;4;5"
    )
    assert parse('llm:prompt="a, b",n=1').parameters == {"prompt": "a, b", "n": "1"}
    assert parse("url:base=http://x:80/?a=b").parameters == {"base": "http://x:80/?a=b"}
    assert parse("my/bot.py:Bot:depth=3") == Ref("my/bot.py:Bot", {"depth": "3"})
    assert parse("b=my/bot.py:Bot") == Ref("my/bot.py:Bot", {}, "b")


@pytest.mark.parametrize("text", ["", ":a=1", "a:b", "a:=1", "a:b=1,b=2", 'a:b="x', "=a"])
def test_what_is_not_in_the_grammar(text) -> None:
    with pytest.raises(BadSpec):
        parse(text)


NAMES = st.from_regex(r"[a-z][a-z0-9_/.-]{0,10}", fullmatch=True).filter(
    lambda name: not name.endswith(".py")
)
KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters='"', exclude_categories=["C", "Z"]))


@given(NAMES, st.dictionaries(KEYS, TEXTS), st.none() | NAMES)
def test_a_spec_reads_back(name, parameters, alias) -> None:
    ref = Ref(name, parameters, alias)
    text = canonical(ref)
    assert parse(text) == Ref(name, parameters)
    assert canonical(parse(text)) == text and display(ref) == (alias or text)


def sample(
    n: int, share: float = 0.5, greedy: bool = True, piles: list[int] | None = None,
    path: Path | None = None, mode: Literal["a", "b"] = "a", free=None,
) -> None:  # fmt: skip
    """A factory with a parameter of each kind."""


PARAMETERS = parameters_of(sample)


@dataclass
class Base:
    """Names its types by what only this module knows."""

    kind: Literal["a", "b"] = "a"
    names: list[str] = field(default_factory=lambda: ["x"])


def test_the_fields_of_a_dataclass_are_its_parameters() -> None:
    """Also those that it inherits from another module, where other names are known."""
    source = "class Derived(Base):\n    size: 'int | None' = None\n"
    scope = {"Base": Base, "__name__": "elsewhere"}
    exec(source, scope)
    found = parameters_of(dataclass(scope["Derived"]))  # type: ignore[call-overload]
    assert [(p.name, p.type, p.default) for p in found] == [
        ("kind", str, "a"), ("names", list, ["x"]), ("size", int, None),
    ]  # fmt: skip
    assert bind("it", found, {"names": "y;z"}) == {"names": ["y", "z"]}


def test_values_are_read_by_type() -> None:
    given = {
        "n": "40", "share": "1", "greedy": "False", "piles": "3;4", "path": "x", "mode": "b",
        "free": "2.5",
    }  # fmt: skip
    assert bind("it", PARAMETERS, given) == {
        "n": 40, "share": 1.0, "greedy": False, "piles": [3, 4], "path": "x", "mode": "b",
        "free": 2.5,
    }  # fmt: skip
    assert bind("it", PARAMETERS, {"n": 40, "piles": [1], "greedy": True}) == {
        "n": 40, "piles": [1], "greedy": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "it needs n"),
        ({"n": "1", "shares": "1"}, "no parameter 'shares'; did you mean 'share'?"),
        ({"n": "x"}, "n='x' is not an int"),
        ({"n": "1.5"}, "n='1.5' is not an int"),
        ({"n": 1.5}, "n=1.5 is not an int"),
        ({"n": True}, "n=True is not an int"),
        ({"n": "1", "greedy": "yes"}, "greedy='yes' is not a bool"),
        ({"n": "1", "piles": "3;x"}, "piles='3;x' is not a list"),
    ],
)
def test_what_is_wrong_is_named(given, says) -> None:
    with pytest.raises(BadParameter, match=r"^it") as caught:
        bind("it", PARAMETERS, given)
    assert says in str(caught.value) and "\n" not in str(caught.value)
