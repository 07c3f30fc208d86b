"""`arena ratings` and `arena compare`: who is better, from the history."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from arena.cli.common import as_json
from arena.cli.session import Session
from arena.errors import ArenaError, UnknownName, UsageError

if TYPE_CHECKING:
    from arena.cyclicity import Cyclicity
    from arena.history import GameRecord
    from arena.records import Rating


@click.command()
@click.argument("environment", required=False)
@click.option("--system", metavar="NAME", help="A rating system: `arena raters`.")
@click.option("--pairs", is_flag=True, help="How likely each entrant is better than each other.")
@click.option(
    "--plot",
    metavar="FILE.png|FILE.svg",
    type=click.Path(path_type=Path),
    help="A picture: intervals, online Elo, who beat whom.",
)
@click.option("--over-training", is_flag=True,
              help="Draw what `arena train --against` kept of checkpoints.")  # fmt: skip
@as_json
@click.pass_obj
def ratings(
    session: Session, /, environment: str | None, plot: Path | None, over_training: bool,
    **asked: Any,
) -> None:  # fmt: skip
    """Rate all that was played of a game (of every game, if none is named)."""
    from arena.errors import Unsuitable
    from arena.reports import played_game

    if plot is not None:
        from arena.plots import check_plot

        check_plot(plot)
    if over_training and plot is None:
        raise UsageError("--over-training is a way to draw; say where with --plot FILE")
    named = None if environment is None else played_game(session.store(), environment)
    games = session.store().environments() if named is None else [named]
    if plot is not None and len(games) != 1:
        raise UsageError("--plot draws one game: name it, like `arena ratings GAME --plot FILE`")
    if not games and not asked["as_json"]:
        click.echo("no matches yet; play some: arena tournament tic_tac_toe")
    for game in games:
        try:
            _rate(session, game, plot, over_training, **asked)
        except Unsuitable as error:
            if named is not None:
                raise
            if not asked["as_json"]:
                click.echo(f"{game.short}: no ratings: {error}")


def _rate(
    session: Session, game: GameRecord, plot: Path | None, over_training: bool,
    system: str | None, pairs: bool, as_json: bool,
) -> None:  # fmt: skip
    """Rate a game and show the ratings. Raises `Unsuitable`."""
    from arena.cli.show import print_json
    from arena.cyclicity import cyclicity
    from arena.reports import default_system, leaderboard_json
    from arena.specs import parse

    named = system or default_system(game)
    rater = session.registry.make("raters", parse(named))
    results = session.store().results_of(game.name).rated
    rated = rater.rate(results)
    if as_json:
        print_json(leaderboard_json(game, named, rated, cyclicity(results), pairs))
    else:
        _print(game, named, rated, cyclicity(results), pairs)
    if plot is not None and over_training:
        from arena.training_plot import plot_training

        plot_training(plot, f"{game.short}: {named}", rated)
    elif plot is not None:
        from arena.plots import plot_ratings

        plot_ratings(plot, f"{game.short}: {named}", rated, results, game)


def _print(
    game: GameRecord, system: str, rated: Mapping[str, Rating], cyclic: Cyclicity | None,
    pairs: bool,
) -> None:  # fmt: skip
    from arena.cli.show import console, table
    from arena.cli.tables import ratings_of
    from arena.leaderboard import superiority

    out = console()
    out.print(ratings_of(f"{system}, {game.short}", rated))
    if cyclic is not None:
        out.print(_cyclicity(cyclic), markup=False)
    odds = superiority(rated) if pairs else None
    if odds is not None:
        numbers = [f"{place}" for place in range(1, len(rated) + 1)]
        rows = [
            [
                f"{numbers[i]} {name}",
                *("" if i == j else f"{100 * p:.1f}" for j, p in enumerate(row)),
            ]
            for i, (name, row) in enumerate(zip(rated, odds.tolist()))
        ]
        title = "how likely, in percent, the row is better than the column"
        out.print(table(title, ["", *numbers], rows))
    elif pairs:
        out.print(f"{system} gives no intervals, and so no likelihoods; bradley_terry does")


def _cyclicity(cyclic: Cyclicity) -> str:
    if cyclic.p > 0.05:
        return f"Cyclicity: no more than chance makes (p = {cyclic.p:.2f})."
    p = f"p = {cyclic.p:.3f}" if cyclic.p >= 0.001 else "p < 0.001"
    return (
        f"Cyclicity: {100 * cyclic.share:.0f} % of what sets entrants apart goes in circles ({p}),"
        " which no rating can show."
    )


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
    from arena.reports import played_game

    game = played_game(session.store(), environment)
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
    if found.pentanomial is not None and any(found.pentanomial):
        lines.append(f"Pairs of games by points of {a} (0, 1/2, 1, 3/2, 2): {found.pentanomial}")
    if found.more_games:
        lines.append(f"About {found.more_games:,} more games would tell them apart.")
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "unbounded" if value is None else f"{value:+.1f}"
