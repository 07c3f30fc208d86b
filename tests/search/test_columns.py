"""Players that do not think answer tables with what they answer single games."""

from __future__ import annotations

from functools import partial

import pytest
from arena_search.simple import FirstLegal, Random

from tests.drivers import Jungle, Make, agree, field, tabled
from tests.toys import Nim, Walk


@pytest.mark.parametrize(
    "make", [tabled(Nim, alternating=True), tabled(Walk), tabled(partial(Jungle, 4, alike=False))]
)
def test_random(make: Make) -> None:
    agree(make, [Random(), Random()], field(make().spec, 2, 40), 16)


@pytest.mark.parametrize("make", [tabled(Nim, alternating=True), tabled(partial(Jungle, 3))])
def test_first_legal(make: Make) -> None:
    agree(make, [FirstLegal(), Random()], field(make().spec, 2, 40), 16)
