"""The mean of weights: what it is after known steps, and that it goes on where it was left."""

from __future__ import annotations

import pytest
import torch
from arena_align.averages import Average


def stepped(average: Average, optimiser: torch.optim.Optimizer, weights: list[float]) -> None:
    """Have the model's one weight become each of these by a step of its optimiser."""
    (weight,) = average.model.parameters()
    for value in weights:
        with torch.no_grad():
            weight.fill_(value)
        weight.grad = torch.zeros_like(weight)
        with average.over(optimiser):
            optimiser.step()


def model_of(value: float) -> tuple[torch.nn.Module, torch.optim.Optimizer]:
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(model.weight, value)
    return model, torch.optim.SGD(model.parameters(), lr=1.0)


def weight_of(model: torch.nn.Module) -> float:
    (weight,) = model.parameters()
    return float(weight.detach())


def mean_after(weights: list[float], decay: float) -> float:
    """Return the mean as its formula has it."""
    mean = weights[0]
    for count, weight in enumerate(weights[1:], 1):
        keep = min(decay, (1 + count) / (10 + count))
        mean = keep * mean + (1 - keep) * weight
    return mean


def test_the_mean_is_what_its_formula_says_and_becomes_the_weights() -> None:
    model, optimiser = model_of(0.0)
    average, weights = Average(model, 0.5), [float(n * n % 7) for n in range(20)]
    stepped(average, optimiser, weights)
    assert weight_of(model) == weights[-1]
    average.settle()
    assert weight_of(model) == pytest.approx(mean_after(weights, 0.5))
    optimiser.step()  # outside of `over`: the mean is left as it is
    assert int(average.arrays()["average.n_averaged"]) == 20


def test_it_goes_on_as_if_it_had_never_stopped() -> None:
    weights = [0.1 * n for n in range(12)]
    whole = Average(*model_of(0.0)[:1], 0.9)
    stepped(whole, torch.optim.SGD(whole.model.parameters(), lr=1.0), weights)
    first = Average(*model_of(0.0)[:1], 0.9)
    stepped(first, torch.optim.SGD(first.model.parameters(), lr=1.0), weights[:5])
    second = Average(*model_of(7.0)[:1], 0.9)
    second.restore(first.arrays())
    stepped(second, torch.optim.SGD(second.model.parameters(), lr=1.0), weights[5:])
    for average in (whole, second):
        average.settle()
    assert weight_of(whole.model) == weight_of(second.model)


def test_without_a_decay_the_last_weights_stay() -> None:
    model, optimiser = model_of(0.0)
    average = Average(model, 0.0)
    stepped(average, optimiser, [1.0, 2.0])
    average.settle()
    assert weight_of(model) == 2.0 and average.arrays() == {}
