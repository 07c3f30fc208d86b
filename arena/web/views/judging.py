"""Judging: two answers to one prompt side by side, blind."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from arena.web.queries import MOST_ID, Number
from arena.web.site import Here
from arena.web.votes import Choice

router = APIRouter()
Seat = Annotated[int, Field(ge=0, le=1000)]


class Vote(BaseModel):
    """A vote on the answers of two seats of a match."""

    model_config = ConfigDict(extra="forbid")

    match: Annotated[int, Field(ge=0, le=MOST_ID)]
    left: Seat
    right: Seat
    choice: Choice


def judge(site: Here, voted: Number = None) -> dict[str, Any]:
    """Return two answers to vote on, without names; who gave those of the last vote; ratings."""
    cast = site.votes.cast()
    last = None
    if voted is not None:
        of_match = (v for v in reversed(cast.votes) if v.get("match") == voted and "entrants" in v)
        last = next(of_match, None)
    return {"pair": site.votes.pair(), "last": last, **site.votes.ratings(),
            "unread": cast.unread, "file": site.votes.file.name}  # fmt: skip


@router.post("/api/votes", status_code=201)
def vote(site: Here, vote: Vote) -> dict[str, Any]:
    """Vote; return the vote as it is kept. A second one on the same answers is a conflict."""
    return site.votes.vote(vote.match, vote.left, vote.right, vote.choice)


@router.post("/judge", include_in_schema=False)
def vote_by_form(
    site: Here,
    match: Annotated[int, Form(ge=0, le=MOST_ID)],
    left: Annotated[Seat, Form()],
    right: Annotated[Seat, Form()],
    choice: Annotated[Choice, Form()],
) -> RedirectResponse:
    """Vote, and lead to the next two."""
    site.votes.vote(match, left, right, choice)
    return RedirectResponse(f"/judge?voted={match}", 303)
