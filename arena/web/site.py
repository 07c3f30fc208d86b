"""What every page is handed: the workspace, and what is remembered between requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import Annotated

from fastapi import Depends, Request

from arena.history import Tournament
from arena.plugins import Registry
from arena.roles import Store
from arena.web.memo import Memo
from arena.web.runs import Runs
from arena.web.sittings import Sittings
from arena.web.votes import Votes
from arena.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Options:
    """How a site may be used.

    hosts      further names by which a browser may call it, beside those of this machine
    token      what a browser must know, None where only this machine is let in
    read_only  whether nothing can be changed
    """

    hosts: tuple[str, ...] = ()
    token: str | None = None
    read_only: bool = False


@dataclass
class Site:
    """The workspace that is shown, and how."""

    workspace: Workspace
    options: Options = Options()
    memo: Memo = field(default_factory=Memo)
    runs: Runs = field(init=False)
    sittings: Sittings = field(init=False)
    votes: Votes = field(init=False)
    replaying: Lock = field(default_factory=Lock)
    """Held while a match is replayed: replays share a game."""
    _known: dict[int, Tournament] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.runs = Runs(self.workspace)
        self.sittings = Sittings(self.workspace)
        self.votes = Votes(self.workspace)

    def close(self) -> None:
        """Stop what was started here."""
        self.sittings.close()
        self.runs.close()

    @property
    def store(self) -> Store:
        """The history."""
        return self.workspace.store

    @property
    def registry(self) -> Registry:
        """What is plugged in."""
        return self.workspace.registry

    def tournaments(self) -> list[Tournament]:
        """Return all tournaments as they stand, oldest first.

        Only those that have changed since the last call are read.
        """
        pulse = self.store.pulse()
        with self._lock:
            known = self._known
            for identifier, (state, matches) in pulse.items():
                before = known.get(identifier)
                if before is None or (before.state, before.matches) != (state, matches):
                    if not known and len(pulse) > 1:
                        known.update((each.id, each) for each in self.store.tournaments())
                    else:
                        known[identifier] = self.store.tournament(identifier)
            return [known[identifier] for identifier in sorted(pulse)]

    def tournament(self, identifier: int) -> Tournament:
        """Return one tournament. Raises `StoreError`."""
        return self.store.tournament(identifier)


def _site(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


Here = Annotated[Site, Depends(_site)]
"""The site, as a page asks for it."""
