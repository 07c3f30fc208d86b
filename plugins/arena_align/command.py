"""`arena preferences`: pairs of answers, from the history or from a file, as JSON Lines."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from arena import MatchQuery
    from arena_align.decisions import Decision
    from arena_align.rows import Pair


@click.command()
@click.argument("source", metavar="ENVIRONMENT|FILE.jsonl")
@click.option("--values", metavar="AGENT", help="Compare all moves, by what they come to for it.")
@click.option("--scorer", metavar="SCORER", help="Compare the answers given, by a judge.")
@click.option("--agent", "agents", multiple=True, metavar="ENTRANT", help="Whose answers; or all.")
@click.option("--tournament", type=click.IntRange(1), metavar="ID", help="Of this one alone.")
@click.option("--matches", type=click.IntRange(0), default=10_000, show_default=True, metavar="N",
              help="The newest N matches, of each --agent; 0 for all.")  # fmt: skip
@click.option("--games", type=click.IntRange(1), default=1, show_default=True, metavar="N",
              help="Matches that tell the value of a move.")  # fmt: skip
@click.option("--template", default="board", show_default=True, metavar="NAME|FILE",
              help="How prompts are put.")  # fmt: skip
@click.option("--most", type=click.IntRange(0), default=0, metavar="N", help="At most N pairs.")
@click.option(
    "--seed", type=click.IntRange(0), default=0, metavar="N", help="Of all that is drawn."
)
@click.option("--to", type=click.Path(path_type=Path), metavar="FILE", help="Else: the screen.")
@click.pass_obj
def preferences(session: Any, /, source: str, to: Path | None, most: int, **given: Any) -> None:
    """Make preference pairs (prompt, chosen, rejected) from the history, or read them from a file.

    At every position of the matches kept, the answers of those who won are put above those of who
    lost to the same prompt; with --values every legal move above every worse one; with --scorer
    the answers that a judge or a reward model finds better. Where a person or a judge decided a
    match, its winner is their choice. A file may have any of the usual shapes.
    """
    from arena import UsageError
    from arena_align.pairs import sampled
    from arena_align.rows import read_pairs, write_rows

    if given["values"] and given["scorer"]:
        raise UsageError("--values and --scorer are two ways to compare; choose one")
    made = read_pairs(source) if source.endswith(".jsonl") else _made(session, source, **given)
    made = sampled(made, most, given["seed"])
    if not made:
        raise UsageError(
            f"there are no pairs in {source}: nobody answered one prompt better than another; "
            "play more matches, or compare all moves by --values minimax"
        )
    if to is None:
        write_rows(made, sys.stdout)
        return
    with to.open("w", encoding="utf-8") as file:
        count = write_rows(made, file)
    click.echo(f"{count:,} pairs for {len({p.prompt for p in made}):,} prompts, in {to}.")
    click.echo(f"Next: arena train reward_model ENVIRONMENT --set pairs={to}")


def _made(
    session: Any, environment: str, values: str | None, scorer: str | None,
    agents: Sequence[str], tournament: int | None, matches: int, games: int, template: str,
    seed: int,
) -> list[Pair]:  # fmt: skip
    """Return the pairs of a history."""
    from arena import MatchQuery, derive, make_agent, make_environment, make_scorer
    from arena_align.continuations import values_of_moves
    from arena_align.decisions import distinct
    from arena_align.pairs import by_outcome, by_scorer, by_value

    workspace = session.workspace
    query = MatchQuery(environment=environment, tournament=tournament, limit=matches)
    asked = _asked(session, query, agents, template)
    if scorer:
        return by_scorer(asked, make_scorer(scorer, workspace))
    if not values:
        return by_outcome(asked)
    asked = distinct(asked)

    def make() -> Any:
        return make_environment(environment, workspace)

    by = make_agent(values, make().spec, workspace)
    return by_value(asked, values_of_moves(make, asked, by, derive(seed, "values"), games))


def _asked(session: Any, query: MatchQuery, agents: Sequence[str], template: str) -> list[Decision]:
    """Return the decisions of the history. Raises `UsageError` if there are none."""
    from arena_llm.prompts import Prompter, read_template

    from arena import UsageError, make_environment
    from arena_align.groups import grouping
    from arena_align.material import Noting, asked_of, remembered

    workspace, environment = session.workspace, str(query.environment)

    def make() -> Any:
        return make_environment(environment, workspace)

    spec, prompter = make().spec, Prompter(read_template(template))
    group = grouping(spec)
    noting = Noting(make, spec, prompter.prompt, prompter.clean, group)
    stored = asked_of(session.store().replays, query, agents)
    found = [told for _, told in remembered(noting, stored, agents)]
    if not found:
        whose = f" of {', '.join(agents)}" if agents else ""
        raise UsageError(
            f"the history has no moves{whose} in {environment}; play first: "
            f"arena tournament {environment}"
        )
    return found
