"""Plays matches of single games: in lanes as long as all is ordinary, else in slots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from arena.fixtures import Supply
from arena.lanes import Lanes
from arena.records import Episode
from arena.slot_runner import SLOTS as SLOTS
from arena.slot_runner import Recorder as Recorder
from arena.slot_runner import SlotRunner


class Runner(SlotRunner):
    """A `SlotRunner` that plays what it can in `Lanes`, which is faster.

    With a recorder it plays in slots: what a learner hears is of single matches.
    """

    _lanes: Lanes | None = None

    def ticks(self, supply: Supply) -> Iterator[Sequence[Episode]]:
        """Yield what has ended, now and then, until all matches are played.

        With a recorder every tick is yielded, also one in which none ended.
        """
        if self.recorder is None and self.spec.turn_based:
            self._lanes = Lanes(self, supply)
            yield from self._lanes.blocks()
            if not self._lanes.left:
                return
        yield from super().ticks(supply)

    def abandon(self) -> None:
        """Forget the matches in flight, between blocks; their environments are kept for others."""
        if self._lanes is not None:
            self._lanes.abandon()
            self._lanes = None
        super().abandon()
