"""`arena agents`, `environments`, `trainers`, ... and `plugins`: what there is."""

from __future__ import annotations

import inspect
from typing import Any

import click

from arena.cli.common import as_json
from arena.cli.session import Session
from arena.plugins import Entry

OF = {
    "agents": "Players: registered agents, and checkpoints that training made.",
    "trainers": "Ways to make agents learn.",
    "formats": "Tournament formats.",
    "raters": "Rating systems.",
    "scorers": "Judges of answers.",
    "stores": "Kinds of history, by the scheme of their URL.",
    "executors": "Where matches are played.",
}

_ROOM = 8
"""How many parameters a table shows at most; all are in JSON, and where one thing is told of."""


def _listing(kind: str) -> click.Command:
    """Return the command that lists one kind of thing."""

    @click.command(name=kind, help=f"{OF[kind]} With a NAME: all about that one.")
    @click.argument("name", required=False)
    @as_json
    @click.pass_obj
    def command(session: Session, name: str | None, as_json: bool) -> None:
        from arena.catalogue import checkpoint_rows
        from arena.cli.listing_cache import ListingCache

        if name is not None:
            _print_one(session.registry.find(kind, name), as_json)
            return
        cache = ListingCache(session.home)
        rows = [cache.row(entry) for entry in session.registry.table(kind).values()]
        cache.save()
        if kind == "agents":
            rows += checkpoint_rows(session.home)
        shown = rows if as_json else [{**row, "parameters": _brief(kind, row)} for row in rows]
        _print(kind, shown, ["name", "parameters", "plugin", "about"], as_json)

    return command


agents, trainers, formats, raters, scorers, stores, executors = map(_listing, OF)


def _brief(kind: str, row: dict[str, Any]) -> list[str]:
    """Return what a table has room for of a row's parameters."""
    parameters: list[str] = row["parameters"]
    if len(parameters) <= _ROOM:
        return parameters
    left = len(parameters) - _ROOM + 2
    return [*parameters[: _ROOM - 2], f"and {left} more: arena {kind} {row['name']}"]


def _print_one(entry: Entry, as_json: bool) -> None:
    """Print one thing with its whole description."""
    from arena.catalogue import entry_row
    from arena.cli.show import print_json

    told = {**entry_row(entry), "about": inspect.getdoc(entry.load()) or ""}
    if entry.kind == "formats":
        from arena.openings import PARAMETERS

        told["parameters"] += map(str, PARAMETERS)
    if as_json:
        print_json(told)
        return
    parameters = told["parameters"] or ["none"]
    click.echo(f"{entry.name} ({entry.owner})\n\n{told['about']}\n\nparameters")
    click.echo("\n".join(f"  {parameter}" for parameter in parameters))


@click.command()
@click.option("--family", metavar="NAME", help="Only this family, like openspiel.")
@as_json
@click.pass_obj
def environments(session: Session, family: str | None, as_json: bool) -> None:
    """Games, of every installed library."""
    from arena.catalogue import environment_rows

    rows = environment_rows(session.registry)
    if family is not None:
        rows = [row for row in rows if str(row["name"]).startswith(f"{family}/")]
    _print(
        "environments", rows, ["name", "alias", "kind", "seats", "plugin", "unsuitable"], as_json
    )


@click.command()
@as_json
@click.pass_obj
def plugins(session: Session, as_json: bool) -> None:
    """What is plugged in, and what each plugin brings."""
    from arena.plugins import KINDS

    registry = session.registry
    rows = []
    for name, plugin in registry.manager.list_name_plugin():
        if plugin is None:
            continue
        brings = {
            kind: [entry.name for entry in registry.table(kind).values() if entry.owner == name]
            for kind in KINDS
        }
        rows.append({
            "name": name,
            "module": getattr(plugin, "__name__", str(plugin)),
            "brings": [f"{kind}: {', '.join(names)}" for kind, names in brings.items() if names],
        })  # fmt: skip
    _print("plugins", rows, ["name", "module", "brings"], as_json)


def _print(title: str, rows: list[dict[str, Any]], columns: list[str], as_json: bool) -> None:
    from arena.cli.show import console, print_json, table

    if as_json:
        for row in rows:
            print_json(row)
        return
    used = [c for c in columns if any(row[c] not in (None, [], "") for row in rows)]
    lines = [[_told(row[c]) for c in used] for row in rows]
    console().print(table(f"{len(rows)} {title}", used, lines, left=len(used)))


def _told(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else str(value)
