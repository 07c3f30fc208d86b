"""How what follows `?` is read: a field of a form that was left empty is one that was not given."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BeforeValidator, Field

from arena.history import parse_match

MOST_ID = 999_999_999_999_999_999


def _given(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _read_match(value: Any) -> Any:
    return parse_match(value) if isinstance(value, str) and value.strip() else _given(value)


_Empty = BeforeValidator(_given)
Text = Annotated[Annotated[str, Field(max_length=500)] | None, _Empty, Query()]
Number = Annotated[Annotated[int, Field(ge=0, le=MOST_ID)] | None, _Empty, Query()]
Flag = Annotated[bool | None, _Empty, Query()]
Day = Annotated[date | None, _Empty, Query()]
MatchId = Annotated[int | None, BeforeValidator(_read_match), Query()]
TournamentId = Annotated[int, Path(ge=0, le=999_999_999)]


def begin_of(day: date | None) -> float | None:
    """Return when a day begins (UTC), in seconds since the epoch."""
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()


def end_of(day: date | None) -> float | None:
    """Return when the day after begins (UTC), in seconds since the epoch."""
    begin = begin_of(day)
    return None if begin is None else begin + timedelta(days=1).total_seconds()
