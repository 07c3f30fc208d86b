"""Luck as tensors is the luck of `arena.seeds`, bit for bit."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch._subclasses.fake_tensor import FakeTensorMode

from arena.seeds import derive, draw, mix, uniform, uniforms
from arena.tensor_luck import cut_points, tensor_draw, tensor_mix, tensor_pick, tensor_uniforms

SEEDS = st.integers(0, 2**63 - 1)
WORDS = st.integers(-(2**63), 2**63 - 1)
ODDS = st.lists(st.sampled_from([0.0, 0.1, 0.2, 1 / 3, 0.9, 1.0]), min_size=1, max_size=7)


def normal(weights: list[float]) -> list[float]:
    total = sum(weights) or 1.0
    return [w / total for w in weights] if any(weights) else [1.0 for _ in weights]


@given(st.lists(WORDS, min_size=1))
def test_mix_is_that_of_seeds(words: list[int]) -> None:
    mixed = tensor_mix(torch.tensor(words))
    assert [m % 2**64 for m in mixed.tolist()] == [mix(w) for w in words]


@given(st.lists(st.tuples(SEEDS, st.integers(-1, 1021), st.integers(0, 2**40)), min_size=1))
def test_numbers_are_those_of_seeds(rows: list[tuple[int, int, int]]) -> None:
    columns = [list(column) for column in zip(*rows)]
    made = tensor_uniforms(*map(torch.tensor, columns))
    assert made.dtype == torch.float64 and made.tolist() == uniforms(*columns).tolist()


@given(SEEDS, st.integers(-1, 1021), st.integers(0, 2**40))
def test_plain_ints_are_broadcast(seed: int, seat: int, turn: int) -> None:
    wanted = [uniform(seed, seat, turn)]
    seeds = torch.tensor([seed])
    assert tensor_uniforms(seeds, seat, turn).tolist() == wanted
    assert tensor_uniforms(seeds, torch.tensor([seat]), turn).tolist() == wanted
    assert tensor_uniforms(seeds, seat, torch.tensor([turn])).tolist() == wanted


def test_the_given_tensors_are_left_alone() -> None:
    seeds, seats, turns = torch.arange(5), torch.arange(5), torch.arange(5)
    tensor_uniforms(seeds, seats, turns)
    tensor_mix(seeds)
    assert all(torch.equal(t, torch.arange(5)) for t in (seeds, seats, turns))


def near(cuts: list[float]) -> list[float]:
    """The numbers at and beside the cuts, which are those that rounding could misplace."""
    grid = {0, 2**53 - 1}
    for cut in cuts:
        grid |= {int(cut * 2**53) + step for step in (-1, 0, 1)}
    return [k * 2.0**-53 for k in sorted(grid) if 0 <= k < 2**53]


@given(ODDS, st.integers(0, 2**53 - 1))
def test_draws_are_those_of_seeds(weights: list[float], place: int) -> None:
    odds = normal(weights)
    numbers = [*near(list(cut_points(odds))), place * 2.0**-53]
    wanted = [draw(list(enumerate(odds)), u) for u in numbers]
    u, chances = (torch.tensor(x, dtype=torch.float64) for x in (numbers, odds))
    assert tensor_draw(chances, u).tolist() == wanted
    assert tensor_draw(chances.repeat(len(numbers), 1), u).tolist() == wanted
    cuts = torch.tensor(cut_points(odds), dtype=torch.float64)
    assert torch.bucketize(u, cuts, right=True).tolist() == wanted
    assert (u[:, None] >= cuts).sum(1).tolist() == wanted


def test_known_cuts() -> None:
    assert cut_points([0.5, 0.25, 0.25]) == (0.5, 0.75)
    assert cut_points([1.0]) == ()
    assert cut_points([0.0, 1.0, 0.0]) == (0.0, 1.0)


def test_many_odds_at_once() -> None:
    odds = torch.tensor([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0]], dtype=torch.float64)
    u = torch.tensor([0.99, 0.5, 0.0], dtype=torch.float64)
    assert tensor_draw(odds, u).tolist() == [0, 1, 2]


@pytest.mark.parametrize("actions", [1, 2, 9, 64, 65, 127, 128, 300])
@pytest.mark.parametrize("share", [0.02, 0.5, 1.0])
def test_picks_are_those_of_the_random_agent(actions: int, share: float) -> None:
    masks = torch.rand(200, actions, generator=torch.Generator().manual_seed(actions)) < share
    masks[torch.arange(200), torch.arange(200) % actions] = True
    u = tensor_uniforms(torch.arange(200), 0, 1)
    wanted = []
    for mask, luck in zip(masks, u.tolist()):
        legal = [action for action, allowed in enumerate(mask.tolist()) if allowed]
        wanted.append(legal[int(luck * len(legal))])
    assert tensor_pick(masks, u).tolist() == wanted
    assert tensor_pick(masks.t().contiguous().t(), u).tolist() == wanted
    assert bool((tensor_pick(masks & False, u) < actions).all())


def test_nothing_goes_back_to_the_host() -> None:
    with FakeTensorMode():
        seeds = torch.zeros(3, dtype=torch.int64, device="meta")
        u = tensor_uniforms(seeds, -1, seeds)
        odds = torch.zeros(3, 4, dtype=torch.float64, device="meta")
        mask = torch.zeros(3, 70, dtype=torch.bool, device="meta")
        assert tensor_pick(mask, u).device.type == tensor_pick(mask[:, :9], u).device.type == "meta"
        assert u.device.type == "meta" and tensor_draw(odds, u).device.type == "meta"


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no CUDA device")
def test_a_gpu_draws_the_same() -> None:
    seeds = [derive(1, n) for n in range(1000)]
    columns = [seeds, [n % 5 - 1 for n in range(1000)], list(range(1000))]
    made = tensor_uniforms(*(torch.tensor(column, device="cuda") for column in columns))
    assert made.tolist() == uniforms(*columns).tolist()


def test_torch_is_not_imported() -> None:
    code = "import sys, arena.tensor_luck; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
