"""Formats told as a script: rounds are yielded, and their results come back.

A script is run from its beginning each time it is asked for a round, on the results there are, so
that it is a pure function of them whatever it keeps in its variables.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator, Mapping, Sequence
from typing import Any

from arena.records import Entrants, Pairing
from arena.results import Results
from arena.roles import Format

Script = Generator[Sequence[Pairing], Results, Mapping[str, Any]]
"""Yields rounds (none of them empty), is sent the results of each, and returns a conclusion."""


class Scripted(Format):
    """A format that is written as a script."""

    @abstractmethod
    def script(self, entrants: Entrants) -> Script:
        """Return the script, at its beginning."""

    def next(self, entrants: Entrants, results: Results) -> Sequence[Pairing]:
        """Return the round that the script yields after these results."""
        return self._run(entrants, results)[0]

    def conclusion(self, entrants: Entrants, results: Results) -> Mapping[str, Any]:
        """Return what the script returns after these results; nothing if it goes on."""
        return self._run(entrants, results)[1]

    def _run(
        self, entrants: Entrants, results: Results
    ) -> tuple[Sequence[Pairing], Mapping[str, Any]]:
        script, start = self.script(entrants), 0
        try:
            pairings = next(script)
            while start < len(results):
                end = start + len(pairings)
                pairings = script.send(results[start:end])
                start = end
        except StopIteration as over:
            return (), over.value
        return pairings, {}
