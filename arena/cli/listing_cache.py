"""What listings tell of things whose code takes seconds to import, remembered between commands.

What is remembered holds as long as no source file of the plugin or of Arena has changed and nothing
was installed or removed; what could not be imported is never remembered.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from arena.catalogue import entry_row
from arena.errors import ArenaError
from arena.plugins import Entry

Row = dict[str, Any]


class ListingCache:
    """The rows of listings, in a file of the data folder."""

    def __init__(self, home: Path) -> None:
        self._file = home / "cache" / "listings.json"
        try:
            self._known: dict[str, Any] = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self._known = {}
        self._fresh = False

    def row(self, entry: Entry) -> Row:
        """Return what a listing tells of a thing, as remembered if it still holds."""
        stamp = _stamp(entry)
        key = f"{entry.kind} {entry.name}"
        kept = self._known.get(key)
        if stamp and kept and kept["stamp"] == stamp:
            row: Row = kept["row"]
            return row
        row = entry_row(entry)
        if stamp and _loads(entry):
            self._known[key], self._fresh = {"stamp": stamp, "row": row}, True
        return row

    def save(self) -> None:
        """Write what is new; a folder that cannot be written to is left alone."""
        if not self._fresh:
            return
        passing = self._file.with_name(f"listings.{os.getpid()}.tmp")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            passing.write_text(json.dumps(self._known), encoding="utf-8")
            passing.replace(self._file)
        except OSError:
            passing.unlink(missing_ok=True)


def _loads(entry: Entry) -> bool:
    try:
        entry.parameters()
    except ArenaError:
        return False
    return True


def _stamp(entry: Entry) -> str:
    """Return what changes with all that a row is read from; "" where no module is named."""
    if not isinstance(entry.factory, str):
        return ""
    package = entry.factory.partition(":")[0].partition(".")[0]
    told = (entry.factory, entry.owner, sys.version, _installed(), _sources("arena"))
    return hashlib.sha256(repr((*told, _sources(package))).encode()).hexdigest()


@functools.cache
def _installed() -> tuple[tuple[str, int], ...]:
    """Return when something was last put into, or taken from, each folder of installed packages."""
    folders = [Path(path) for path in sys.path if path.endswith("-packages")]
    return tuple((str(path), path.stat().st_mtime_ns) for path in folders if path.is_dir())


@functools.cache
def _sources(package: str) -> tuple[tuple[str, int, int], ...]:
    """Return the source files of a package or module, with their sizes and times."""
    return tuple(
        (str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in _files(package)
    )


def _files(package: str) -> Iterator[Path]:
    spec = find_spec(package)
    for folder in (spec and spec.submodule_search_locations) or ():
        yield from sorted(Path(folder).rglob("*.py"))
    if spec and not spec.submodule_search_locations and spec.origin:
        yield Path(spec.origin)
