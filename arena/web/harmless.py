"""What may be asked for in a request: nothing that names a file, however deep in a spec it stands.

A parameter is barred if its class says that it names `files`, if its own name says so, or if its
value looks like a path; what it is by default and the names of checkpoints are let through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from arena.checkpoints import find_checkpoint
from arena.errors import BadParameter, UnknownName, UsageError
from arena.lookup import checkpoint_ref
from arena.plugins import Entry
from arena.records import Ref
from arena.specs import Parameter, format_value, parse
from arena.workspace import Workspace

_PATH = re.compile(r"[\\/~]|\.\.|\.[A-Za-z][A-Za-z0-9]*$")
_ADDRESS = re.compile(r"^[a-z]+://", re.IGNORECASE)
_NAMED_SO = re.compile(r"(file|path|folder|director)\w*\s*=", re.IGNORECASE)
_FORMATS = {"openings"}
"""Parameters of every format that may name a file."""
_KINDS = "agents", "environments", "scorers"


def check_harmless(workspace: Workspace, kind: str, spec: str, people: bool = True) -> None:
    """Raise `UsageError` for a spec that names a file, or, without `people`, one who is a person.

    `kind` is "agents", "environments" or "formats".
    """
    for place, ref in _within(workspace, kind, parse(spec)):
        if _is_file(ref.name) or (place == "agents" and "/" in ref.name):
            raise UsageError(f"{ref.name!r} is a file: files are for the command line")
        if ref.name == "human" and not people:
            raise UsageError(
                f"nobody sits at a tournament's seats to play {spec!r}: a person plays at /play"
            )
        entry = _entry(workspace, place, ref.name)
        for key, value in ref.parameters.items():
            _check_value(workspace, entry, key, str(value))


def asked_for(kind: str, entry: Entry, known: Sequence[Parameter]) -> list[Parameter]:
    """Return the parameters that a form may ask for."""
    barred = _barred(entry) | (_FORMATS if kind == "formats" else set())
    return [p for p in known if p.name not in barred and not _NAMED_SO.search(f"{p.name}=")]


def _within(workspace: Workspace, kind: str, ref: Ref) -> Iterator[tuple[str, Ref]]:
    """Yield a Ref and all that its parameters name in turn, each with its kind."""
    yield kind, ref
    for inner in _named(ref):
        if _is_file(inner.name) or inner.name == "human":
            yield "agents", inner
        for each in _KINDS:
            if inner.parameters and _entry(workspace, each, inner.name) is not None:
                yield from _within(workspace, each, inner)


def _named(ref: Ref) -> Iterator[Ref]:
    """Yield what may be specs among a Ref's values, and among the items of those that are lists."""
    for value in ref.parameters.values():
        for item in {str(value), *str(value).split(";")}:
            with suppress(UsageError):
                yield parse(item)


def _is_file(name: str) -> bool:
    return bool(re.search(r"\.py(:|$)|\.toml$", name)) or "\\" in name


def _entry(workspace: Workspace, kind: str, name: str) -> Entry | None:
    """Return what a name stands for (a checkpoint's, for who plays it); None for nothing."""
    registry = workspace.registry
    found = None
    if kind == "agents" and name not in registry.table(kind):
        found = find_checkpoint(workspace.home, name)
    try:
        return registry.find(kind, checkpoint_ref(registry, found).name if found else name)
    except UnknownName:
        return None


def _barred(entry: Entry | None) -> set[str]:
    return set() if entry is None else set(getattr(entry.load(), "files", ()))


def _check_value(workspace: Workspace, entry: Entry | None, key: str, value: str) -> None:
    known: dict[str, Any] = {p.name: p for p in entry.parameters()} if entry else {}
    default = known[key].default if key in known else None
    if value in ("", format_value(default)) or _is_checkpoint(workspace, value):
        return
    if _ADDRESS.match(value):
        raise BadParameter(f"{key}={value!r} is an address: addresses are for the command line")
    named = f"{key}={value}"  # a game's own grammar may name a file within the value
    if key in _barred(entry) | _FORMATS or _NAMED_SO.search(named) or _PATH.search(value):
        raise BadParameter(f"{key}={value!r} may be a file: files are for the command line")


def _is_checkpoint(workspace: Workspace, value: str) -> bool:
    return not _PATH.search(value) and find_checkpoint(workspace.home, value) is not None
