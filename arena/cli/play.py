"""`arena play`: take a seat yourself."""

from __future__ import annotations

import click

from arena.cli.session import Session
from arena.errors import UsageError


@click.command()
@click.argument("environment")
@click.option("--against", multiple=True, metavar="AGENT", help="Who holds the other seats.")
@click.option("--seat", type=click.IntRange(0), default=0, show_default=True, metavar="N")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), metavar="N", help="Fixes the deal.")
@click.pass_obj
def play(
    session: Session, environment: str, against: tuple[str, ...], seat: int, seed: int | None
) -> None:
    """Play a match against agents at the terminal."""
    from arena.campaign import Playing, begin, play_tournament
    from arena.cli.history import print_replay
    from arena.cli.training import trainer_of
    from arena.config import Definition, agent_refs
    from arena.defining import numbered_twice
    from arena.lookup import environment_maker
    from arena.planning import prepare
    from arena.records import Ref
    from arena.specs import parse

    ref = parse(environment)
    sides = environment_maker(session.registry, ref)[1].sides
    if seat >= len(sides):
        raise UsageError(f"--seat {seat}: {environment} has the seats 0 to {len(sides) - 1}")
    if len(sides) > 1 and not against:
        raise UsageError(f"{environment} has {len(sides)} sides; say --against AGENT")
    others = list(against) + [against[-1]] * (len(sides) - 1 - len(against)) if against else []
    if len(others) != len(sides) - 1:
        raise UsageError(f"{environment} has {len(sides) - 1} other sides, not {len(others)}")
    names = (*others[:seat], "human", *others[seat:])
    definition = Definition(ref, agent_refs(numbered_twice(names)), Ref("fixed_seats"), seed=seed)
    plan = prepare(session.workspace, definition, trainer_of(session, "auto"))
    run = begin(session.workspace, plan, "play")
    play_tournament(session.workspace, run, Playing())
    from arena.history import match_id

    print_replay(session, session.store().match(match_id(run.id, 0)), last=True)
