"""A page that a plugin adds to the web pages."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from arena.workspace import Workspace


class Page(ABC):
    """A page at `/plugins/NAME`; what it shows is at `/api/plugins/NAME` as JSON.

    title      its heading, and its name in the menu
    template   the text of a Jinja template that has what `data` returns as its variables, and may
               begin with `{% extends "page.html" %}{% block main %}`; all that it shows is escaped.
               None: tables are made of lists of objects, lines of everything else
    """

    title: str = ""
    template: str | None = None

    @abstractmethod
    def data(self, workspace: Workspace, query: Mapping[str, str]) -> Mapping[str, Any]:
        """Return what the page shows, in the terms of JSON; `query` is what follows `?`.

        Threads of a server call it at the same time. Raises `UsageError`s for what it is wrongly
        asked.
        """
