"""`arena ratings` and `arena compare`: who is better, from the history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from arena.cli.common import as_json
from arena.cli.session import Session
from arena.errors import ArenaError, UnknownName

if TYPE_CHECKING:
    from arena.history import GameRecord


@click.command()
@click.argument("environment", required=False)
@click.option("--system", metavar="NAME", help="A rating system: `arena raters`.")
@as_json
@click.pass_obj
def ratings(session: Session, environment: str | None, system: str | None, as_json: bool) -> None:
    """Rate all that was played of a game (of every game, if none is named)."""
    from arena.cli.show import console, print_json, ratings_json
    from arena.cli.tables import ratings_of
    from arena.errors import Unsuitable
    from arena.specs import parse

    rater = session.registry.make("raters", parse(system)) if system else None
    games = session.store().environments() if environment is None else [_game(session, environment)]
    if not games and not as_json:
        click.echo("no matches yet; play some: arena tournament tic_tac_toe")
    for game in games:
        named = system or ("mean_return" if game.ranked_by_return else "bradley_terry")
        made = rater or session.registry.make("raters", parse(named))
        results = session.store().results_of(game.name).rated
        try:
            rated = made.rate(results)
        except Unsuitable as error:
            if environment is not None:
                raise
            rated = str(error)
        if not as_json:
            console().print(ratings_of(f"{named}, {game.short}", rated))
        elif not isinstance(rated, str):
            print_json({
                "environment": game.short, "full_name": game.name, "system": named,
                "ratings": ratings_json(rated),
            })  # fmt: skip


def _game(session: Session, environment: str) -> GameRecord:
    """Return a game of the history by its full name or alias. Raises `UnknownName`."""
    games = session.store().environments()
    for game in games:
        if environment in (game.name, game.alias):
            return game
    known = [name for game in games for name in (game.name, game.alias) if name]
    raise UnknownName("environment in the history", environment, known, "arena tournaments")


@click.command()
@click.argument("a", metavar="AGENT")
@click.argument("b", metavar="AGENT")
@click.option("--environment", required=True, metavar="E", help="By full name or alias.")
@as_json
@click.pass_obj
def compare(session: Session, a: str, b: str, environment: str, as_json: bool) -> None:
    """Say which of two is better, by how much and how surely, from their games in the history."""
    from dataclasses import asdict

    from arena.cli.show import print_json
    from arena.comparison import compare as compared

    game = _game(session, environment)
    results = session.store().results_of(game.name).rated
    for name in (a, b):
        if name not in results.entrants:
            raise UnknownName(
                f"entrant of {environment}", name, results.entrants, f"arena ratings {environment}"
            )
    found = compared(results, a, b, game)
    if as_json:
        print_json({"environment": game.short, **asdict(found)})
        return
    click.echo(_verdict(found))


def _verdict(found: Any) -> str:
    """Return a comparison in words."""
    a, b = found.a, found.b
    if not found.games:
        raise ArenaError(f"{a} and {b} have not met; `arena match` or a tournament lets them")
    lines = [f"{a} against {b}: {found.games} games"]
    if found.unit == "elo":
        lines[0] += f", {found.wins} won, {found.draws} drawn, {found.losses} lost"
    unit = "Elo points" if found.unit == "elo" else "return"
    if found.difference is None:
        lines.append("One has won everything: the difference has no finite estimate.")
    if found.low is not None or found.high is not None or found.difference is not None:
        lines.append(
            f"Difference: {_number(found.difference)} {unit}, "
            f"95 % interval {_number(found.low)} to {_number(found.high)}"
        )
    if found.superiority is not None:
        lines.append(f"Likelihood that {a} is the better: {100 * found.superiority:.1f} %")
    if found.pentanomial is not None:
        lines.append(f"Pairs of games by points of {a} (0, 1/2, 1, 3/2, 2): {found.pentanomial}")
    if found.more_games:
        lines.append(f"About {found.more_games:,} more games would tell them apart.")
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "unbounded" if value is None else f"{value:+.1f}"
