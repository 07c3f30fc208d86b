"""The families `pettingzoo/*` and `mpe2/*`: names, parameters, and how to make one."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import arena
from arena_pettingzoo.catalogue import ATARI, BUTTERFLY, CLASSIC, PARTICLES, SISL, Facts

# Arena draws as text: it opens no window.
_NO_WINDOW = {"render_mode", "screen_height", "screen_scaling", "dynamic_rescaling"}
_VERSION = re.compile(r"_v\d+$")


class _Modules(arena.Family):
    """The environments of one package: each a module `name_vN` that holds `raw_env`."""

    package = ""
    folders: ClassVar[Mapping[str, Mapping[str, Facts]]] = {}  # "" is the package itself
    gone: ClassVar[Mapping[str, str]] = {}
    """What became of environments that are known and no longer there, by their bare name."""

    def names(self) -> Iterable[str]:
        """Return the names that are installed; those that are known if the package is not."""
        return sorted(self._homes())

    def describe(self, name: str) -> arena.Description:
        """Return kind, seats by default, and what is missing. Raises `UnknownName`.

        Raises `Unsuitable` for one that the package no longer has, as all that is asked by name.
        """
        facts = self._facts(name)
        return arena.Description(facts.kind, facts.seats, self._missing(name))

    def parameters(self, name: str) -> Sequence[arena.Parameter]:
        """Read the constructor. Raises `UnknownName`, and `Unsuitable` if a package is missing."""
        facts, found = self._facts(name), arena.parameters_of(self._module(name).raw_env)
        if facts.behind:
            module, _, attribute = facts.behind.partition(":")
            behind = arena.parameters_of(getattr(importlib.import_module(module), attribute))
            known = {*facts.given, *(parameter.name for parameter in found)}
            found += tuple(parameter for parameter in behind if parameter.name not in known)
        return [p for p in found if p.name not in _NO_WINDOW and _can_be_written(p)]

    def make(self, name: str, **parameters: Any) -> arena.Environment:
        """Make an environment.

        Raises `UnknownName`, `Unsuitable` if a package is missing, and `BadParameter` for values
        that the library refuses.
        """
        facts, module = self._facts(name), self._module(name)
        full = f"{self.package}/{name}"
        from arena_pettingzoo import adapters
        from arena_pettingzoo.games import game_of

        game = game_of(self.package, _base(name))
        if "ale_py" in facts.needs:
            parameters.setdefault("auto_rom_install_path", _cartridges())
        try:
            with _quiet():
                raw = module.raw_env(**facts.fixed, **parameters)
        except Exception as error:
            raise _refusal(full, parameters, error) from error
        return adapters.adapt(full, raw, facts, game)

    def _homes(self) -> Mapping[str, str]:
        """Return the folder of each name."""
        known = {name: folder for folder, facts in self.folders.items() for name in facts}
        return _scan(self.package, tuple(self.folders)) or known

    def _facts(self, name: str) -> Facts:
        homes = self._homes()
        if name not in homes:
            if gone := self.gone.get(_base(name)):
                raise arena.Unsuitable(f"{self.package}/{name}: {gone}")
            known = [f"{self.package}/{other}" for other in homes]
            wanted = f"{self.package}/{name}"
            raise arena.UnknownName("environment", wanted, known, "arena environments")
        facts = self.folders[homes[name]]
        same = (f for other, f in facts.items() if _base(other) == _base(name))
        return facts.get(name) or next(same, Facts())

    def _missing(self, name: str) -> str | None:
        """Return what to install before `name` can be played, None if all is there."""
        folder = self._homes()[name]
        facts = self._facts(name)
        for module in (self.package, *facts.needs):
            if not _is_there(module):
                extra = f"'{self.package}[{folder}]'" if folder else self.package
                roms = " ale-py" if "ale_py" in facts.needs else ""
                return f"needs the module {module}: pip install {extra}{roms}"
        return facts.flaw

    def _module(self, name: str) -> Any:
        full = f"{self.package}/{name}"
        if missing := self._missing(name):
            raise arena.Unsuitable(f"{full} {missing}")
        os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
        os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "hide")
        path = ".".join(part for part in (self.package, self._homes()[name], name) if part)
        try:
            with _quiet():
                return importlib.import_module(path)
        except ImportError as error:
            raise _refusal(full, {}, error) from error


class PettingZoo(_Modules):
    """`pettingzoo/tictactoe_v3` and all the others of the package, whatever its folder."""

    package = "pettingzoo"
    folders: ClassVar = {"classic": CLASSIC, "sisl": SISL, "butterfly": BUTTERFLY, "atari": ATARI}
    gone: ClassVar = {
        "waterworld": "PettingZoo took it out in 1.26, and 1.27 or newer is needed for the rest"
    }


class Mpe2(_Modules):
    """`mpe2/simple_spread_v3` and the other particle worlds."""

    package = "mpe2"
    folders: ClassVar = {"": PARTICLES}


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep to ourselves what the libraries warn of: how they were imported, and their spaces."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@cache
def _scan(package: str, folders: tuple[str, ...]) -> Mapping[str, str]:
    """Return {name: folder} of a package's files: it is not imported, which takes too long."""
    found = importlib.util.find_spec(package)
    return {
        file.stem: folder
        for root in (found and found.submodule_search_locations) or ()
        for folder in folders
        for file in (Path(root) / folder).glob("*_v[0-9]*.py")
    }


@cache
def _is_there(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _cartridges() -> str:
    """Return where ale-py keeps the games of the console; PettingZoo looks elsewhere."""
    found = importlib.util.find_spec("ale_py")
    return str(Path(found.origin).parent / "roms") if found and found.origin else ""


def _base(name: str) -> str:
    return _VERSION.sub("", name)


def _can_be_written(parameter: arena.Parameter) -> bool:
    """Whether a value can be given in text: not so for controllers and other objects."""
    return parameter.type is not None or parameter.default is not None


def _refusal(name: str, parameters: Mapping[str, Any], error: Exception) -> arena.ArenaError:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    if not parameters:
        return arena.Unsuitable(f"{name} cannot be made: {lines[0]}")
    given = ", ".join(f"{key}={value!r}" for key, value in parameters.items())
    return arena.BadParameter(f"{name} refuses {given}: {lines[0]}")
