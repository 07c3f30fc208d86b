"""`arena import`: results played elsewhere."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from arena.cli.common import as_json
from arena.cli.session import Session


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--environment", required=True, metavar="NAME",
              help="What was played; it need not be installed.")  # fmt: skip
@as_json
@click.pass_obj
def import_(session: Session, file: Path, environment: str, as_json: bool) -> None:
    """Take results played elsewhere into the history, from FILE.csv or FILE.pgn.

    A CSV has the columns left,right,winner (left, right or tie) or left,right,score (the left's, 0
    to 1), and a row a match, in order. Left, or White, holds seat 0.
    """
    from dataclasses import asdict

    from arena.cli.show import print_json
    from arena.importing import import_results

    done = import_results(session.workspace, file, environment)
    if as_json:
        print_json(asdict(done))
        return
    skipped = f", {done.skipped:,} without a result skipped" if done.skipped else ""
    click.echo(
        f"{done.matches:,} matches of {done.entrants:,} players of {done.environment}{skipped}:"
        f" tournament {done.tournament}."
    )
    click.echo(f"Next: arena ratings {shlex.quote(environment)}")
