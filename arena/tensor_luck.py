"""The luck of `arena.seeds` as torch tensors, on any device and equal bit for bit.

torch has no arithmetic on uint64, so that all is done in int64, which wraps around alike; only a
shift to the right has to lose the copies of the sign. The module needs no torch of its own: it
works by the methods of the tensors it is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any

from arena.seeds import GOLDEN, MASK, draw

Tensor = Any
"""A torch.Tensor."""
_UNIT = 53
_FEW, _BLOCK = 64, 16  # actions: more than a few are counted by blocks (int8 holds their sum)
_SEATS = 1024  # as in `arena.seeds`: a turn has this many numbers


def _signed(number: int) -> int:
    """Return the int64 with the lowest 64 bits of `number`."""
    number &= MASK
    return number - (1 << 64) if number >> 63 else number


_M1, _M2 = _signed(0xBF58476D1CE4E5B9), _signed(0x94D049BB133111EB)


def _shifted(z: Tensor, places: int) -> Tensor:
    """Return `z` shifted to the right as if it were unsigned."""
    return (z >> places).bitwise_and_((1 << (64 - places)) - 1)


def tensor_mix(z: Tensor) -> Tensor:
    """Return splitmix64's finaliser of each element: `arena.seeds.mix`, read as int64.

    `z` is int64 of any shape and is left alone.
    """
    z = z ^ _shifted(z, 30)
    z.mul_(_M1)
    z ^= _shifted(z, 27)
    z.mul_(_M2)
    z ^= _shifted(z, 31)
    return z


def tensor_uniforms(seeds: Tensor, seats: Tensor | int, turns: Tensor | int) -> Tensor:
    """Return `arena.seeds.uniform` of each (seed, seat, turn): float64 in [0, 1).

    `seeds` is an int64 tensor, `seats` and `turns` such tensors or plain ints; their shapes are
    broadcast, and the result is on their device.
    """
    base = 2 * GOLDEN
    z = seeds
    for number, step in ((turns, _SEATS * GOLDEN), (seats, GOLDEN)):
        if isinstance(number, int):
            base += number * step
        else:
            z = z.add(number, alpha=_signed(step))
    z = tensor_mix(z + _signed(base))
    return _shifted(z, 64 - _UNIT).double().mul_(2.0**-_UNIT)


def tensor_draw(odds: Tensor, u: Tensor) -> Tensor:
    """Return the place of the outcome that `arena.seeds.draw` finds for each of `u`: int64 (n,).

    `odds` is float64, (n, outcomes) or (outcomes,), in the order of the list that `draw` would
    get; an outcome of odds nought never falls, so that rows may be padded. Takes a few operations
    for each outcome: where the odds are known beforehand, `cut_points` are quicker.
    """
    odds = odds.expand(*u.shape, odds.shape[-1])
    left, place = u, u.long() * 0  # u is below 1
    last = place
    for outcome in range(odds.shape[-1]):
        likely = odds[..., outcome]
        left = left - likely
        place = place + (left >= 0.0)
        last = last.where(likely <= 0.0, outcome)
    return place.minimum(last)


def tensor_pick(legal: Tensor, u: Tensor) -> Tensor:
    """Return `actions[int(u * len(actions))]` for each row's legal actions, as places: int64 (n,).

    `legal` is a mask, bool (n, actions), that allows something in each row (else any place is
    returned); `u` is float64 (n,) in [0, 1). Quickest where each of the mask's columns lies in
    memory as a whole.
    """
    columns = legal.t().char()
    if len(columns) <= _FEW:
        return _place(columns.unbind(), u)[0].long()
    # Find the block first, and then the place in it.
    blocks = [block.sum(0, dtype=columns.dtype).short() for block in columns.split(_BLOCK)]
    block, before, place = _place(blocks, u)
    first = block.long() * _BLOCK
    inside = [
        columns.gather(0, (first + step).clamp(max=len(columns) - 1)[None])[0].short()
        for step in range(_BLOCK)
    ]
    return (first + _place(inside, u, place - before)[0]).clamp(max=len(columns) - 1)


def _place(
    counts: Sequence[Tensor], u: Tensor, wanted: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Find where the things counted one column after another pass the one that is wanted.

    That is number int(u * all of them), if none is given. Returns the column, how many things came
    before it, and the number wanted; of the counts' type, which has to hold their sum.
    """
    sums = list(accumulate(counts))
    if wanted is None:
        wanted = (u * sums[-1]).to(sums[-1].dtype)
    place = before = wanted * 0
    for count, total in zip(counts, sums[:-1]):
        passed = total <= wanted
        place = place + passed
        before = before + count * passed
    return place, before, wanted


@lru_cache(maxsize=1024)
def _cut_points(odds: tuple[float, ...]) -> tuple[float, ...]:
    outcomes = list(enumerate(odds))

    def cut(place: int) -> float:
        """Return the least multiple of 2^-53 in [0, 1] that falls beyond the outcome."""
        low, high = 0, 1 << _UNIT
        while low < high:
            middle = (low + high) // 2
            beyond = draw(outcomes, middle * 2.0**-_UNIT) > place
            low, high = (low, middle) if beyond else (middle + 1, high)
        return low * 2.0**-_UNIT

    return tuple(cut(place) for place in range(len(odds) - 1))


def cut_points(odds: Sequence[float]) -> tuple[float, ...]:
    """Return where [0, 1) is cut among outcomes of these odds: one number fewer than outcomes.

    `arena.seeds.draw` gives for u the outcome at place `sum(u >= cut for cut in cuts)`, exactly,
    rounding included: `torch.bucketize(u, cuts, right=True)`.
    """
    return _cut_points(tuple(map(float, odds)))
