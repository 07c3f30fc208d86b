"""Pages of plugins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import Request

from arena.errors import PluginError
from arena.page import Page
from arena.plugins import Registry
from arena.records import Ref
from arena.reports import finite
from arena.web.site import Here


def pages(registry: Registry) -> Iterator[tuple[str, Page]]:
    """Yield the pages that plugins bring, by name."""
    for name in registry.table("pages"):
        yield name, page_of(registry, name)


def page_of(registry: Registry, name: str) -> Page:
    """Make one. Raises `UnknownName`, and `PluginError` for what is no page."""
    page = registry.make("pages", Ref(name))
    if not isinstance(page, Page):
        raise PluginError(f"page {name!r} is a {type(page).__name__}, not an arena.Page")
    return page


def plugged(site: Here, request: Request, name: str) -> dict[str, Any]:
    """Return what a plugin's page shows."""
    page = page_of(site.registry, name)
    shown = page.data(site.workspace, dict(request.query_params))
    return {**finite(dict(shown)), "page": {"name": name, "title": page.title or name}}
