"""The likelihood's derivatives against differences."""

from __future__ import annotations

import numpy as np
import pytest

from arena.ratings.likelihood import Cells, Model, maximise


def model(davidson: bool, seats: int, prior: float) -> Model:
    rng = np.random.default_rng(2)
    columns = np.array([[i, j, 3 + s, 3 + 1 - s] for i in range(3) for j in range(3) if i != j
                        for s in (0, 1)])  # fmt: skip
    counts = rng.integers(0, 9, (len(columns), 3)).astype(float)
    return Model(Cells(columns[:, : 4 if seats else 2], counts), 3, seats, davidson, prior)


@pytest.mark.parametrize("davidson", [True, False])
@pytest.mark.parametrize("seats", [0, 2])
@pytest.mark.parametrize("prior", [0.0, 1.5])
def test_gradient_and_information(davidson, seats, prior):
    m = model(davidson, seats, prior)
    x = np.linspace(-0.7, 0.9, m.size)
    step = 1e-5
    moves = step * np.eye(m.size)
    slope = [(m.objective(x + e) - m.objective(x - e)) / (2 * step) for e in moves]
    np.testing.assert_allclose(m.gradient(x), slope, atol=1e-6)
    bend = [(m.gradient(x - e) - m.gradient(x + e)) / (2 * step) for e in moves]
    whole = m.information(x) + m.prior_information(x)
    np.testing.assert_allclose(whole, bend, atol=1e-6)


def test_the_maximum_has_no_slope_and_is_found_from_far():
    m = model(davidson=True, seats=2, prior=0.1)
    x = maximise(m)
    np.testing.assert_allclose(m.gradient(x), 0, atol=1e-7)
    lopsided = Cells(np.array([[0, 1], [1, 2]]), np.array([[1e6, 1.0, 0.0], [1.0, 0.0, 1e6]]))
    steep = Model(lopsided, 3, 0, True, 1.0)
    np.testing.assert_allclose(steep.gradient(maximise(steep)), 0, atol=1e-5)
