"""Makes results without playing: by match, who sat where and what each seat returned."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from arena.block import ENDINGS
from arena.results import Results, make_results


def results_of(
    lineups: Sequence[Sequence[int]],
    returns: object,
    deals: object = None,
    forfeits: Sequence[tuple[int, int]] = (),
    voids: Sequence[int] = (),
    entrants: int | None = None,
    sides: tuple[tuple[int, ...], ...] = (),
) -> Results:
    """`lineups` by match; `forfeits` are (match, seat); entrants are called a, b, c ..."""
    values = np.asarray(returns, np.float64)
    known: dict[tuple[int, ...], int] = {}
    rows = [known.setdefault(tuple(map(int, who)), len(known)) for who in lineups]
    count, forfeited = len(rows), np.zeros(values.shape, np.bool_)
    for match, seat in forfeits:
        forfeited[match, seat] = True
    endings = np.zeros(count, np.int8)
    endings[list(voids)] = ENDINGS.index("void")
    size = entrants or 1 + max((max(who) for who in known), default=-1)
    names = [chr(ord("a") + i) if size <= 26 else f"e{i}" for i in range(size)]
    played = np.full(count, -1) if deals is None else np.asarray(deals, np.int64)
    block = (np.arange(count), np.array(rows, np.int32), values, forfeited, endings, played)
    return make_results(names, list(known), [block], values.shape[1], sides)


@pytest.fixture
def make() -> Callable[..., Results]:
    return results_of
