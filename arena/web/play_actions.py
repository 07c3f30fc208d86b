"""What a person does in a game: begin it, move, take back, give up."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from arena.web.actions import Spec
from arena.web.harmless import check_harmless
from arena.web.site import Here, Site
from arena.web.sittings import Sitting
from arena.web.views.playing import told

router = APIRouter()
Answer = Annotated[str, Field(max_length=20_000)]


class Game(BaseModel):
    """A game to be played by a person, who holds `seat` (counted in sides, from 0)."""

    model_config = ConfigDict(extra="forbid")

    environment: Spec
    against: list[Spec] = Field(default=[], max_length=16)
    seat: Annotated[int, Field(ge=0, le=100)] = 0
    rated: bool = False
    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None


class Move(BaseModel):
    """A move: number or name of a legal one, else an element of the space, as JSON or text."""

    model_config = ConfigDict(extra="forbid")

    action: Answer


@router.post("/api/play", status_code=201)
def begin(site: Here, game: Game) -> dict[str, Any]:
    """Begin a game; return it when the person is asked for the first time."""
    return _waited(_begun(site, game))


@router.post("/api/play/{game}/move")
def move(site: Here, game: str, move: Move) -> dict[str, Any]:
    """Make a move; return the game when the person is asked again, or it is over."""
    sitting = site.sittings.get(game)
    sitting.tell(move.action)
    return _waited(sitting)


@router.post("/api/play/{game}/undo")
def undo(site: Here, game: str) -> dict[str, Any]:
    """Take the last move back, where nothing is hidden and there is no luck."""
    sitting = site.sittings.get(game)
    sitting.undo()
    return _waited(sitting)


@router.post("/api/play/{game}/resign")
def resign(site: Here, game: str) -> dict[str, Any]:
    """Give a game up."""
    sitting = site.sittings.get(game)
    sitting.resign()
    return _waited(sitting)


@router.post("/play", include_in_schema=False)
def begin_by_form(
    site: Here,
    environment: Annotated[Spec, Form()],
    against: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies it
    seat: Annotated[int, Form(ge=0, le=100)] = 0,
    rated: Annotated[bool, Form()] = False,
) -> RedirectResponse:
    """Begin the game that a form describes."""
    others = [spec.strip() for spec in against if spec.strip()]
    asked = Game(environment=environment.strip(), against=others, seat=seat, rated=rated)
    return RedirectResponse(f"/play/{_begun(site, asked).id}", 303)


@router.post("/play/{game}/move", include_in_schema=False)
def move_by_form(site: Here, game: str, action: Annotated[Answer, Form()]) -> RedirectResponse:
    """Make a move."""
    move(site, game, Move(action=action))
    return RedirectResponse(f"/play/{game}#board", 303)


@router.post("/play/{game}/undo", include_in_schema=False)
def undo_by_form(site: Here, game: str) -> RedirectResponse:
    """Take the last move back."""
    undo(site, game)
    return RedirectResponse(f"/play/{game}#board", 303)


@router.post("/play/{game}/resign", include_in_schema=False)
def resign_by_form(site: Here, game: str) -> RedirectResponse:
    """Give a game up."""
    resign(site, game)
    return RedirectResponse(f"/play/{game}#board", 303)


def _begun(site: Site, game: Game) -> Sitting:
    check_harmless(site.workspace, "environments", game.environment)
    for agent in game.against:
        check_harmless(site.workspace, "agents", agent)
    return site.sittings.begin(game.environment, game.against, game.seat, game.rated, game.seed)


def _waited(sitting: Sitting) -> dict[str, Any]:
    sitting.wait()
    return told(sitting)
