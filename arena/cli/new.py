"""`arena new`: a plugin to begin from."""

from __future__ import annotations

from pathlib import Path

import click

from arena.cli.session import Session
from arena.errors import UsageError

NEXT = {
    "agent": ("arena match tic_tac_toe {name} random",),
    "environment": ("arena match {name} random random", "arena play {name} --against random"),
    "trainer": (
        "arena train {name} tic_tac_toe --steps 20000 --name learnt",
        "arena match tic_tac_toe learnt random",
    ),
}


@click.command()
@click.argument("kind", type=click.Choice(sorted(NEXT)))
@click.argument("name")
@click.pass_obj
def new(session: Session, kind: str, name: str) -> None:
    """Write a plugin of your own: a folder that pip installs, with a test that passes."""
    from arena.scaffold import write_plugin

    name = name.replace("-", "_")
    taken = session.registry.table(f"{kind}s").get(name)
    if taken is not None:
        raise UsageError(f"{kind} {name!r} belongs to plugin {taken.owner!r}; choose another name")
    folder = write_plugin(kind, name, Path.cwd())
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            click.echo(f"{folder.name}/{path.relative_to(folder).as_posix()}")
    click.echo("\nNext:")
    for line in (f"cd {folder.name}", "pip install -e .", "python -m pytest", *NEXT[kind]):
        click.echo(f"  {line.format(name=name)}")
