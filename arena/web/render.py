"""From what a page shows to HTML: templates, in which everything is escaped."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from arena.web import charts

FOLDER = Path(__file__).parent / "templates"


def make_templates() -> Environment:
    """Return the templates' environment. Their names are ours, never a reader's."""
    templates = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    templates.filters |= {
        "number": number, "count": count, "when": when, "lasted": lasted, "percent": percent,
        "match_name": match_name, "words": words, "points": points,
    }  # fmt: skip
    templates.globals |= {
        "link": link, "agent_link": agent_link, "charts": charts, "Markup": Markup,
    }  # fmt: skip
    return templates


def number(value: Any) -> str:
    """Return a value as a table shows it."""
    if value is None:
        return "-"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e9):
        return f"{value:,.0f}"
    return f"{value:.4g}" if math.isfinite(value) else "-"


def count(value: int) -> str:
    """Return a count with commas."""
    return f"{value:,}"


def points(value: float | None) -> str:
    """Return a rating in whole points, one of a small scale with its digits."""
    if value is None:
        return "-"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def percent(value: float | None) -> str:
    """Return a share in percent."""
    return "-" if value is None else f"{100 * value:.1f} %"


def when(seconds: float | None) -> Markup:
    """Return a moment as a `time` element, UTC."""
    if seconds is None:
        return Markup("-")
    moment = datetime.fromtimestamp(seconds, UTC)
    return Markup('<time datetime="{}">{}</time>').format(
        moment.isoformat(timespec="seconds"), moment.strftime("%Y-%m-%d %H:%M")
    )


def lasted(seconds: float | None) -> str:
    """Return a duration as a person reads it."""
    if seconds is None:
        return "-"
    if seconds < 90:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def match_name(match: int) -> str:
    """Return a match's id as it is written: 3/17."""
    from arena.history import MATCHES_EACH

    return f"{match // MATCHES_EACH}/{match % MATCHES_EACH}"


def words(value: Any) -> Markup:
    """Return anything as inline text; a mapping as its pairs."""
    if isinstance(value, Mapping):
        pairs = (escape(f"{key} {number(each)}") for key, each in value.items())
        return Markup(", ").join(pairs)
    if isinstance(value, list | tuple):
        return Markup(", ").join(words(each) for each in value)
    return escape(number(value))


def link(path: str, **query: Any) -> str:
    """Return an address on this site; what is None or "" is left out."""
    given = {key: value for key, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(given)}" if given else path


def agent_link(name: str) -> str:
    """Return the address of an agent's page."""
    return f"/agents/{quote(name, safe='')}"
