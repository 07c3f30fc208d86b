"""Actors that remember: in learning, at play with both drivers, and where only memory helps."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from arena_marl.agents import SeatPolicies
from arena_marl.groups import Grouped
from arena_marl.memory import Memory
from arena_marl.stretch import Stretch, rows_of
from arena_tensor.family import Tensor as Games

from arena.agent import Agent
from tests.deep.games import Recall
from tests.drivers import agree, field, tabled
from tests.marl.test_agents import player as player
from tests.test_column_tick import check_on_meta, play_on

GIVEN = "worlds=32,rollout=6,actor=16,critic=32,learning_rate=0.01"


def paid(agent: Agent) -> float:
    """Return what a seat is paid on average by single games and by a table, which must agree."""
    matches = [match._replace(seats=(0, 0)) for match in field(Recall().spec, 2, 200)]
    episodes = agree(tabled(Recall), [agent], matches)
    return sum(sum(episode.returns) for episode in episodes.values()) / (2 * len(matches))


@pytest.mark.parametrize("trainer", ["mappo", pytest.param("ippo", marks=pytest.mark.slow)])
def test_who_remembers_solves_what_sight_cannot(learn: Any, trainer: str) -> None:
    """What is to be said was seen two turns ago: without a memory it is even odds."""
    made = learn(f"{trainer}:{GIVEN},recurrent=8", "test/recall", 4_000)
    assert paid(SeatPolicies(made.folder, device="cpu")) == 1.0
    blind = learn(f"{trainer}:{GIVEN}", "test/recall", 2_000, name="blind")
    assert paid(SeatPolicies(blind.folder, device="cpu")) == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("name", ["simple_speaker_listener", "kuhn_poker", "prisoners_dilemma"])
def test_both_drivers_remember_alike(player: Any, name: str) -> None:
    """Whether all move at once or by turns; and what is remembered decides."""
    given = {"rounds": 9} if name == "prisoners_dilemma" else {}

    def make() -> Any:
        return Games().make(name, **given)

    agents = player(name, units=6, **given), player(name, units=6, shared=False, **given)
    matches = field(make().spec, 2, 14)
    with_memory = agree(make, agents, matches, slots=4)
    for agent in agents:
        agent._keep = lambda batch, memory: None  # what is said at every turn is forgotten
    without = agree(make, agents, matches, slots=4)
    assert [e.moves for e in with_memory.values()] != [e.moves for e in without.values()]


def test_memory_stays_on_the_device(player: Any) -> None:
    agent = player("simple_speaker_listener", units=6, device="meta")
    check_on_meta(play_on("simple_speaker_listener", [agent], 8, "meta"))


def test_what_is_learnt_from_is_what_was_said() -> None:
    """A stretch gives the outputs of play again, over ends of games and turns of others."""
    units, turns, worlds, luck = 3, 7, 5, torch.Generator().manual_seed(4)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        actors = Grouped([[0, 1], [2]], [4, 4, 2], [2, 2, 5], [8], units)
    memory = Memory(units, [torch.rand(worlds, units, generator=luck) for _ in range(3)])
    seen, said, asked, ended = [], [], [], []
    for _ in range(turns):
        seen.append(memory.beside([torch.rand(worlds, n, generator=luck) for n in (4, 4, 2)]))
        asked.append(torch.rand(worlds, 3, generator=luck) < 0.6)
        said.append(memory.take(actors(seen[-1]), asked[-1]))
        ended.append(torch.rand(worlds, generator=luck) < 0.3)
        memory.forget(ended[-1])
        assert all(not held[ended[-1]].any() and held.any() for held in memory.held)
    none = torch.zeros(turns * worlds, 3)
    rows = Stretch(
        rows_of(seen), rows_of(said), [None] * 3, torch.cat(asked).float(), torch.cat(ended),
        none, none, none,
    )  # fmt: skip
    for part in [rows, *rows.shuffled(2, turns, luck)]:
        for out, was in zip(part.outputs(actors, units, turns), part.acts, strict=True):
            assert torch.allclose(out, was, atol=1e-6)
    (first, *_) = rows.outputs(actors, units, turns)
    (gradient,) = torch.autograd.grad(
        first[-worlds:].sum(), actors.networks[0].body[0].weight, retain_graph=True
    )
    assert gradient.abs().sum() > 0
