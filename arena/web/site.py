"""What every page is handed: the workspace, and what is remembered between requests."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Annotated, TypeVar

from fastapi import Depends, Request

from arena.history import Tournament
from arena.plugins import Registry
from arena.roles import Store
from arena.web.frames import Frames
from arena.web.memo import Memo
from arena.web.runs import Runs
from arena.web.sittings import Sittings
from arena.web.votes import Votes
from arena.workspace import Workspace

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Options:
    """How a site may be used.

    hosts      further names by which a browser may call it, beside those of this machine
    token      what a browser must know, None where only this machine is let in
    read_only  whether nothing can be changed
    patience   for how many seconds a page waits for what must be counted before it is shown without
               (and asks again); None for as long as it takes, as what is asked as JSON always does
    """

    hosts: tuple[str, ...] = ()
    token: str | None = None
    read_only: bool = False
    patience: float | None = None


@dataclass
class Site:
    """The workspace that is shown, and how."""

    workspace: Workspace
    options: Options = Options()
    memo: Memo = field(default_factory=Memo)
    runs: Runs = field(init=False)
    sittings: Sittings = field(init=False)
    votes: Votes = field(init=False)
    frames: Frames = field(init=False)
    replaying: Lock = field(default_factory=Lock)
    """Held while a match is replayed: replays share a game."""
    _shown_by: float | None = None
    """When, by the monotonic clock, a page is shown whatever is still being counted."""
    _known: dict[int, Tournament] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.runs = Runs(self.workspace)
        self.sittings = Sittings(self.workspace)
        self.votes = Votes(self.workspace, self.tournaments)
        self.frames = Frames(self.registry)

    def close(self) -> None:
        """Stop what was started here."""
        self.sittings.close()
        self.runs.close()
        self.frames.close()

    @property
    def store(self) -> Store:
        """The history."""
        return self.workspace.store

    @property
    def registry(self) -> Registry:
        """What is plugged in."""
        return self.workspace.registry

    def for_page(self) -> Site:
        """Return this site for one request of a page, which waits no longer than it may."""
        if self.options.patience is None:
            return self
        page = copy.copy(self)
        page._shown_by = time.monotonic() + self.options.patience
        return page

    def remembered(
        self, key: Hashable, version: Hashable, make: Callable[[], T], moving: bool = False
    ) -> T:
        """Return what `make` makes, or made, as `Memo.get`. Raises `Pending` for a page."""
        left = None if self._shown_by is None else max(0.0, self._shown_by - time.monotonic())
        return self.memo.get(key, version, make, moving, left)

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
    return site if request.url.path.startswith("/api/") else site.for_page()


Here = Annotated[Site, Depends(_site)]
"""The site, as a page asks for it."""
