"""Players: one that tries everything, one that plays what returned most."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

import arena


class Curious(arena.Agent):
    """Plays at random."""

    def act_batch(self, batch: arena.Batch) -> arena.Moves:
        """Return random moves, with what the learner will want to know of each."""
        actions = [legal[int(u * len(legal))] for legal, u in zip(batch.legal, batch.u.tolist())]
        return arena.Moves.of(actions, cell=cells(batch))


class AveragePlayer(arena.Agent):
    """Plays the legal action whose mean return was highest when the position was met."""

    def __init__(self, checkpoint: str) -> None:
        self.means = arena.read_arrays(checkpoint)["means"]

    def act_batch(self, batch: arena.Batch) -> Sequence[int]:
        """Return the best moves known."""
        rows = self.means[cells(batch)]
        return [max(legal, key=row.__getitem__) for legal, row in zip(batch.legal, rows)]


def cells(batch: arena.Batch) -> np.ndarray:
    """Return the row of the table of each position: a hash of what is seen, int64 (rows,)."""
    seen = np.asarray(batch.data, np.float64).reshape(len(batch), -1)
    weights = 1.0 + np.arange(seen.shape[1]) * 7.0
    return (np.abs(seen @ weights).astype(np.int64) + 31 * np.array(batch.seats)) % 256
