"""What the benchmarks rest on: a tick that costs Python alike for any number of games, players that
play alike on a table and one by one, and loops that do what they say."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
import torch

from arena.column_runner import ColumnRunner
from arena.lookup import environment_maker
from arena.plugins import make_registry
from arena.records import Match, Ref
from arena.runner import Runner
from tests.benchmarks import loops
from tests.benchmarks.players import Mlp
from tests.benchmarks.tick import GAMES, Operations, counted_instructions, wave_play


@pytest.mark.parametrize("name", GAMES)
def test_pythons_part_of_a_tick_does_not_grow_with_the_games(name: str) -> None:
    told = set()
    for size in (64, 1024, 8192):
        play = wave_play(name, size)
        with torch.no_grad():
            play.tick(0)  # whatever is made on first use
            with Operations() as operations:
                play.tick(1)
            with counted_instructions() as instructions:
                play.tick(0)
        told.add((instructions[0], operations.count))
    assert len(told) == 1
    assert min(min(told)) > 100  # so that something was counted


def test_networks_play_alike_on_a_table_and_one_by_one() -> None:
    matches = [Match(n, (n % 2, 1 - n % 2), 100 + n, 200 + n) for n in range(40)]
    logs = []
    for name, kind in (("openspiel/connect_four", Runner), ("tensor/connect_four", ColumnRunner)):
        make = environment_maker(make_registry(), Ref(name))[0]
        runner = kind(make, [Mlp(seed=1), Mlp(seed=2)])
        episodes = [episode for block in runner.blocks(iter(matches)) for episode in block]
        runner.close()
        assert all(episode.ending == "terminal" for episode in episodes)
        logs.append({episode.match.number: episode.log for episode in episodes})
    assert logs[0] == logs[1]
    assert len({tuple(log) for log in logs[0].values()}) == len(matches)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("openspiel", ["tic_tac_toe"]), ("pettingzoo", []), ("gymnasium", ["4"]), ("mlp", []),
     ("table", ["tensor/tic_tac_toe", "64"]), ("positions", ["3"])],
)  # fmt: skip
def test_loops_work(name: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(loops.__file__).parent))  # as for a script
    assert loops.LOOPS[name](*arguments)() > 0


def test_a_part_measured_anew_leaves_the_rest_of_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(Path(loops.__file__).parent))  # as for a script
    report = import_module("report")
    rewrite = report.rewrite
    first = rewrite("", ["## One\n\n1\n", "## Two\n\n2\n"])
    assert first.startswith(report.HEAD) and first.endswith("## One\n\n1\n\n## Two\n\n2\n")
    assert rewrite(first, ["## Two\n\n2\n"]) == first
    assert rewrite(first, ["## One\n\n3\n", "## Three\n\n4\n"]) == rewrite(
        "", ["## One\n\n3\n", "## Two\n\n2\n", "## Three\n\n4\n"]
    )
