"""`arena matches`, `replay`, `verify`, `tournaments` and `export`: the history, read."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from arena.cli.common import as_json
from arena.cli.session import Session, seconds_text
from arena.errors import ArenaError

if TYPE_CHECKING:
    from arena.history import MatchRow, StoredMatch


@click.command()
@click.option("--environment", metavar="E", help="By full name or alias.")
@click.option("--agent", metavar="A", help="An entrant's name, spec, or agent.")
@click.option("--tournament", type=int, metavar="ID")
@click.option("--result", metavar="R", help="win, loss (of --agent), draw, a seat, or an ending.")
@click.option("--faults", is_flag=True, help="Only matches with faults.")
@click.option("--before", metavar="MATCH", help="Older than this match (pages go by it).")
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True, metavar="N",
              help="The newest N; 0 for all.")  # fmt: skip
@as_json
@click.pass_obj
def matches(
    session: Session, /, before: str | None, faults: bool, as_json: bool, **asked: Any
) -> None:
    """List matches, oldest first."""
    from arena.history import parse_match

    older = parse_match(before) if before else None
    print_matches(session, as_json, before=older, faults=faults or None, **asked)


def print_matches(session: Session, as_json: bool, reasons: bool = False, **asked: Any) -> None:
    """Print the matches that a query asks for; with `reasons` why some were void or forfeited."""
    from arena.cli.show import console, print_json, table
    from arena.history import MatchQuery

    found = session.store().matches(MatchQuery(**asked))
    if as_json:
        for row in found:
            print_json(row.as_json())
        return
    rows = list(found)
    lines = [_line(row) for row in rows]
    if not lines:
        click.echo("no matches")
        return
    names = ["match", "environment", "seats", "returns", "ending", "turns", "faults", "started"]
    console().print(table(None, names, lines, left=4))
    for line in _reasons(rows) if reasons else ():
        click.echo(line)
    click.echo("Next: arena replay MATCH")


def _reasons(rows: Sequence[MatchRow]) -> list[str]:
    """Return a line for each reason why matches were void or forfeited, and how often."""
    from arena.clean_text import harmless

    counted = Counter(
        (row.ending, " ".join(harmless(row.faults[-1].message).split()))
        for row in rows if row.ending in ("void", "forfeit") and row.faults
    )  # fmt: skip
    ended = {"void": "void", "forfeit": "forfeited"}
    return [
        f"{count} match{'es' * (count > 1)} {ended[ending]}: {why}"
        for (ending, why), count in counted.items()
    ]


def _line(row: MatchRow) -> list[Any]:
    returns = " ".join(f"{value:g}" for value in row.returns)
    return [
        f"{row.tournament}/{row.number}", row.alias or row.environment, " - ".join(row.seats),
        returns, row.ending, row.turns, len(row.faults) or "", _when(row.started),
    ]  # fmt: skip


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M:%S")


@click.command()
@as_json
@click.pass_obj
def tournaments(session: Session, as_json: bool) -> None:
    """List tournaments, oldest first."""
    from arena.cli.show import console, print_json, table

    found = list(session.store().tournaments())
    if as_json:
        for one in found:
            print_json(one.as_json())
        return
    if not found:
        click.echo("no tournaments yet; play one: arena tournament tic_tac_toe")
        return
    rows = [
        [one.id, one.record.game.short, one.record.format, one.state,
         one.matches, "" if one.seconds is None else seconds_text(one.seconds),
         _when(one.record.started)]
        for one in found
    ]  # fmt: skip
    names = ["id", "environment", "format", "state", "matches", "time", "started"]
    console().print(table(None, names, rows, left=4))


@click.command()
@click.argument("match")
@as_json
@click.pass_obj
def replay(session: Session, match: str, as_json: bool) -> None:
    """Show a match move by move: MATCH is its id, or TOURNAMENT/NUMBER."""
    from arena.history import parse_match

    print_replay(session, session.store().match(parse_match(match)), as_json)


def print_replay(
    session: Session, stored: StoredMatch, as_json: bool = False, last: bool = False
) -> None:
    """Print a stored match: its moves, and the position after each (or only the `last`)."""
    from arena.clean_text import harmless
    from arena.cli.transcript import beside, said
    from arena.replay import replay as replayed
    from arena.reports import check_replayable, replay_json

    check_replayable(stored)
    if as_json:
        from arena.cli.show import print_json

        print_json(replay_json(session.registry, stored))
        return
    episode, names = stored.episode, stored.row.seats
    seats = ", ".join(f"seat {i}: {name}" for i, name in enumerate(names))
    number = f"{stored.tournament}/{episode.match.number}"
    click.echo(f"{stored.game.short}, match {number} ({seats})")
    steps = replayed(session.registry, stored)
    for step in list(steps)[-1:] if last else steps:
        click.echo()
        for (seat, label), columns in zip(step.labels, step.columns):
            who = "chance" if seat < 0 else f"{names[seat]} (seat {seat})"
            click.echo(f"{step.turn}. {who}:{said(label)}{beside(columns)}")
        click.echo(harmless(step.drawing))
    returns = ", ".join(f"{name} {value:g}" for name, value in zip(names, episode.returns))
    click.echo(f"\n{episode.ending} after {episode.turns} turns: {returns}")
    for fault in episode.faults:
        who = "infrastructure" if fault.seat is None else f"{names[fault.seat]} (seat {fault.seat})"
        click.echo(
            f"fault of {who}, turn {fault.turn}: {fault.kind}, {harmless(fault.message)}: "
            f"{fault.cost}"
        )
        if session.debug and fault.traceback:
            click.echo(fault.traceback)


@click.command()
@click.argument("tournament", type=int, required=False)
@as_json
@click.pass_obj
def verify(session: Session, tournament: int | None, as_json: bool) -> None:
    """Replay stored moves from stored seeds; every stored return must come out again."""
    from arena.cli.show import print_json
    from arena.history import MatchQuery
    from arena.replay import verify as verified

    if tournament is not None:
        session.store().tournament(tournament)  # an unknown one is an error, not nothing to do
    counts = {"checked": 0, "mismatched": 0, "skipped": 0}
    for stored in session.store().replays(MatchQuery(tournament=tournament)):
        verdict, reason = verified(session.registry, stored)
        counts[verdict] += 1
        if verdict == "mismatched":
            click.echo(
                f"match {stored.tournament}/{stored.episode.match.number}: {reason}", err=True
            )
    if as_json:
        print_json(counts)
    else:
        click.echo(
            f"{counts['checked']:,} matches replayed, {counts['mismatched']:,} of them otherwise "
            f"than stored; {counts['skipped']:,} skipped (void, forfeit before a move, or imported)"
        )
    if counts["mismatched"]:
        raise ArenaError(f"{counts['mismatched']} matches did not come out as stored")


@click.command()
@click.argument("form", metavar="jsonl|csv", type=click.Choice(["jsonl", "csv"]))
@click.option("--environment", metavar="E", help="By full name or alias.")
@click.option("--agent", metavar="A", help="An entrant's name, spec, or agent.")
@click.option("--tournament", type=int, metavar="ID")
@click.option("--moves", is_flag=True, help="With the moves (jsonl only).")
@click.pass_obj
def export(session: Session, /, form: str, moves: bool, **asked: Any) -> None:
    """Write matches to standard output."""
    from arena.history import MatchQuery
    from arena.store.export import export as exported

    exported(session.store(), form, MatchQuery(**asked), sys.stdout, moves)
