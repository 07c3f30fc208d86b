"""The form that starts a tournament, made of what the game, the format and the agents take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field

from arena.catalogue import checkpoint_rows, environment_rows
from arena.specs import parse
from arena.web.forms import fields, parameters_of_part
from arena.web.harmless import check_harmless
from arena.web.queries import Text
from arena.web.site import Here, Site

Agents = Annotated[Sequence[Annotated[str, Field(max_length=500)]], Query(max_length=64)]
MORE = 4
"""How many fields for agents there are at least."""


def starting(
    site: Here, environment: Text = None, format: Text = None, agent: Agents = ()
) -> dict[str, Any]:
    """Return what can be chosen, and a field for each parameter of what was chosen."""
    agents = [spec for spec in agent if spec.strip()]
    parts = [("environment", "environments", environment), ("format", "formats", format)]
    parts += [(f"agent{i}", "agents", spec) for i, spec in enumerate(agents)]
    return {
        "environment": environment, "format": format, "chosen": agents,
        "slots": max(MORE, len(agents) + 1),
        "games": names_of_games(site),
        "formats": sorted(site.registry.table("formats")),
        "agents": names_of_agents(site),
        "parts_chosen": [
            {"title": spec, "fields": _fields(site, part, kind, spec)}
            for part, kind, spec in parts if spec is not None
        ],
    }  # fmt: skip


def names_of_games(site: Site) -> list[str]:
    """Return every game that can be listed, by its short name."""

    def list_() -> list[str]:
        rows = environment_rows(site.registry)
        return [row["alias"] or row["name"] for row in rows if not row["unsuitable"]]

    return site.memo.get("games", None, list_)


def names_of_agents(site: Site) -> list[str]:
    """Return every agent that can be named: registered, or trained."""
    trained = [row["name"] for row in checkpoint_rows(site.workspace.home)]
    return [*site.registry.table("agents"), *trained]


def _fields(site: Site, part: str, kind: str, spec: str) -> list[dict[str, Any]]:
    """Return the fields of a part; of a checkpoint none, for training has settled them."""
    check_harmless(site.workspace, kind, spec)
    ref = parse(spec)
    if kind == "agents" and ref.name not in site.registry.table("agents"):
        return []
    given = ref.parameters
    known = parameters_of_part(site.registry, kind, ref.name)
    return fields(part, [parameter for parameter in known if parameter.name not in given])
