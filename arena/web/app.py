"""The application: every view as a page and as JSON, behind the guard."""

from __future__ import annotations

import mimetypes
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from jinja2 import Environment
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from arena.errors import ArenaError, StoreError, UnknownName, UsageError
from arena.reports import finite
from arena.web import actions, events, play_actions
from arena.web.render import make_templates
from arena.web.safety import Guard
from arena.web.site import Options, Site
from arena.web.views import (
    agents,
    compare,
    home,
    judging,
    leaderboard,
    matches,
    playing,
    plugged,
    starting,
    tournaments,
    training,
)
from arena.web.votes import AlreadyVoted
from arena.workspace import Workspace

STATIC = Path(__file__).parent / "static"
Data = Callable[..., Mapping[str, Any]]


class View(NamedTuple):
    """A page: where it is, the template that shows it, and what it shows."""

    path: str
    template: str
    data: Data


VIEWS = (
    View("/", "home.html", home.home),
    View("/leaderboard", "leaderboard.html", leaderboard.leaderboard),
    View("/tournaments", "tournaments.html", tournaments.tournaments),
    View("/tournaments/new", "starting.html", starting.starting),
    View("/tournaments/{tournament}", "tournament.html", tournaments.tournament),
    View("/matches", "matches.html", matches.matches),
    View("/matches/{match}", "match.html", matches.match),
    View("/agents", "agents.html", agents.agents),
    View("/agents/{name:path}", "agent.html", agents.agent),
    View("/compare", "compare.html", compare.compare),
    View("/play", "play.html", playing.play),
    View("/play/{game}", "game.html", playing.game),
    View("/judge", "judge.html", judging.judge),
    View("/training", "training.html", training.training),
    View("/training/{name}", "run.html", training.run),
    View("/plugins/{name}", "plugin.html", plugged.plugged),
)


def make_app(workspace: Workspace, options: Options | None = None) -> ASGIApp:
    """Return the pages of a workspace as an ASGI application."""
    options = options or Options()
    app = FastAPI(
        title="Arena", version=metadata.version("arena-games"), docs_url=None, redoc_url=None,
        description="What the pages show, as JSON.", lifespan=_lifespan,
    )  # fmt: skip
    app.state.site = Site(workspace, options)
    app.state.templates = make_templates()
    _hold_errors(app)
    _add_static(app)
    app.include_router(events.router)
    app.include_router(actions.router)
    app.include_router(play_actions.router)
    app.include_router(judging.router)
    app.get("/matches/{match}/pgn", include_in_schema=False)(matches.match_pgn)
    frames = "/matches/{match}/frames/{step}.png"
    app.get(frames, include_in_schema=False, response_class=Response)(matches.match_frame)
    for view in VIEWS:
        add_view(app, view)
    return Guard(app, options)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    await run_in_threadpool(app.state.site.close)


def add_view(app: FastAPI, view: View) -> None:
    """Serve a view as a page, and as JSON below `/api`."""
    told = Annotated[Any, Depends(view.data)]

    def page(request: Request, told: Any) -> HTMLResponse:
        return show(request, view.template, told)

    def api(told: Any) -> JSONResponse:
        return JSONResponse(_plain(told))

    # FastAPI reads what a function takes; the view's own function says what may be asked.
    page.__annotations__ = {"request": Request, "told": told, "return": HTMLResponse}
    api.__annotations__ = {"told": told, "return": JSONResponse}
    name = view.template.removesuffix(".html")
    below = "/api" + (view.path if view.path != "/" else "/home")
    app.get(view.path, response_class=HTMLResponse, include_in_schema=False, name=name)(page)
    app.get(below, name=f"{name}_json", summary=_summary(view.data), response_model=None)(api)


def show(
    request: Request, template: str, told: Mapping[str, Any], status: int = 200
) -> HTMLResponse:
    """Return a template as a page."""
    templates: Environment = request.app.state.templates
    site: Site = request.app.state.site
    frame = {
        "path": request.url.path, "read_only": site.options.read_only,
        "plugin_pages": [(n, p.title or n) for n, p in plugged.pages(site.registry)],
    }  # fmt: skip
    if template == "plugin.html":
        text = plugged.page_of(site.registry, told["page"]["name"]).template
        made = templates.from_string(text) if text else templates.get_template(template)
    else:
        made = templates.get_template(template)
    headers = {"refresh": f"1; url={_address(request)}"} if told.get("counting") else {}
    return HTMLResponse(made.render({**told, "frame": frame, "told": told}), status, headers)


def _address(request: Request) -> str:
    """Return what was asked for, for a page that is to be asked for again without any script.

    It must be named: a browser does not load a page anew whose address ends in `#step-3`.
    """
    query = request.url.query
    return quote(request.url.path, safe="/") + (f"?{query}" if query else "")


def _plain(told: Any) -> Any:
    from fastapi.encoders import jsonable_encoder

    return jsonable_encoder(finite(told))


def _summary(data: Data) -> str:
    return (data.__doc__ or "").strip().partition("\n")[0]


def _hold_errors(app: FastAPI) -> None:
    """Answer errors in one line: as JSON below /api, else as a page."""

    def answer(request: Request, status: int, why: str) -> Response:
        if request.url.path.startswith("/api/"):
            return JSONResponse({"error": why}, status)
        return show(request, "error.html", {"status": status, "why": why}, status)

    def ours(request: Request, error: Exception) -> Response:
        return answer(request, _status(error), " ".join(str(error).split()))

    def wrong(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        told = "; ".join(f"{e['loc'][-1]}: {e['msg']}" for e in error.errors())
        return answer(request, 422, told)

    def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return answer(request, error.status_code, str(error.detail))

    app.add_exception_handler(ArenaError, ours)
    app.add_exception_handler(RequestValidationError, wrong)
    app.add_exception_handler(HTTPException, http)


def _status(error: Exception) -> int:
    if isinstance(error, UnknownName | StoreError):
        return 404
    if isinstance(error, AlreadyVoted):
        return 409
    return 400 if isinstance(error, UsageError) else 503


def _add_static(app: FastAPI) -> None:
    """Serve our scripts and styles, read once: no request names a file."""
    files = {file.name: file.read_bytes() for file in STATIC.iterdir() if file.is_file()}

    def static(name: str) -> Response:
        if name not in files:
            raise HTTPException(404, f"no file {name!r}")
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Response(files[name], media_type=kind, headers={"cache-control": "no-cache"})

    app.get("/static/{name}", include_in_schema=False)(static)
