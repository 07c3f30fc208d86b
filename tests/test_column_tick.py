"""A tick of the column driver: all on the device, and as many operations however many games."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import pytest
import torch
from arena_deep.agents import Actor, Player
from arena_deep.networks import ActorCritic, QNetwork, Shape, check_alike
from arena_search.simple import FirstLegal, Random
from arena_tensor.family import Tensor
from gymnasium.spaces import Discrete
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode

from arena.agent import Agent
from arena.column_log import TickLog
from arena.column_recorder import ColumnRecorder
from arena.column_referee import ColumnReferee
from arena.environment import Environment
from arena.errors import Unsuitable
from arena.fixtures import Fixtures
from arena.records import Match, Spec
from arena.wave_play import Company, WavePlay
from arena.waves import alternate, waves
from tests.counting import Count
from tests.drivers import Notes, field

NAMES = sorted(Tensor().names())
GIVEN: dict[str, dict[str, Any]] = {"matrix": {"row": [3.0, 0.0, 5.0, 1.0]}}


@cache
def made(name: str) -> Environment:
    return Tensor().make(name, **GIVEN.get(name, {}))


def play_on(
    name: str,
    agents: Sequence[Agent],
    size: int,
    device: str,
    matches: Sequence[Match] | None = None,
    recorder: Any = None,
) -> WavePlay:
    """Return a wave of matches (4 for each row) among these agents, on a new table."""
    game, spec = made(name), made(name).spec
    company = Company(spec, agents, ColumnReferee(spec, lambda: made(name)), recorder)
    some = Fixtures.of(matches or field(spec, len(agents), 4 * size))
    table = game.table(1, device)
    assert table is not None
    (wave, *_) = waves(some, size, alternate(spec, table.alternating))
    regions = len(wave.ends)
    table = game.table(regions * (size // regions), device)
    assert table is not None
    return WavePlay(company, wave, table, lambda table: table)


def ticks(play: WavePlay, count: int) -> Iterator[TickLog]:
    for number in range(count):
        with torch.no_grad():
            yield play.tick(number % 2 if play.paired else 0)


def watched(play: WavePlay, count: int) -> Iterator[TickLog]:
    logs = ticks(play, count)
    while True:
        with NoTransfers():
            log = next(logs, None)
        if log is None:
            return
        yield log


def tensors_of(tree: Any) -> Iterator[torch.Tensor]:
    """Yield every tensor of a tick's log."""
    if isinstance(tree, torch.Tensor):
        yield tree
    elif isinstance(tree, dict):
        yield from tensors_of(list(tree.values()))
    elif isinstance(tree, list | tuple):
        for part in tree:
            yield from tensors_of(part)


def networks(spec: Spec, device: str) -> dict[str, Agent]:
    """Return every kind of network player that suits the game: none where seats differ."""
    try:
        check_alike(spec)
    except Unsuitable:
        return {}
    at, shape = torch.device(device), Shape(hidden=(16,), channels=4)
    with at:
        policy = ActorCritic(spec, shape)
    drawn = Player(at, epsilon=0.0)
    drawn.use(policy, spec)
    found = {
        "best": Player.of(policy, spec, at),
        "drawn": drawn,
        "learning": Actor(policy, spec, at),
    }
    if isinstance(spec.seats[0].action_space, Discrete):
        with at:
            found["values"] = Player.of(QNetwork(spec, shape), spec, at)
    return found


def simple_players(spec: Spec) -> dict[str, Agent]:
    """Return players of the core and of tests, two of whom remember something of a match."""
    found: dict[str, Agent] = {"random": Random(), "notes": Notes(), "other notes": Notes(0.3)}
    if all(isinstance(seat.action_space, Discrete) for seat in spec.seats):
        found["first"] = FirstLegal()
    return found


class NoTransfers(TorchDispatchMode):
    """Raises where a tensor goes from one device to another: the host waits for that too."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = func(*args, **(kwargs or {}))
        if func.overloadpacket in (torch.ops.aten._to_copy, torch.ops.aten.copy_):
            of = args[-1] if func.overloadpacket is torch.ops.aten.copy_ else args[0]
            assert of.device == made.device, f"a tensor goes from {of.device} to {made.device}"
        return made


def check_on_meta(play: WavePlay, count: int = 6) -> None:
    next(ticks(play, 1))  # in which agents may bring what they need to the device
    for log in watched(play, count):
        assert not log.wrong, next(iter(log.wrong.values())).traceback
        assert {tensor.device.type for tensor in tensors_of(vars(log))} == {"meta"}


@pytest.mark.parametrize("name", NAMES)
def test_simple_players_stay_on_the_device(name: str) -> None:
    """On a meta device `.item()`, `nonzero`, masks as indices and tensors elsewhere all raise."""
    agents = list(simple_players(made(name).spec).values())
    with FakeTensorMode():
        check_on_meta(play_on(name, agents, 256, "meta"))


@pytest.mark.parametrize("name", NAMES)
def test_networks_stay_on_the_device(name: str) -> None:
    with FakeTensorMode():
        agents = networks(made(name).spec, "meta")
        if not agents:
            pytest.skip("the seats differ, and one network plays all of them")
        check_on_meta(play_on(name, list(agents.values()), 256, "meta"))


@pytest.mark.parametrize("name", ["connect_four", "prisoners_dilemma", "pendulum", "leduc_poker"])
def test_what_learners_hear_stays_on_the_device(name: str) -> None:
    spec = made(name).spec
    with FakeTensorMode():
        agents = [*networks(spec, "meta").values()][2:3] * 2
        fields = ("data",) if name == "pendulum" else ("data", "mask")
        recorder = ColumnRecorder(spec, agents, (0,), fields)
        check_on_meta(play_on(name, agents, 64, "meta", recorder=recorder))


class Peeks(Agent):
    """Looks at a number on the host."""

    columns = True

    def __init__(self, how: Any) -> None:
        self.how = how

    def act_batch(self, batch: Any) -> Any:
        actions = batch.mask.char().argmax(1)
        self.how(actions)
        return actions


@pytest.mark.parametrize(
    "how",
    [
        lambda x: x[0].item(), lambda x: x.tolist(), lambda x: bool(x[0]), lambda x: x.nonzero(),
        lambda x: x[x > 0], lambda x: x + torch.zeros(len(x)).long(), lambda x: x.numpy(),
    ],
)  # fmt: skip
def test_such_a_test_sees_whoever_looks(how: Any) -> None:
    """Were it not so, the tests above would prove nothing."""
    with FakeTensorMode():
        play = play_on("tic_tac_toe", [Peeks(how)], 8, "meta")
        with pytest.raises(Exception):
            next(ticks(play, 1))


def operations(name: str, agents: Sequence[Agent], size: int) -> list[int]:
    """Return how many operations two ticks take, in a field whose players sit in fixed seats."""
    spec = made(name).spec
    seats = tuple(seat % len(agents) for seat in range(len(spec.seats)))
    play = play_on(name, agents, size, "cpu", [Match(n, seats, n, n) for n in range(4 * size)])
    counts = []
    for number in range(6):
        with Count() as counted, torch.no_grad():
            play.tick(number % 2 if play.paired else 0)
        counts.append(counted.total)
    assert counts[2:4] == counts[4:]
    return counts[4:]


@pytest.mark.parametrize("name", NAMES)
def test_the_number_of_operations_does_not_depend_on_that_of_games(name: str) -> None:
    spec = made(name).spec
    agents = [Notes(), next(iter(networks(spec, "cpu").values()), Random())]
    assert operations(name, agents, 64) == operations(name, agents, 4096)
