"""What every game of `tensor/*` owes, by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from arena_tensor.family import Tensor
from gymnasium.spaces import Discrete
from torch._subclasses.fake_tensor import FakeTensorMode

from arena.errors import BadParameter, UnknownName
from arena.plugins import make_registry
from arena.table import Table
from arena.tensor_luck import tensor_pick, tensor_uniforms
from arena.testing import check_environment, check_table
from tests.counting import Count
from tests.listing import listed


class Named(Tensor):
    """The family, with parameters for what cannot be made without."""

    def make(self, name: str, **parameters: Any) -> Any:
        given = {"row": [1.0, -1.0, 2.0, 0.0, 0.0, 3.0], "actions": 2, "column": [1.0] * 6}
        return super().make(name, **(given if name == "matrix" else parameters))


FAMILY = Named()
NAMES = sorted(FAMILY.names())
CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no CUDA device")


@pytest.mark.parametrize("name", NAMES)
def test_it_is_an_environment(name: str) -> None:
    check_environment(lambda: FAMILY.make(name), games=2, turns=20)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_a_table(name: str) -> None:
    report = check_table(lambda size: FAMILY.make(name).table(size, "cpu"), ticks=80)
    assert "observe" not in report.skipped


def deals_of(table: Table, seed: int) -> torch.Tensor:
    return torch.arange(seed, seed + table.size, dtype=torch.int64).to(table.device)


def actions_of(table: Table, deals: torch.Tensor, turn: int) -> list[torch.Tensor]:
    """Return a random legal action of every seat, on the table's device."""
    actions = []
    for seat, place in enumerate(table.spec.seats):
        legal, u = table.legal(seat), tensor_uniforms(deals, seat, turn)
        if legal is not None:
            actions.append(tensor_pick(legal, u))
        else:
            low, high = float(place.action_space.low.min()), float(place.action_space.high.max())
            actions.append((low + (high - low) * u.float())[:, None])
    return actions


def tick(table: Table, deals: torch.Tensor, turn: int) -> list[Any]:
    """Begin anew what is over, look at everything, move; return all that was shown."""
    table.reset(table.over(), deals)
    shown = [table.acting(), table.drawn()]
    seats: list[Any] = list(range(len(table.spec.seats)))
    if all(seat == table.spec.seats[0] for seat in table.spec.seats):
        seats.append(deals % len(seats))
    for seat in seats:
        shown += [table.legal(seat), table.observe(seat)]
    shown.append(table.step(actions_of(table, deals, turn)))
    return [*shown, table.over(), table.truncated(), table.drawn()]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_goes_back_to_the_host(name: str) -> None:
    """On a meta device `.item()`, `nonzero`, masks as indices and tensors elsewhere all raise."""
    game = FAMILY.make(name)
    with FakeTensorMode():
        table = game.table(16, "meta")
        for turn in range(3):
            shown = tick(table, deals_of(table, 0), turn)
            assert {part.device.type for part in shown if part is not None} == {"meta"}


@pytest.mark.parametrize("name", NAMES)
def test_the_number_of_operations_is_that_of_the_rules(name: str) -> None:
    """Neither how many games there are nor where they stand changes it."""
    game, counts = FAMILY.make(name), set()
    for size in (1, 33):
        table = game.table(size, "cpu")
        for turn in range(6):
            with Count() as count:
                tick(table, deals_of(table, 1), turn)
            counts.add(count.total)
    assert len(counts) == 1


@pytest.mark.gpu
@CUDA
@pytest.mark.parametrize("name", NAMES)
def test_a_gpu_plays_the_same(name: str) -> None:
    game, shown = FAMILY.make(name), []
    for device in ("cpu", "cuda"):
        table = game.table(64, device)
        ticks = [tick(table, deals_of(table, 5), turn) for turn in range(60)]
        shown.append([part.cpu() for one in ticks for part in one if part is not None])
    for host, device in zip(*shown):
        torch.testing.assert_close(host, device)


@pytest.mark.parametrize("name", NAMES)
def test_a_row_that_is_over_stays_as_it_was(name: str) -> None:
    table = FAMILY.make(name).table(8, "cpu")
    deals = deals_of(table, 3)
    table.reset(table.over(), deals)
    drawings: dict[int, Any] = {}
    for turn in range(40):
        table.step(actions_of(table, deals, turn))
        for row in torch.nonzero(table.over()).flatten().tolist():
            assert drawings.setdefault(row, table.render(row)) == table.render(row)


@pytest.mark.parametrize("name", NAMES)
def test_every_label_has_an_action(name: str) -> None:
    game = FAMILY.make(name)
    for seat, place in enumerate(game.spec.seats):
        if isinstance(place.action_space, Discrete):
            labels = [game.label(seat, action) for action in range(place.action_space.n)]
            assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_told_beforehand_is_so(name: str) -> None:
    told, spec = FAMILY.describe(name), FAMILY.make(name).spec
    assert told.kind in (spec.kind, None) and told.seats == len(spec.seats)
    assert spec.name == f"tensor/{name}"


def test_they_are_listed_without_torch() -> None:
    assert "tensor/tic_tac_toe" in listed("tensor", without=["torch"])


def test_bare_names_stay_with_their_owners() -> None:
    registry = make_registry()
    assert registry.find("environments", "tic_tac_toe").name == "openspiel/tic_tac_toe"
    assert registry.find("environments", "tensor/tic_tac_toe").owner == "tensor"
    assert not FAMILY.aliases()


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(UnknownName, match="did you mean 'tensor/connect_four'"):
        FAMILY.make("conect_four")


def test_parameters_are_typed_and_read() -> None:
    told = {p.name: (p.type, p.default) for p in FAMILY.parameters("connect_four")}
    own = {"columns": (int, 7), "rows": (int, 6), "x_in_row": (int, 4)}
    assert told == {**own, "compile": (bool, False)}
    with pytest.raises(BadParameter, match="may be 63 at most"):
        FAMILY.make("connect_four", columns=20)


def test_a_copy_stands_alone() -> None:
    game: Any = FAMILY.make("connect_four")
    table = game.table(3, "cpu")
    table.reset(table.over(), torch.arange(3))
    twin = table.copy()
    table.step([torch.tensor([1, 2, 3])] * 2)
    assert twin.render(0) != table.render(0) and np.all(twin.legal(0).numpy())
