"""`arena bench`: how fast a game is played, and where the time goes."""

from __future__ import annotations

from dataclasses import asdict, replace

import click

from arena.cli.common import as_json
from arena.cli.session import Session


@click.command()
@click.argument("environment")
@click.option("--agent", "agents", multiple=True, metavar="AGENT", help="Default: random, twice.")
@click.option("--games", type=click.IntRange(1), default=20_000, show_default=True, metavar="N")
@click.option("--slots", type=click.IntRange(1), default=256, show_default=True, metavar="N")
@as_json
@click.pass_obj
def bench(
    session: Session, environment: str, agents: tuple[str, ...], games: int, slots: int,
    as_json: bool,
) -> None:  # fmt: skip
    """Measure games and moves a second in one process, the history stored."""
    from arena.bench import bench as measured
    from arena.cli.show import console, print_json, table
    from arena.cli.tournament import define, numbered_twice
    from arena.cli.training import trainer_of
    from arena.lookup import environment_maker
    from arena.planning import prepare
    from arena.specs import parse

    sides = len(environment_maker(session.registry, parse(environment))[1].sides)
    chosen = numbered_twice(agents or ("random",) * min(sides, 2))
    definition = define(session, environment, chosen, games=games)
    plan = prepare(session.workspace, replace(definition, seed=0), trainer_of(session, "auto"))
    speed = measured(session.workspace, plan, slots)
    if as_json:
        print_json(asdict(speed))
        return
    click.echo(
        f"{speed.environment}: {speed.games:,} games at {speed.games_per_second:,.0f} games and "
        f"{speed.moves_per_second:,.0f} moves a second"
    )
    rows = [(name, f"{100 * share:.1f} %") for name, share in speed.share.items()]
    console().print(table(None, ["time in", "share"], rows))
