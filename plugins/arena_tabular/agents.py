"""Players that read their moves off a table."""

from __future__ import annotations

from typing import Any

import numpy as np

from arena import Agent, Batch, Moves, Spec, Unsuitable, read_arrays
from arena_tabular.keys import Reader, check
from arena_tabular.table import Floats, Table, choose, odds


class Explorer(Agent):
    """Plays a table while it is learnt: greedily but for a share `epsilon` of random moves.

    Hands back `state`, the table's row of each position, and `mask`, its legal columns.
    """

    def __init__(self, table: Table, reader: Reader, epsilon: float) -> None:
        self.table, self.reader, self.epsilon = table, reader, epsilon

    def act_batch(self, batch: Batch) -> Moves:
        """Return a move for each row."""
        rows: Any = self.table.rows(self.reader.keys(batch))
        mask: Any = self.reader.mask(batch)
        columns = choose(self.table.values[rows], mask, batch.u, self.epsilon)
        actions = columns + self.reader.starts[batch.seats]
        return Moves.of(actions.tolist(), state=rows, mask=mask)


class Player(Agent):
    """Plays a table: the move of the highest value, ties at random; a share `epsilon` at random.

    Positions that were never met are played at random, and not added.
    """

    def __init__(self, table: Table, reader: Reader | None = None, epsilon: float = 0.0) -> None:
        self.table, self.epsilon, self._reader = table, epsilon, reader

    def act_batch(self, batch: Batch) -> list[int]:
        """Return a move for each row."""
        reader, values = self._look_up(batch)
        columns = choose(values, reader.mask(batch), batch.u, self.epsilon)
        moves: list[int] = (columns + reader.starts[batch.seats]).tolist()
        return moves

    def policy(self, batch: Batch) -> list[Floats]:
        """Return the odds of the legal actions of each row."""
        reader, values = self._look_up(batch)
        rows = zip(odds(values, reader.mask(batch), self.epsilon), batch.seats, batch.legal)
        return [row[np.asarray(legal) - reader.starts[seat]] for row, seat, legal in rows]

    def _look_up(self, batch: Batch) -> tuple[Reader, Floats]:
        """Return what reads this game, and the values of each row's columns."""
        if self._reader is None:
            self._reader = Reader(batch.spec)
        return self._reader, self.table.look_up(self._reader.keys(batch))


class QTable(Player):
    """Plays a checkpoint of a learner of tables.

    `greedy=false` plays as it did when it learnt, exploring now and then. `game` is the name of the
    game that was learnt, where it is to play no other.
    """

    def __init__(self, checkpoint: str, greedy: bool = True, game: str = "") -> None:
        self.game = game
        arrays = read_arrays(checkpoint)
        super().__init__(Table.of(arrays), None, 0.0 if greedy else float(arrays["epsilon"]))

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` for another game than the one it learnt, or one of another size."""
        if self.game not in ("", spec.name):
            raise Unsuitable(f"it learnt {self.game}")
        check(spec)
        width = Reader(spec).width
        if width != self.table.values.shape[1]:
            raise Unsuitable(
                f"it learnt a game of {self.table.values.shape[1]} actions, not {width}"
            )
