"""`arena bench`: how fast a game is played, and where the time goes."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import click

from arena.cli.common import as_json, device_option
from arena.cli.session import Session

if TYPE_CHECKING:
    from arena.bench import Speed

_MOST = 100_000_000
"""Games, if nobody says: more than there is time for."""


def _counts(context: click.Context, option: click.Parameter, told: str | None) -> tuple[int, ...]:
    """Return positive whole numbers that are separated by commas, each once."""
    parts = [part.strip() for part in told.split(",")] if told is not None else []
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise click.BadParameter(f"{told!r} is not a list of positive numbers, like 64,256,1024")
    return tuple(dict.fromkeys(map(int, parts)))


@click.command()
@click.argument("environment")
@click.option("--agent", "agents", multiple=True, metavar="AGENT", help="Default: random, twice.")
@click.option(
    "--slots",
    callback=_counts,
    metavar="N,N,...",
    help="Games in flight in a process, the ones of interest first.",
)
@click.option("--workers", callback=_counts, metavar="N,N,...", help="Processes.")
@click.option(
    "--seconds",
    type=click.FloatRange(0, min_open=True),
    default=1.0,
    show_default=True,
    metavar="S",
    help="Of each measurement.",
)
@click.option(
    "--games",
    type=click.IntRange(1),
    default=_MOST,
    metavar="N",
    help="Of each measurement, at most.",
)
@device_option
@as_json
@click.pass_obj
def bench(
    session: Session, environment: str, agents: tuple[str, ...], slots: tuple[int, ...],
    workers: tuple[int, ...], seconds: float, games: int, device: str, as_json: bool,
) -> None:  # fmt: skip
    """Measure games, moves and decisions a second, the history stored (and thrown away)."""
    from arena.bench import bench as measured
    from arena.cli.training import trainer_of
    from arena.defining import define, numbered_twice
    from arena.lookup import environment_maker
    from arena.planning import prepare
    from arena.specs import parse

    sides = len(environment_maker(session.registry, parse(environment))[1].sides)
    chosen = numbered_twice(agents or ("random",) * min(sides, 2))
    definition = define(session.registry, environment, chosen, games=games)
    plan = prepare(session.workspace, replace(definition, seed=0), trainer_of(session, device))
    speed = measured(session.workspace, plan, slots, workers, seconds, device)
    if as_json:
        _print_json(speed)
    else:
        _print_tables(speed)


def _print_json(speed: Speed) -> None:
    from arena.cli.show import print_json

    print_json({**asdict(speed.scaling[0]), **asdict(speed)})


def _print_tables(speed: Speed) -> None:
    from arena.cli.show import console, table

    first, out = speed.scaling[0], console()
    out.print(
        f"{speed.environment}, {' - '.join(speed.agents)}, driver {speed.driver}: "
        f"{first.games_per_second:,.0f} games, {first.moves_per_second:,.0f} moves and "
        f"{first.decisions_per_second:,.0f} decisions a second",
        markup=False,
    )
    if speed.why:
        out.print(f"Games are stepped one by one: {speed.why}.", markup=False)
    out.print()
    out.print(
        table(None, ["time in", "share"], [
            (part, f"{100 * share:.1f} %") for part, share in speed.share.items()
        ])
    )  # fmt: skip
    out.print()
    paces = sorted(speed.scaling, key=lambda pace: (pace.workers, pace.slots))
    rows = [
        (f"{pace.slots:,}", pace.workers, *(
            f"{rate:,.0f}" for rate in
            (pace.games_per_second, pace.moves_per_second, pace.decisions_per_second)
        )) for pace in paces
    ]  # fmt: skip
    names = ["games in flight", "workers", "games/s", "moves/s", "decisions/s"]
    out.print(table(None, names, rows, left=0))
