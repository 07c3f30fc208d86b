"""From blocks of matches to rows of the database."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, insert, select, update

from arena.block import ARRAYS, FORFEIT, Block
from arena.errors import StoreError
from arena.history import MATCHES_EACH
from arena.store.codec import decode_array, encode_array, encode_columns, encode_logs
from arena.store.schema import blocks, faults, recordings, tournaments
from arena.store.shelf import read_blocks

SMALL, MANY = 256, 64
"""So many blocks of fewer matches than that are joined to one: slow games make a block each."""

_INSERT_BLOCK = insert(blocks)


class Writer:
    """Writes the matches of one tournament."""

    def __init__(self, tournament: int) -> None:
        self.tournament = tournament
        self._newest = 0  # the newest block that is known
        self._stored = np.zeros(0, np.bool_)  # by number
        self._small: list[int] = []

    def write(self, connection: Connection, block: Block) -> int:
        """Insert those matches that are not there yet, and return how many they were."""
        if not 0 <= block.numbers.min() <= block.numbers.max() < MATCHES_EACH:
            raise StoreError(f"match numbers go from 0 to {MATCHES_EACH - 1}")
        self._learn(connection)
        block = self._new(block)
        if not len(block):
            return 0
        self._insert(connection, block)
        self._insert_details(connection, block)
        if len(self._small) >= MANY:
            self._join(connection)
        connection.execute(
            update(tournaments)
            .where(tournaments.c.id == self.tournament)
            .values(matches=tournaments.c.matches + len(block))
        )
        return len(block)

    def _learn(self, connection: Connection) -> None:
        """Learn the numbers in blocks that this writer did not write, or before it was made."""
        unknown = select(blocks.c.id, blocks.c.matches, blocks.c.numbers).where(
            blocks.c.tournament_id == self.tournament, blocks.c.id > self._newest
        )
        for identifier, count, numbers in connection.execute(unknown.order_by(blocks.c.id)):
            self._newest = identifier
            self._keep(decode_array(numbers, count, np.int64))

    def _keep(self, numbers: NDArray[np.int64]) -> None:
        missing = int(numbers.max()) + 1 - len(self._stored)
        if missing > 0:
            room = np.zeros(missing + len(self._stored) // 2, np.bool_)
            self._stored = np.concatenate([self._stored, room])
        self._stored[numbers] = True

    def _new(self, block: Block) -> Block:
        """Return the matches that are not stored, each once."""
        numbers = block.numbers
        known = numbers < len(self._stored)
        known[known] = self._stored[numbers[known]]
        _, first = np.unique(numbers, return_index=True)
        if len(first) == len(numbers) and not known.any():
            return block
        return block.take(np.sort(first[~known[first]]))

    def _insert(self, connection: Connection, block: Block) -> None:
        told = connection.execute(
            _INSERT_BLOCK.returning(blocks.c.id), _row(self.tournament, block)
        )
        self._newest = told.scalar_one()
        self._keep(block.numbers)
        if len(block) < SMALL:
            self._small.append(self._newest)

    def _join(self, connection: Connection) -> None:
        """Replace the small blocks by one."""
        small, self._small = self._small, []
        parts = list(read_blocks(connection, self.tournament, small).values())
        if len(parts) == len(small):  # else another process has joined some
            self._insert(connection, Block.join(parts))
            connection.execute(delete(blocks).where(blocks.c.id.in_(small)))

    def _insert_details(self, connection: Connection, block: Block) -> None:
        base, numbers = self.tournament * MATCHES_EACH, block.numbers.tolist()
        wrong = [
            {"match_id": base + numbers[row], "position": i, **fault._asdict()}
            for row, all_wrong in block.faults.items()
            for i, fault in enumerate(all_wrong)
        ]
        handed = [
            {"match_id": base + numbers[row], "columns": encode_columns(dict(told))}
            for row, told in block.columns.items()
        ]
        if wrong:
            connection.execute(insert(faults), wrong)
        if handed:
            connection.execute(insert(recordings), handed)


def _row(tournament: int, block: Block) -> dict[str, Any]:
    """Return a block as a row of the table."""
    counts = np.zeros(len(block), np.int32)
    for row, wrong in block.faults.items():
        counts[row] = len(wrong)
    notable = (block.endings >= FORFEIT) | (counts > 0)
    lengths, logs = encode_logs(block.logs)
    return {
        "tournament_id": tournament, "matches": len(block),
        "seats": block.players.shape[1], "first": int(block.numbers.min()),
        "last": int(block.numbers.max()), "notable": int(notable.sum()),
        "forfeited": encode_array(block.forfeited) if block.faults else None,
        "faults": encode_array(counts) if block.faults else None,
        "lengths": lengths, "logs": logs,
        **{name: encode_array(getattr(block, name)) for name in ARRAYS},
    }  # fmt: skip
