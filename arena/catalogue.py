"""What there is, as rows: registered things, members of families, and trained checkpoints."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

from arena.checkpoints import list_checkpoints
from arena.errors import ArenaError
from arena.plugins import Entry, Registry


def entry_row(entry: Entry) -> dict[str, Any]:
    """Return what a listing says of a registered thing, or why it cannot be loaded."""
    try:
        factory = entry.load()
        parameters = [str(parameter) for parameter in entry.parameters()]
        about = (inspect.getdoc(factory) or "").partition("\n")[0]
    except ArenaError as error:  # an optional library that is not installed must not end a listing
        parameters, about = [], str(error)
    return {"name": entry.name, "parameters": parameters, "plugin": entry.owner, "about": about}


def checkpoint_rows(home: Path) -> list[dict[str, Any]]:
    """Return a row for each checkpoint in a data folder."""
    return [
        {"name": c.name, "parameters": [], "plugin": "checkpoint",
         "about": f"{c.meta['trainer']} on {c.meta['environment']}, {c.meta['steps']:,} steps"}
        for c in list_checkpoints(home)
    ]  # fmt: skip


def environment_rows(registry: Registry) -> list[dict[str, Any]]:
    """Return a row for each environment, a family's members among them."""
    rows: list[dict[str, Any]] = [
        {"name": entry.name, "alias": None, "kind": None, "seats": None, "plugin": entry.owner,
         "unsuitable": None}
        for entry in registry.table("environments").values() if not entry.name.endswith("/*")
    ]  # fmt: skip
    for entry, members in registry.families("environments"):
        prefix = entry.name[:-2]
        aliases = {member: alias for alias, member in members.aliases().items()}
        for name in members.names():
            told = members.describe(name)
            rows.append({
                "name": f"{prefix}/{name}", "alias": aliases.get(name), "kind": told.kind,
                "seats": told.seats, "plugin": entry.owner, "unsuitable": told.unsuitable,
            })  # fmt: skip
    return rows
