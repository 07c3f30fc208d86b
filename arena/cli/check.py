"""`arena check`: hold what is registered to the rules of its role."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from arena.cli.common import as_json
from arena.cli.session import Session
from arena.errors import ArenaError, Unsuitable, UsageError

if TYPE_CHECKING:
    from arena.records import Ref, Spec
    from arena.testing import Report

GAMES = ("tic_tac_toe", "kuhn_poker", "goofspiel", "gymnasium/CartPole-v1", "gymnasium/Pendulum-v1")
"""Where nobody names a game: one of each shape that an agent or trainer may suit."""


@click.command()
@click.argument("kind", type=click.Choice(["agent", "environment", "trainer"]))
@click.argument("name")
@click.option("--environment", "-e", "environments", multiple=True, metavar="ENVIRONMENT",
              help="Where an agent or trainer is checked; else in games that suit it.")  # fmt: skip
@click.option("--steps", type=click.IntRange(1), default=1000, show_default=True, metavar="N",
              help="Moves of a training run.")  # fmt: skip
@as_json
@click.pass_obj
def check(
    session: Session, kind: str, name: str, environments: tuple[str, ...], steps: int, as_json: bool
) -> None:
    """Check that an agent, an environment or a trainer keeps the rules of its role."""
    from arena.specs import parse

    ref = parse(name)
    try:
        if kind == "environment":
            checked = _environment(session, ref)
        elif kind == "agent":
            checked = [_agent(session, ref, environments)]
        else:
            checked = _trainer(session, name, ref, environments, steps)
    except AssertionError as error:
        raise ArenaError(str(error)) from error
    for report, games in checked:
        _print(report, f"{report.subject.partition(' ')[0]} {name}", games, as_json)


Checked = tuple["Report", Sequence[str]]


def _environment(session: Session, ref: Ref) -> list[Checked]:
    """Check the single game, and the table of such games if there is one."""
    from arena.lookup import environment_maker
    from arena.testing import check_environment, check_table

    make, _ = environment_maker(session.registry, ref)
    checked: list[Checked] = [(check_environment(make), ())]
    if make().table(1, "cpu") is not None:
        checked.append((check_table(lambda size: make().table(size, "cpu"), make), ()))
    return checked


def _agent(session: Session, ref: Ref, games: Sequence[str]) -> Checked:
    from arena.agent import Agent
    from arena.checkpoints import find_checkpoint
    from arena.lookup import check_suits, environment_maker, find_player, make_agent
    from arena.records import Rules
    from arena.specs import parse
    from arena.testing import check_agent

    registry, home = session.registry, session.home
    player = find_player(registry, home, ref)

    def make() -> Agent:
        return make_agent(registry, home, player.ref, trust=session.workspace.trust)

    agent = make()
    if not games and ref.name not in registry.table("agents"):
        checkpoint = find_checkpoint(home, ref.name)
        games = [checkpoint.meta["environment"]] if checkpoint is not None else ()

    def suits(spec: Spec) -> None:
        check_suits(agent, ref.name, spec, Rules())

    games = _suiting(session, f"agent {ref.name!r}", suits, games)
    makers = [environment_maker(registry, parse(game))[0] for game in games]
    return check_agent(make, *makers), games


def _trainer(
    session: Session, name: str, ref: Ref, games: Sequence[str], steps: int
) -> list[Checked]:
    from arena.testing import check_trainer

    trainer, what = session.registry.make("trainers", ref), f"trainer {ref.name!r}"

    def suits(spec: Spec) -> None:
        try:
            trainer.check(spec)
        except Unsuitable as error:
            raise Unsuitable(f"{what} does not suit {spec.name}: {error}") from None

    games = _suiting(session, what, suits, games)[: len(games) or 1]
    files = session.workspace.plugins
    return [(check_trainer(name, game, steps, files), [game]) for game in games]


def _suiting(
    session: Session, what: str, suits: Callable[[Spec], None], named: Sequence[str]
) -> Sequence[str]:
    """Return the games that were named, which must suit; else those of GAMES that do."""
    from arena.lookup import environment_maker
    from arena.specs import parse

    found, why = [], "none of the usual games is installed"
    for game in named or GAMES:
        try:
            suits(environment_maker(session.registry, parse(game))[1])
        except UsageError as error:
            if named:
                raise
            why = str(error) if isinstance(error, Unsuitable) else why
        else:
            found.append(game)
    if not found:
        raise UsageError(f"{what}: name a game that suits it with --environment ({why})")
    return found


def _print(report: Report, what: str, games: Sequence[str], as_json: bool) -> None:
    from arena.cli.show import print_json

    held = [rule for rule in report.rules if rule not in report.skipped]
    if as_json:
        print_json({
            "checked": what, "environments": list(games), "held": held, "skipped": report.skipped,
            "notes": report.notes,
        })  # fmt: skip
        return
    click.echo(f"{what} keeps {len(held)} rules" + (f" in {', '.join(games)}" if games else ""))
    for line in report.lines():
        click.echo(line)
