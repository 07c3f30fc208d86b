"""Symmetries of a board game, found by trying: what looks turned or mirrored may be played so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from arena import Environment, Luck, Spec
from arena_deep.luck import generator
from arena_deep.sight import _channels_first

Ints = NDArray[np.int64]


class Symmetry(NamedTuple):
    """Where everything goes: `sees[i]` is the place from which number i of what is seen (flat)
    comes, `does[a]` the action that stands for a."""

    sees: Ints
    does: Ints


def symmetries(
    make: Callable[[], Environment], spec: Spec, seed: int = 0, games: int = 4
) -> list[Symmetry]:
    """Return the symmetries of a game without luck, the identity first.

    The mirrorings and turns of a board are tried, with the actions taken for its cells, columns or
    rows. One is kept if so many random games and their images, played side by side, look alike,
    allow the same and pay the same at every move.
    """
    shape = spec.seats[0].observation_space.shape
    count = int(spec.seats[0].action_space.n)
    first = Symmetry(np.arange(int(np.prod(shape or ()))), np.arange(count))
    kept = [first]
    if shape is None or len(shape) != 3:
        return kept
    pair = make(), make()
    for candidate in _candidates(shape, count):
        known = any(all(map(np.array_equal, candidate, other)) for other in kept)
        rng = generator(seed, "symmetries")
        if not known and all(_alike(*pair, candidate, rng) for _ in range(games)):
            kept.append(candidate)
    for game in pair:
        game.close()
    return kept


def _candidates(shape: tuple[int, ...], count: int) -> Iterator[Symmetry]:
    """Yield the ways to mirror and turn a board that keep its shape."""
    axes = (1, 2) if _channels_first(shape) else (0, 1)
    height, width = (shape[axis] for axis in axes)
    cells = np.arange(int(np.prod(shape))).reshape(shape)
    board = np.arange(height * width).reshape(height, width)
    for turns in range(4):
        for mirrored in (False, True):
            seen, acted = np.rot90(cells, turns, axes), np.rot90(board, turns)
            if mirrored:
                seen, acted = np.flip(seen, axes[1]), np.flip(acted, 1)
            if seen.shape == shape:
                for does in _actions(acted, count):
                    yield Symmetry(seen.ravel(), does)


def _actions(acted: Ints, count: int) -> Iterator[Ints]:
    """Yield what actions may become if cell i of a board comes from `acted.flat[i]`."""
    height, width = acted.shape
    if count in (height * width, height * width + 1):  # the last may be a pass
        inverse = np.argsort(acted.ravel())
        yield np.concatenate([inverse, np.arange(height * width, count)])
    if count == width:
        yield np.argsort(acted[0] % width)
    if count == height:
        yield np.argsort(acted[:, 0] // width)


def _alike(
    one: Environment, two: Environment, by: Symmetry, rng: np.random.Generator, most: int = 500
) -> bool:
    """Play a random game and its image; return whether nothing told them apart."""
    for game in (one, two):
        game.reset(Luck(0))
    start = int(one.spec.seats[0].action_space.start)
    for _ in range(most):
        asked = one.acting()
        if asked != two.acting():
            return False
        if not asked:
            return True
        seat, legal = asked[0], np.asarray(_legal(one, asked[0])) - start
        image = np.asarray(_legal(two, seat)) - start
        if set(by.does[legal].tolist()) != set(image.tolist()):
            return False
        seen, mirrored = (np.asarray(game.observe(seat)).ravel() for game in (one, two))
        if not np.array_equal(seen[by.sees], mirrored):
            return False
        action = int(rng.choice(legal))
        paid = one.step({seat: action + start}), two.step({seat: int(by.does[action]) + start})
        if not np.array_equal(*(pay or () for pay in paid)):
            return False
    return True


def _legal(game: Environment, seat: int) -> Any:
    legal = game.legal(seat)
    space: Any = game.spec.seats[seat].action_space
    return range(int(space.start), int(space.start + space.n)) if legal is None else legal
