"""What policies return when they play by themselves: how trainers here choose a checkpoint."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from arena import Table, derive, tensor_mix
from arena_marl.acting import Doing, among
from arena_marl.groups import Grouped
from arena_marl.memory import Memory
from arena_marl.worlds import flat, legal_of

_MASK = (1 << 63) - 1
_TURNS = 1000


def team_return(
    table: Table, actors: Grouped, doing: Sequence[Doing], units: int, seed: int
) -> float:
    """Return the mean over a table's games of the sum of all seats' returns.

    Each plays its best move, and remembers `units` numbers; deals are the same whenever the seed
    is. Games are cut off by `max_turns`, or 1,000.
    """
    rows = torch.arange(table.size, device=table.device)
    root = derive(seed, "appraisal") >> 1
    table.reset(torch.ones_like(rows, dtype=torch.bool), tensor_mix(root + rows) & _MASK)
    total = torch.zeros(table.size, device=table.device)
    memory = Memory.blank(units, len(doing), table.size, rows.device)
    for _ in range(table.spec.max_turns or _TURNS):
        seen = [flat(table.observe(seat), table.size) for seat in range(len(doing))]
        found = memory.take(actors(memory.beside(seen)), table.acting())
        outputs = [among(out, legal_of(table, seat)) for seat, out in enumerate(found)]
        moves = [one.actions(one.best(out)) for one, out in zip(doing, outputs, strict=True)]
        total += torch.as_tensor(table.step(moves)).float().sum(1)
        if bool(table.over().all()):
            break
    return float(total.mean())
