"""Matches: a page of those that a filter means, and one move by move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Path
from fastapi.responses import PlainTextResponse, Response

from arena.errors import ArenaError, UsageError
from arena.history import MatchQuery, StoredMatch, plain
from arena.replay import Step, is_pictured, replay
from arena.reports import check_replayable, finite
from arena.specs import canonical
from arena.web.boards import Board, board_svg, read_board
from arena.web.cards import cards_svg
from arena.web.memo import Pending
from arena.web.pgn import is_chess, pgn
from arena.web.queries import Day, Flag, MatchId, Number, Text, begin_of, end_of
from arena.web.site import Here, Site

PAGE = 50
LIKELIEST = 8
"""How many moves of a policy are told of."""
SPOKEN = frozenset({"thought", "reply", "prompt"})
"""What agents of language hand back."""
LONGEST = 2_000
"""How many steps of a match are told at most."""


def matches(
    site: Here,
    environment: Text = None,
    agent: Text = None,
    opponent: Text = None,
    result: Text = None,
    seat: Number = None,
    ending: Text = None,
    faults: Flag = None,
    tournament: Number = None,
    since: Day = None,
    until: Day = None,
    shortest: Number = None,
    longest: Number = None,
    before: MatchId = None,
    after: MatchId = None,
) -> dict[str, Any]:
    """Return a page of matches, newest first, that goes by keys: older than `before`, or newer
    than `after`."""
    asked = {
        "environment": environment, "agent": agent, "opponent": opponent, "result": result,
        "seat": seat, "ending": ending, "faults": faults, "tournament": tournament,
        "shortest": shortest, "longest": longest,
    }  # fmt: skip
    wanted: dict[str, Any] = {**asked, "since": begin_of(since), "until": end_of(until)}
    query = MatchQuery(**wanted, before=before, after=after, limit=PAGE + 1)
    found = list(site.store.matches(query))
    more = len(found) > PAGE
    page = found[:PAGE] if after is not None else found[-PAGE:]
    rows = [row.as_json() for row in reversed(page)]
    newer = more if after is not None else before is not None
    older = more if after is None else True
    return {
        "asked": {**asked, "since": since, "until": until},
        "games": sorted({each.record.game.short for each in site.tournaments()}),
        "matches": rows,
        "newer": rows[0]["match"] if rows and newer else None,
        "older": rows[-1]["match"] if rows and older else None,
    }


def match(site: Here, match: int) -> dict[str, Any]:
    """Return a match with all its steps: who did what, and the position after it."""
    stored = site.store.match(match)
    told = stored.row.as_json()
    told["faults"] = [fault._asdict() for fault in stored.episode.faults]
    told["kind"] = site.tournament(stored.tournament).record.kind
    steps, why = steps_of(site, stored)
    chess = is_chess(told["environment"]) and len(steps) > 1
    return {
        **told, "steps": steps, "why": why, "language": _language(stored), "pgn": chess,
        **_pictured(site, stored, steps),
    }  # fmt: skip


def match_frame(site: Here, match: int, step: Annotated[int, Path(ge=0, le=LONGEST)]) -> Response:
    """Return a picture of a match after so many steps, as PNG."""
    stored = site.store.match(match)
    check_replayable(stored)
    picture = site.frames.png(stored, step)
    return Response(picture, media_type="image/png", headers={"cache-control": "max-age=60"})


def _pictured(site: Site, stored: StoredMatch, steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Return which steps there are pictures of, or why there are none; and add them to the steps.

    Whether a game can be drawn here is tried once, which may take seconds.
    """
    told: dict[str, Any] = {"pictures": None, "no_pictures": None, "counting": False}
    if not steps or not is_pictured(site.registry, stored):
        return told
    game = canonical(stored.game.ref)
    try:
        size = site.remembered(("pictures", game), None, lambda: site.frames.size(stored))
    except Pending:
        return told | {"counting": True}
    if isinstance(size, str):
        return told | {"no_pictures": size}
    for place, step in enumerate(steps):
        step["picture"] = f"/matches/{stored.id}/frames/{place}.png"
    return told | {"pictures": {"width": size[0], "height": size[1]}}


def match_pgn(site: Here, match: int) -> PlainTextResponse:
    """Return a game of chess in Portable Game Notation."""
    stored = site.store.match(match)
    if not is_chess(stored.game.short):
        raise UsageError(f"match {match} is of {stored.game.short}, and PGN is for chess")
    steps, why = steps_of(site, stored)
    moves = [move for step in steps for move in step["moves"] if move[0] >= 0]
    if why is not None or not moves:
        raise UsageError(f"match {match} cannot be written as PGN: {why or 'it has no moves'}")
    text = pgn(stored.row, [label for _, label in moves], moves[0][0])
    kind = "application/vnd.chess-pgn"
    given = {"content-disposition": f'attachment; filename="match-{match}.pgn"'}
    return PlainTextResponse(text, media_type=kind, headers=given)


def steps_of(site: Site, stored: StoredMatch) -> tuple[list[dict[str, Any]], str | None]:
    """Return the steps of a match, and why there are no more if it cannot be replayed."""
    steps: list[dict[str, Any]] = []
    before: Board | None = None
    try:
        check_replayable(stored)
        with site.replaying:
            for step in replay(site.registry, stored, choices=bool(stored.episode.columns)):
                board = read_board(step.drawing)
                cards = cards_svg(stored.game.short, step.drawing)
                drawn = {"cards": None if cards is None else str(cards)}
                steps.append(_told(step, board, before) | drawn)
                before = board
                if len(steps) > LONGEST:
                    return steps, f"only the first {LONGEST:,} steps are shown"
    except ArenaError as error:
        return steps, str(error)
    return steps, None


def _told(step: Step, board: Board | None, before: Board | None) -> dict[str, Any]:
    svg = None if board is None else str(board_svg(board, board.changed(before)))
    columns = [finite(plain(dict(beside))) for beside in step.columns]
    policy = policy_of(columns[0].get("policy"), step.choices) if columns else None
    return {
        "turn": step.turn, "moves": [[seat, label] for seat, label in step.labels],
        "columns": columns, "policy": policy, "drawing": step.drawing, "board": svg,
        "picture": None,
    }  # fmt: skip


def policy_of(policy: Any, choices: Mapping[int, str]) -> list[tuple[str, float]] | None:
    """Return the likeliest moves by label with their odds; None where there is no policy.

    `policy` holds a number for each action of the space, or for each legal move in order.
    """
    if not isinstance(policy, list) or not all(isinstance(odds, int | float) for odds in policy):
        return None
    if len(policy) == len(choices):
        odds = list(zip(choices.values(), policy))
    else:
        odds = [(label, policy[a]) for a, label in choices.items() if 0 <= a < len(policy)]
    return sorted(odds, key=lambda each: -each[1])[:LIKELIEST] or None


def _language(stored: StoredMatch) -> bool:
    """Whether what was said is worth reading side by side: words, not the numbers of a motor."""
    told = SPOKEN & (stored.episode.columns or {}).keys()
    return bool(told) or any(isinstance(action, str) for _, action in stored.episode.moves)
