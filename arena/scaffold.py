"""Writes the folder of a new plugin from the templates in `arena/templates/KIND/`.

A template's file `PACKAGE/agent.py.in` becomes `arena_NAME/agent.py`, with `$name`, `$package`,
`$distribution` and `$class_` filled in.
"""

from __future__ import annotations

import importlib.util
import keyword
import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from arena.errors import UsageError

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def kinds() -> list[str]:
    """Return what there are templates for."""
    return sorted(entry.name for entry in _templates().iterdir() if entry.is_dir())


def write_plugin(kind: str, name: str, within: Path) -> Path:
    """Write a plugin that brings an agent, environment or trainer `name`; return its folder.

    Raises `UsageError` for a name that cannot be used, or if there is something in the way: nothing
    is ever overwritten.
    """
    name = name.replace("-", "_")
    package = f"arena_{name}"
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise UsageError(
            f"{name!r} cannot name a plugin; use lower-case letters, digits and single underscores,"
            " a letter first, like my_bot"
        )
    if importlib.util.find_spec(package) is not None:
        raise UsageError(f"there is a package {package} installed already; choose another name")
    words = {
        "name": name,
        "package": package,
        "distribution": package.replace("_", "-"),
        "class_": "".join(word.capitalize() for word in name.split("_")),
    }
    folder = within / words["distribution"]
    if folder.exists():
        raise UsageError(f"{folder} exists already; move it away, or choose another name")
    _fill(_templates() / kind, folder, words)
    return folder


def _templates() -> Traversable:
    return files("arena") / "templates"


def _fill(source: Traversable, target: Path, words: dict[str, str]) -> None:
    target.mkdir(parents=True)
    for entry in source.iterdir():
        name = entry.name.replace("PACKAGE", words["package"]).replace("NAME", words["name"])
        if entry.is_dir():
            _fill(entry, target / name, words)
        else:
            text = Template(entry.read_text(encoding="utf-8")).substitute(words)
            (target / name.removesuffix(".in")).write_text(text, encoding="utf-8")
