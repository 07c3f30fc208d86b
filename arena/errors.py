"""Every error that Arena raises on purpose.

    ArenaError                 a fault at run time (exit code 1)
    ├── Infrastructure         a server, a file or a library failed: void, nobody's loss
    └── UsageError             wrong use (exit code 2)
        ├── UnknownName        no such agent, environment, ...; carries near misses
        ├── BadSpec            a spec that does not follow the grammar
        ├── BadParameter       a parameter with a wrong name or type
        ├── BadConfig          a tournament file that says something impossible: file, line, key
        ├── Unsuitable         an agent, trainer or format that does not fit the game
        ├── PluginError        a plugin that cannot be used, or two owners of one name
        └── StoreError         a history that cannot be read or written

The text of each is one line that names the culprit and the cure.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ArenaError(Exception):
    """The root of the tree; `exit_code` is what the command line ends with."""

    exit_code = 1


class Infrastructure(ArenaError):
    """Raised by an agent or an environment for a failure that is no player's fault."""


class UsageError(ArenaError):
    """The caller asked for something that cannot be done as asked."""

    exit_code = 2


class UnknownName(UsageError):
    """No thing of this kind has this name."""

    def __init__(self, kind: str, name: str, known: Iterable[str], listing: str) -> None:
        known = sorted(known)
        close = near_misses(name, known)
        meant = f"; did you mean {' or '.join(repr(n) for n in close)}?" if close else ""
        super().__init__(f"no {kind} {name!r}{meant} (`{listing}` lists all {len(known)})")


class BadSpec(UsageError):
    """A spec that does not follow `name:key=value,key=value`."""


class BadParameter(UsageError):
    """A parameter with a wrong name, type or value."""


class BadConfig(UsageError):
    """A definition that cannot be read; names the file, the line and the key."""


class Unsuitable(UsageError):
    """What was chosen does not fit the game; the text says why."""


class PluginError(UsageError):
    """A plugin that cannot be loaded, or two plugins that claim one name."""


class StoreError(UsageError):
    """A history that cannot be opened, read or written."""


def near_misses(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Return up to `limit` known names that `name` was probably meant to be."""
    by_lower = {k.lower(): k for k in known}
    close = difflib.get_close_matches(name.lower(), by_lower, n=limit, cutoff=0.6)
    return [by_lower[c] for c in close]
