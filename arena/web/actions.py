"""What changes something: starting, stopping and resuming tournaments."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import FormData

from arena.config import Definition
from arena.defining import define
from arena.errors import BadConfig, UsageError
from arena.web.forms import spec_of
from arena.web.harmless import check_harmless
from arena.web.queries import TournamentId
from arena.web.site import Here, Site

router = APIRouter()
Spec = Annotated[str, Field(min_length=1, max_length=500)]


class Asked(BaseModel):
    """A tournament to be started: specs as `arena tournament` takes them, none of them a file."""

    model_config = ConfigDict(extra="forbid")

    environment: Spec
    agents: list[Spec] = Field(default=[], max_length=64)
    format: Spec | None = None
    games: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None


@router.post("/api/tournaments", status_code=201)
def start(site: Here, asked: Asked) -> dict[str, Any]:
    """Start a tournament; return its id."""
    return {"tournament": site.runs.start(defined(site, asked))}


@router.post("/api/tournaments/{tournament}/stop")
def stop(site: Here, tournament: TournamentId) -> dict[str, Any]:
    """Interrupt a tournament that was started here; what was played is kept."""
    site.runs.stop(tournament)
    return {"tournament": tournament}


@router.post("/api/tournaments/{tournament}/resume")
def resume(site: Here, tournament: TournamentId) -> dict[str, Any]:
    """Have a tournament that was interrupted go on."""
    site.runs.resume(tournament)
    return {"tournament": tournament}


@router.post("/tournaments", include_in_schema=False)
async def start_by_form(site: Here, request: Request) -> RedirectResponse:
    """Start the tournament that a form describes, and lead to its page."""
    from starlette.concurrency import run_in_threadpool

    asked = read_form(await request.form())
    started = await run_in_threadpool(start, site, asked)
    return RedirectResponse(f"/tournaments/{started['tournament']}", 303)


@router.post("/tournaments/{tournament}/stop", include_in_schema=False)
def stop_by_form(site: Here, tournament: TournamentId) -> RedirectResponse:
    """Interrupt a tournament, and lead back to its page."""
    stop(site, tournament)
    return RedirectResponse(f"/tournaments/{tournament}", 303)


@router.post("/tournaments/{tournament}/resume", include_in_schema=False)
def resume_by_form(site: Here, tournament: TournamentId) -> RedirectResponse:
    """Have a tournament go on, and lead back to its page."""
    resume(site, tournament)
    return RedirectResponse(f"/tournaments/{tournament}", 303)


def read_form(form: FormData) -> Asked:
    """Return what a form asks for. Raises `UsageError` for what cannot be read."""
    filled = {key: value for key, value in form.items() if isinstance(value, str)}
    agents = [a for a in form.getlist("agent") if isinstance(a, str) and a.strip()]
    if not filled.get("environment", "").strip():
        raise UsageError("name a game")
    chosen = filled.get("format", "").strip()
    try:
        return Asked(
            environment=spec_of("environment", filled["environment"], filled),
            agents=[spec_of(f"agent{i}", spec, filled) for i, spec in enumerate(agents)],
            format=spec_of("format", chosen, filled) if chosen else None,
            seed=int(filled["seed"]) if filled.get("seed", "").strip() else None,
        )
    except ValueError as error:
        raise BadConfig(" ".join(str(error).split())) from error


def defined(site: Site, asked: Asked) -> Definition:
    """Return the definition asked for. Raises `UsageError`s."""
    workspace, game = site.workspace, asked.environment
    check_harmless(workspace, "environments", game)
    for agent in asked.agents:
        check_harmless(workspace, "agents", agent, people=False)
    if asked.format is not None:
        check_harmless(workspace, "formats", asked.format)
    return define(
        site.registry, asked.environment, asked.agents, asked.format, asked.games, asked.seed
    )
