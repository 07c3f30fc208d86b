"""Forms made of constructors' signatures, and specs made of what was filled in.

A field is called `PART.PARAMETER`, a part being `environment`, `format`, `agent0`, `agent1`, ...
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from arena.errors import BadParameter, UsageError
from arena.lookup import MAX_TURNS
from arena.openings import PARAMETERS as OPENINGS
from arena.plugins import Registry
from arena.records import Ref
from arena.specs import Parameter, canonical, format_value, parse

_PATH = re.compile(r"[\\/~]|\.\.|\.[A-Za-z][A-Za-z0-9]*$")
FILES = {"openings"}
"""Parameters of every format that may name a file."""


def fields(part: str, parameters: Sequence[Parameter]) -> list[dict[str, Any]]:
    """Return a field for each parameter: its name, its label, what kind of input it is."""
    return [
        {
            "name": f"{part}.{parameter.name}", "label": parameter.name,
            "kind": _kind(parameter), "required": parameter.required,
            "choices": [format_value(choice) for choice in _choices(parameter)],
            "default": "" if parameter.required else format_value(parameter.default),
        }
        for parameter in parameters if parameter.name not in FILES
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
    barred = set(getattr(entry.load(), "files", ())) if kind == "agents" else set()
    return [parameter for parameter in known if parameter.name not in barred]


def spec_of(part: str, spec: str, filled: Mapping[str, str]) -> str:
    """Return a spec with what was filled in for its part; a field left empty says nothing."""
    ref = parse(spec)
    given = {
        key.removeprefix(f"{part}."): value
        for key, value in filled.items() if key.startswith(f"{part}.") and value.strip()
    }  # fmt: skip
    whole = canonical(Ref(ref.name, {**ref.parameters, **given}))
    return f"{ref.alias}={whole}" if ref.alias else whole


def check_harmless(registry: Registry, kind: str, spec: str) -> None:
    """Raise `UsageError` for a spec that names a file: nothing asked for here may reach one."""
    ref = parse(spec)
    if kind == "agents" and (".py" in ref.name or "/" in ref.name or "\\" in ref.name):
        raise UsageError(f"agent {ref.name!r} is a file: files are for the command line")
    if kind == "agents" and ref.name in registry.table("agents"):
        barred = set(getattr(registry.find("agents", ref.name).load(), "files", ()))
    else:
        barred = FILES
    for key, value in ref.parameters.items():
        if (key in barred and kind == "agents") or _PATH.search(str(value)):
            raise BadParameter(f"{key}={value!r} may be a file: files are for the command line")
