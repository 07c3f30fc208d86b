"""What every command is handed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from arena.plugins import Registry
from arena.workspace import Workspace

if TYPE_CHECKING:
    from arena.roles import Store


@dataclass(frozen=True, slots=True)
class Session:
    """The workspace, and whether tracebacks are shown."""

    workspace: Workspace
    debug: bool = False

    @classmethod
    def open(
        cls,
        plugin: Iterable[str] | None = None,
        home: str | None = None,
        store_url: str | None = None,
        debug: bool | None = None,
        trust: bool | None = None,
    ) -> Session:
        """Return a session of the options that stand before the command."""
        files = tuple(str(Path(file).resolve()) for file in plugin or ())
        return cls(Workspace.open(home, store_url, files, bool(trust)), bool(debug))

    @property
    def registry(self) -> Registry:
        """What is plugged in."""
        return self.workspace.registry

    @property
    def home(self) -> Path:
        """The data folder."""
        return self.workspace.home

    def store(self) -> Store:
        """Open the history."""
        return self.workspace.store


def seconds_text(seconds: float) -> str:
    """Return a duration as a person reads it."""
    if seconds < 90:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def unset(**options: Any) -> dict[str, Any]:
    """Return the options that were given, which are not None, empty or False."""
    return {name: value for name, value in options.items() if value not in (None, (), False)}
