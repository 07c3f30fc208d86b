"""The grammar of `name:key=value,key=value`, and parameters read from constructors.

Split at the first `:`, then at commas outside double quotes; the first `=` of a pair separates; an
`=` before the first `:` ends an alias. Values are read by the parameter's type: true and false in
any case, a list's items separated by `;`, a value with commas of its own in double quotes.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from arena.errors import BadParameter, BadSpec, near_misses
from arena.records import Ref

_NEEDS_QUOTES = re.compile(r'[,"]')
Type = type[Any]
REQUIRED: Any = inspect.Parameter.empty


class Parameter(NamedTuple):
    """A parameter of a factory: `type` is int, float, bool, str, list or None (any).

    `items` is the type of a list's items, `choices` are the values of a literal type.
    """

    name: str
    type: Type | None
    default: Any = REQUIRED
    items: Type | None = None
    choices: tuple[Any, ...] = ()

    @property
    def required(self) -> bool:
        """Whether it has no default."""
        return self.default is REQUIRED

    def __str__(self) -> str:
        kind = self.type.__name__ if self.type else "value"
        if self.choices:
            kind = "|".join(map(format_value, self.choices))
        if self.required:
            return f"{self.name}: {kind}"
        default = format_value(self.default)
        return f"{self.name}: {kind} = {default}" if default else f"{self.name}: {kind} (optional)"


def parse(text: str) -> Ref:
    """Return the Ref that a spec spells, its values still text. Raises `BadSpec`."""
    head, colon, tail = text.strip().partition(":")
    if head.endswith(".py"):  # file.py:Class:key=value
        attribute, colon, tail = tail.partition(":")
        head = f"{head}:{attribute}"
    alias, equals, name = head.partition("=") if "=" in head else ("", "", head)
    if not name or (equals and not alias):
        raise BadSpec(f"{text!r} has no name; write name:key=value,key=value or alias=name:...")
    pairs = [_pair(text, part) for part in _split(text, tail)] if colon and tail else []
    parameters = dict(pairs)
    if len(parameters) < len(pairs):
        raise BadSpec(f"{text!r} sets a parameter twice")
    return Ref(name.strip(), parameters, alias.strip() or None)


def _split(text: str, tail: str) -> Iterable[str]:
    """Split at commas outside double quotes."""
    parts, quoted, current = [], False, ""
    for character in tail:
        quoted ^= character == '"'
        if character == "," and not quoted:
            parts.append(current)
            current = ""
        else:
            current += character
    if quoted:
        raise BadSpec(f"{text!r} has a double quote that is not closed")
    return [*parts, current]


def _pair(text: str, part: str) -> tuple[str, str]:
    key, equals, value = part.partition("=")
    if not equals or not key.strip():
        raise BadSpec(f"{text!r}: {part!r} is not key=value")
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = value[1:-1]
    return key.strip(), value


def format_value(value: Any) -> str:
    """Return a parameter's value in the grammar."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        text = ";".join(format_value(item) for item in value)
    else:
        text = "" if value is None else str(value)
    return f'"{text}"' if _NEEDS_QUOTES.search(text) else text


def canonical(ref: Ref) -> str:
    """Return the spec in canonical form: the parameters given, sorted, no alias."""
    pairs = ",".join(f"{k}={format_value(v)}" for k, v in sorted(ref.parameters.items()))
    return f"{ref.name}:{pairs}" if pairs else ref.name


def display(ref: Ref) -> str:
    """Return the name it goes by: its alias, else its canonical spec."""
    return ref.alias or canonical(ref)


def parameters_of(factory: Callable[..., Any]) -> tuple[Parameter, ...]:
    """Read the parameters of a constructor or function from its signature."""
    target = factory.__init__ if inspect.isclass(factory) else factory
    if target is object.__init__:
        return ()
    fields: tuple[dataclasses.Field[Any], ...] = ()
    if inspect.isclass(factory) and dataclasses.is_dataclass(factory):
        # Its fields may have been written in several modules, each with names of its own.
        fields, target = dataclasses.fields(factory), factory
    try:
        hints = typing.get_type_hints(target)
    except Exception:  # a hint that cannot be resolved must not hide the parameters
        hints = {}
    made = {f.name: f.default_factory() for f in fields if callable(f.default_factory)}
    found = []
    for parameter in inspect.signature(factory).parameters.values():
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            continue
        default = made.get(parameter.name, parameter.default)
        found.append(parameter_from(parameter.name, hints.get(parameter.name), default))
    return tuple(found)


def parameter_from(name: str, hint: Any, default: Any = REQUIRED) -> Parameter:
    """Return the parameter that an annotation (else the default's type) describes."""
    if hint is None and default not in (REQUIRED, None):
        hint = type(default)
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        hint = next((a for a in typing.get_args(hint) if a is not type(None)), None)
    origin = typing.get_origin(hint) or hint
    choices: tuple[Any, ...] = ()
    if origin is typing.Literal:
        choices = typing.get_args(hint)
        origin = type(choices[0])
    if origin in (list, tuple, Sequence):
        items = [a for a in typing.get_args(hint) if a is not Ellipsis]
        return Parameter(name, list, default, items[0] if items else None)
    kind = origin if origin in (int, float, bool, str) else (str if origin is Path else None)
    return Parameter(name, kind, default, choices=choices)


def bind(what: str, parameters: Sequence[Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given parameters with values of the right types.

    Raises `BadParameter`, naming `what` and its parameters, for a wrong name or type or a missing
    one.
    """
    known = {parameter.name: parameter for parameter in parameters}
    for name in given:
        if name not in known:
            close = near_misses(name, known)
            meant = f"; did you mean {close[0]!r}?" if close else ""
            raise BadParameter(f"{what} has no parameter {name!r}{meant} ({_listing(parameters)})")
    missing = [p.name for p in parameters if p.required and p.name not in given]
    if missing:
        raise BadParameter(f"{what} needs {', '.join(missing)} ({_listing(parameters)})")
    return {name: _value(what, known[name], value) for name, value in given.items()}


def _listing(parameters: Sequence[Parameter]) -> str:
    return "it takes " + ", ".join(map(str, parameters)) if parameters else "it takes none"


def _value(what: str, parameter: Parameter, value: Any) -> Any:
    try:
        return read_value(parameter.type, value, parameter.items, parameter.default)
    except (TypeError, ValueError):
        kind = parameter.type.__name__ if parameter.type else "value"
        raise BadParameter(f"{what}: {parameter.name}={value!r} is not {_a(kind)}") from None


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def read_value(kind: type | None, value: Any, items: type | None = None, default: Any = "") -> Any:
    """Return `value`, from text or from TOML, as `kind`. Raises ValueError or TypeError."""
    if value is None or (value == "" and default is None):
        return None
    if kind is bool:
        if isinstance(value, bool):
            return value
        return _truth(value)
    if kind is list:
        parts = value.split(";") if isinstance(value, str) else list(value)
        return [read_value(items, part) for part in parts if part != ""]
    if kind is int:
        if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
            raise ValueError(value)
        return int(value.replace("_", "") if isinstance(value, str) else value)
    if kind is float:
        if isinstance(value, bool):
            raise ValueError(value)
        return float(value)
    if kind is str:
        return str(value)
    return _guess(value)


def _truth(value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise ValueError(value)
    return value.lower() == "true"


def _guess(value: Any) -> Any:
    """Read text of a parameter without a type: a number, true, false, or itself."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value.lower() if value.lower() in ("true", "false", "null") else value)
    except ValueError:
        return value
