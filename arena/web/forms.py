"""Forms made of constructors' signatures, and specs made of what was filled in.

A field is called `PART.PARAMETER`, a part being `environment`, `format`, `agent0`, `agent1`, ...
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from arena.lookup import MAX_TURNS
from arena.openings import PARAMETERS as OPENINGS
from arena.plugins import Registry
from arena.records import Ref
from arena.specs import Parameter, canonical, format_value, parse
from arena.web.harmless import asked_for


def fields(part: str, parameters: Sequence[Parameter]) -> list[dict[str, Any]]:
    """Return a field for each parameter: its name, its label, what kind of input it is."""
    return [
        {
            "name": f"{part}.{parameter.name}", "label": parameter.name,
            "kind": _kind(parameter), "required": parameter.required,
            "choices": [format_value(choice) for choice in _choices(parameter)],
            "default": "" if parameter.required else format_value(parameter.default),
        }
        for parameter in parameters
    ]  # fmt: skip


def _choices(parameter: Parameter) -> Sequence[Any]:
    return (True, False) if parameter.type is bool else parameter.choices


def _kind(parameter: Parameter) -> str:
    if _choices(parameter):
        return "choice"
    return "number" if parameter.type is int else "text"


def parameters_of_part(registry: Registry, kind: str, name: str) -> Sequence[Parameter]:
    """Return what can be said of an environment, a format or an agent. Raises `UnknownName`."""
    entry = registry.find(kind, name)
    known = list(entry.parameters())
    if kind == "environments" and all(p.name != MAX_TURNS.name for p in known):
        known.append(MAX_TURNS)
    if kind == "formats":
        known += [p for p in OPENINGS if all(p.name != each.name for each in known)]
    return asked_for(kind, entry, known)


def spec_of(part: str, spec: str, filled: Mapping[str, str]) -> str:
    """Return a spec with what was filled in for its part; a field left empty says nothing."""
    ref = parse(spec)
    given = {
        key.removeprefix(f"{part}."): value
        for key, value in filled.items() if key.startswith(f"{part}.") and value.strip()
    }  # fmt: skip
    whole = canonical(Ref(ref.name, {**ref.parameters, **given}))
    return f"{ref.alias}={whole}" if ref.alias else whole
