"""`arena tournament` and `arena match`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from arena.cli.common import as_json, playing_options
from arena.cli.session import Session, seconds_text, unset
from arena.errors import ArenaError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from arena.campaign import Playing, Run
    from arena.planning import Trained
    from arena.records import Rating


@click.command()
@click.argument("what", metavar="NAME|FILE.toml|ENVIRONMENT", required=False)
@click.option("--agent", "agents", multiple=True, metavar="AGENT", help="Replaces all entrants.")
@click.option("--format", "format_", metavar="NAME", help="Who meets whom: `arena formats`.")
@click.option("--games", type=click.IntRange(1), metavar="N", help="Games a pairing.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), metavar="N", help="Fixes every match.")
@playing_options
@click.option("--resume", type=click.IntRange(1), metavar="ID", help="Go on with a tournament.")
@as_json
@click.pass_obj
def tournament(
    session: Session, /, what: str | None, resume: int | None, as_json: bool, **given: Any
) -> None:
    """Play a tournament: a shipped definition, a file, or any environment."""
    from arena.campaign import begin, job_of, reopen
    from arena.cli.training import trainer_of
    from arena.defining import define
    from arena.planning import prepare

    playing = playing_of(session, given)
    asked = unset(agents=given["agents"], format_=given["format_"], games=given["games"],
                  seed=given["seed"], what=what)  # fmt: skip
    train = trainer_of(session, given["device"])
    if resume is not None:
        run = reopen(session.workspace, resume, train)
        if asked:
            run = _resume(session, run, asked, train)
    else:
        if what is None:
            raise click.UsageError(
                "name a definition, a FILE.toml or an environment, or --resume ID"
            )
        plan = prepare(session.workspace, define(session.registry, **asked), train)
        playing.executor.ready(job_of(session.workspace, plan, playing))
        run = begin(session.workspace, plan)
    finish(session, run, playing, as_json)


def playing_of(session: Session, given: Mapping[str, Any]) -> Playing:
    """Return how matches are played, from the options of `playing_options`, checked."""
    from arena.campaign import Playing
    from arena.planning import made
    from arena.records import Ref
    from arena.roles import Executor
    from arena.specs import parse

    workers = given["workers"]
    executor = parse(given["executor"] or ("processes" if workers > 1 else "here"))
    if executor.name == "processes" and "workers" not in executor.parameters and workers > 1:
        executor = Ref(executor.name, {**executor.parameters, "workers": workers})
    plays: Executor = made(session.registry, "executors", executor, Executor)
    return Playing(plays, given["slots"], given["device"])


def _resume(session: Session, run: Run, asked: Mapping[str, Any], train: Trained) -> Run:
    """Go on as asked: a resume takes the original arguments or none, but for who plays on."""
    from arena.amending import resume
    from arena.defining import define

    if "what" not in asked:
        raise UsageError(f"--resume {run.id} takes the original arguments or none")
    amended = resume(session.workspace, run, define(session.registry, **asked), train)
    for key, items in amended.changed:
        click.echo(f"tournament {run.id} goes on with {key}={';'.join(items)}", err=True)
    return amended.run


def finish(session: Session, run: Run, playing: Playing, as_json: bool) -> None:
    """Play what is left, then print what came of it."""
    from arena.campaign import play_tournament, rate
    from arena.cli.progress import Progress

    try:
        with Progress(run) as progress:
            play_tournament(session.workspace, run, playing, progress.update)
    except KeyboardInterrupt:
        raise ArenaError(
            f"interrupted; {run.played} matches are kept: go on with "
            f"`arena tournament --resume {run.id}`"
        ) from None
    rated = rate(run.plan.raters, run.results)
    if as_json:
        _print_json(session, run, rated)
    else:
        _print_tables(session, run, rated)


def _findings(session: Session, run: Run) -> list[Mapping[str, Any]]:
    """Return what plugins have to say of the matches."""
    told = session.registry.hook.arena_findings(store=session.store(), tournament=run.id)
    return [each for each in told if each]


def _print_json(
    session: Session, run: Run, rated: Mapping[str, Mapping[str, Rating] | str]
) -> None:
    from arena.cli.show import print_json
    from arena.reports import ratings_json
    from arena.specs import canonical
    from arena.standings import standings

    definition = run.plan.definition
    assert definition.format is not None
    print_json({
        "tournament": run.id, "environment": run.plan.game.short,
        "full_name": run.plan.game.name, "format": canonical(definition.format),
        "seed": definition.seed, "matches": run.played, "faults": run.faults,
        "voided": run.voided, "seconds": run.seconds,
        "standings": [s._asdict() for s in standings(run.results.rated, run.plan.spec)],
        "ratings": {
            name: [] if isinstance(r, str) else ratings_json(r) for name, r in rated.items()
        },
        "unrated": {name: r for name, r in rated.items() if isinstance(r, str)},
        "conclusion": run.plan.format.conclusion(run.plan.entrants, run.results),
        "findings": _findings(session, run),
    })  # fmt: skip


def _print_tables(
    session: Session, run: Run, rated: Mapping[str, Mapping[str, Rating] | str]
) -> None:
    from arena.cli.show import console
    from arena.cli.tables import conclusion_of, ratings_of

    out = console()
    _print_standings(out, run)
    for name, ratings in rated.items():
        out.print()
        out.print(ratings_of(name, ratings))
    out.print()
    conclusion = run.plan.format.conclusion(run.plan.entrants, run.results)
    for told in conclusion_of(conclusion):
        out.print(told)
        out.print()
    for told in (conclusion, *_findings(session, run)):
        if "says" in told:
            out.print(told["says"], markup=False, soft_wrap=True)
            out.print()
    _print_foot(session, run, out)


def _print_foot(session: Session, run: Run, out: Any) -> None:
    """Print how fast it was, where it is kept, and what comes next."""
    from arena.cli.tables import faults_text

    speed = f", {run.played / run.seconds:,.0f} a second" if run.seconds else ""
    out.print(f"{run.played:,} matches in {seconds_text(run.seconds)}{speed}; {faults_text(run)}.")
    if run.plan.one_by_one:
        out.print(f"Games were stepped one by one: {run.plan.one_by_one}.", markup=False)
    out.print(
        f"Tournament {run.id}, seed {run.plan.definition.seed}, is kept in {_place(session)}."
    )
    out.print(
        f"Next: arena matches --tournament {run.id} | arena replay {run.id}/0 | "
        f"arena ratings {shlex.quote(run.plan.game.short)} | arena verify {run.id}"
    )


def _print_standings(out: Console, run: Run) -> None:
    """Print who won how often, and against whom, where that says who is better."""
    from arena.cli.tables import cross_table_of, standings_of

    results, spec, game = run.results.rated, run.plan.spec, run.plan.game.short
    if not run.plan.format.compares_sides:
        out.print(f"{game}: {len(run.plan.players)} entrants", markup=False)
        return
    out.print(standings_of(results, spec, f"{game}: standings"))
    if not spec.ranked_by_return and len(results):
        out.print()
        out.print(cross_table_of(results, spec))


def _place(session: Session) -> str:
    url = session.workspace.store_url
    return url.removeprefix("sqlite:///") if url.startswith("sqlite:///") else url.split("@")[-1]


@click.command()
@click.argument("environment")
@click.argument("agents", nargs=-1, required=True, metavar="AGENT AGENT...")
@click.option("--games", type=click.IntRange(1), default=1, show_default=True, metavar="N")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), metavar="N", help="Fixes every match.")
@click.option("--show", is_flag=True, help="Draw every position.")
@playing_options
@as_json
@click.pass_obj
def match(
    session: Session, /, environment: str, agents: tuple[str, ...], games: int, seed: int | None,
    show: bool, as_json: bool, **given: Any,
) -> None:  # fmt: skip
    """Play matches with the agents in the seats as given, one agent a side."""
    from arena.campaign import begin, play_tournament
    from arena.cli.training import trainer_of
    from arena.config import Definition, agent_refs
    from arena.defining import numbered_twice
    from arena.planning import prepare
    from arena.records import Ref
    from arena.specs import parse

    seating = Ref("fixed_seats", {"games": games})
    entries = agent_refs(numbered_twice(agents))
    definition = Definition(parse(environment), entries, seating, seed=seed)
    plan = prepare(session.workspace, definition, trainer_of(session, given["device"]))
    run = begin(session.workspace, plan, "match")
    play_tournament(session.workspace, run, playing_of(session, given))
    from arena.cli.history import print_matches, print_replay

    if show:
        from arena.history import MatchQuery

        for stored in session.store().replays(MatchQuery(tournament=run.id)):
            print_replay(session, stored, as_json)
    else:
        print_matches(session, as_json, reasons=True, tournament=run.id)
