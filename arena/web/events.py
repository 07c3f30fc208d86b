"""What moves: server-sent events of a tournament, for as long as it runs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from arena.reports import finite
from arena.web import standings
from arena.web.queries import TournamentId
from arena.web.site import Here, Site
from arena.web.standings import Chosen

EVERY = 1.0
"""Seconds between two looks at the history."""
router = APIRouter()


@router.get("/api/tournaments/{tournament}/events", response_class=StreamingResponse)
def events(site: Here, tournament: TournamentId) -> StreamingResponse:
    """Follow a tournament: an event with its standings whenever they change, until it stops."""
    site.tournament(tournament)  # an unknown one is an error before anything is sent
    kind = {"cache-control": "no-store"}
    return StreamingResponse(
        _follow(site, tournament), media_type="text/event-stream", headers=kind
    )


async def _follow(site: Site, tournament: int) -> AsyncIterator[str]:
    before = None
    while True:
        told = await run_in_threadpool(moving, site, tournament)
        if told != before:
            yield f"data: {json.dumps(told)}\n\n"
            before = told
        if told["state"] != "running":
            return
        await asyncio.sleep(EVERY)


def moving(site: Site, tournament: int) -> dict[str, Any]:
    """Return what of a tournament moves: state, matches, standings."""
    found = site.tournament(tournament)
    counted = standings.tables(site, Chosen(found.record.game, found.id))
    return {
        "state": found.state,
        "matches": found.matches,
        "alone": counted["cross"] is None,
        "standings": finite(counted["standings"]),
    }
