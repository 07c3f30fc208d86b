"""Where things are: the data folder, the history, the plugins."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from arena.errors import StoreError
from arena.plugins import Registry, registry_of
from arena.roles import Setting

if TYPE_CHECKING:
    from arena.roles import Store


@dataclass(frozen=True)
class Workspace:
    """The data folder, the URL of the history, and what is plugged in."""

    home: Path
    store_url: str
    plugins: tuple[str, ...] = ()
    trust: bool = False

    @classmethod
    def open(
        cls,
        home: str | None = None,
        store_url: str | None = None,
        plugins: tuple[str, ...] = (),
        trust: bool = False,
    ) -> Workspace:
        """Return the workspace: `home`, else ARENA_HOME, else the user's data folder.

        The history is `store_url`, else a SQLite file in the data folder. Nothing is created.
        """
        folder = home or os.environ.get("ARENA_HOME") or _user_folder()
        path = Path(folder).expanduser().resolve()
        return cls(path, store_url or f"sqlite:///{path / 'arena.db'}", plugins, trust)

    @property
    def setting(self) -> Setting:
        """What another process must know to have the same."""
        return Setting(self.plugins, str(self.home), self.trust)

    @property
    def registry(self) -> Registry:
        """What is plugged in."""
        return registry_of(self.plugins)

    @cached_property
    def store(self) -> Store:
        """The history. Raises `StoreError` for a URL of a kind that no plugin stores."""
        scheme = self.store_url.partition(":")[0].partition("+")[0]
        stores = self.registry.table("stores")
        if scheme not in stores:
            known = ", ".join(f"{name}:" for name in sorted(stores))
            raise StoreError(f"store {self.store_url!r}: no plugin stores {scheme!r}; try {known}")
        store: Store = stores[scheme].load()(self.store_url)
        return store


def _user_folder() -> str:
    import platformdirs

    return platformdirs.user_data_dir("arena", appauthor=False)
