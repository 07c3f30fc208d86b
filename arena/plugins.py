"""Finding plugins, and what they bring, by name."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import inspect
import sys
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import pluggy

import arena.hookspecs as hookspecs
from arena.errors import ArenaError, PluginError, UnknownName
from arena.records import Kind, Ref
from arena.specs import Parameter, bind, parameters_of

GROUP = "arena"
KINDS = (
    "agents", "environments", "trainers", "raters", "formats", "scorers", "stores", "executors",
    "commands", "pages",
)  # fmt: skip


class Description(NamedTuple):
    """What is known of a family's member without making it (None: not without making it)."""

    kind: Kind | None = None
    seats: int | None = None
    unsuitable: str | None = None  # why it cannot be played, if it cannot


class Family(ABC):
    """An open set of names, registered once: `openspiel/*`."""

    @abstractmethod
    def names(self) -> Iterable[str]:
        """Return the names that can be listed, without the family's own."""

    @abstractmethod
    def describe(self, name: str) -> Description:
        """Say what `name` is without making it. Raises `UnknownName`."""

    @abstractmethod
    def parameters(self, name: str) -> Sequence[Parameter]:
        """Return the parameters of `name`. Raises `UnknownName`."""

    @abstractmethod
    def make(self, name: str, **parameters: Any) -> Any:
        """Make `name`. Raises `UnknownName` or `BadParameter`."""

    def aliases(self) -> Mapping[str, str]:
        """Return bare names that mean members of this family: `{"hex": "hex"}`."""
        return {}


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing found by name: how to make it, and who brought it."""

    kind: str
    name: str  # the full name: "family/member" for a member
    owner: str
    factory: Any
    member: str | None = None

    def load(self) -> Any:
        """Return the factory, imported if it was given as "module:attribute"."""
        if not isinstance(self.factory, str):
            return self.factory
        module, _, attribute = self.factory.partition(":")
        try:
            return getattr(importlib.import_module(module), attribute)
        except ArenaError:
            raise
        except Exception as error:
            raise PluginError(
                f"plugin {self.owner!r}: {self.kind[:-1]} {self.name!r} cannot be loaded from "
                f"{self.factory!r} ({type(error).__name__}: {error})"
            ) from error

    def parameters(self) -> tuple[Parameter, ...]:
        """Return the parameters it takes."""
        factory = self.load()
        if self.member is not None:
            return tuple(factory.parameters(self.member))
        return parameters_of(factory)

    def make(self, given: Mapping[str, Any]) -> Any:
        """Make the thing.

        Raises `BadParameter` for what it does not take; any error of its own names its plugin.
        """
        values = bind(f"{self.kind[:-1]} {self.name!r}", self.parameters(), given)
        factory = self.load()
        try:
            if self.member is not None:
                return factory.make(self.member, **values)
            return factory(**values)
        except ArenaError:
            raise
        except Exception as error:
            raise ArenaError(
                f"{self.kind[:-1]} {self.name!r} of plugin {self.owner!r} cannot be made: "
                f"{type(error).__name__}: {error}"
            ) from error


class Registry:
    """Everything that the plugins of one manager provide, by kind and name."""

    def __init__(self, manager: pluggy.PluginManager) -> None:
        self.manager = manager
        self.hook = manager.hook
        self._tables: dict[str, dict[str, Entry]] = {}
        self._loaded: dict[tuple[str, str], Any] = {}

    def table(self, kind: str) -> Mapping[str, Entry]:
        """Return {name: entry} as registered: a family is one entry."""
        if kind not in self._tables:
            table: dict[str, Entry] = {}
            for implementation in getattr(self.hook, f"arena_{kind}").get_hookimpls():
                for name, factory in (implementation.function() or {}).items():
                    entry = Entry(kind, name, implementation.plugin_name, factory)
                    _claim(table, name, entry)
            self._tables[kind] = table
        return self._tables[kind]

    def families(self, kind: str) -> Iterator[tuple[Entry, Family]]:
        """Yield the families of a kind, loaded. Those of "family/*" names are loaded too."""
        for entry in self.table(kind).values():
            if entry.name.endswith("/*"):
                key = (kind, entry.name)
                if key not in self._loaded:
                    loaded = entry.load()
                    self._loaded[key] = loaded() if inspect.isclass(loaded) else loaded
                yield replace(entry, factory=self._loaded[key]), self._loaded[key]

    def find(self, kind: str, name: str) -> Entry:
        """Return the entry of a name, a family's or an alias too. Raises `UnknownName`."""
        table = self.table(kind)
        if name in table and not name.endswith("/*"):
            return table[name]
        if kind == "environments":
            family, slash, member = name.partition("/")
            if slash and f"{family}/*" in table:
                return self._member(kind, f"{family}/*", member)
            for entry, members in self.families(kind):
                aliases = members.aliases()
                if name in aliases:
                    return self._member(kind, entry.name, aliases[name])
        raise UnknownName(kind[:-1], name, self.names(kind), f"arena {kind}")

    def _member(self, kind: str, pattern: str, member: str) -> Entry:
        entry, family = next(pair for pair in self.families(kind) if pair[0].name == pattern)
        family.describe(member)  # raises UnknownName
        return replace(entry, name=f"{pattern[:-2]}/{member}", member=member)

    def names(self, kind: str) -> list[str]:
        """Return every name that can be listed, aliases among them."""
        names = [name for name in self.table(kind) if not name.endswith("/*")]
        for entry, family in self.families(kind) if kind == "environments" else ():
            names += [f"{entry.name[:-2]}/{name}" for name in family.names()]
            names += list(family.aliases())
        return names

    def make(self, kind: str, ref: Ref) -> Any:
        """Make what a Ref names. Raises `UnknownName` or `BadParameter`."""
        return self.find(kind, ref.name).make(ref.parameters)


def _claim(table: dict[str, Entry], name: str, entry: Entry) -> None:
    if name in table:
        raise PluginError(
            f"{entry.kind[:-1]} {name!r} is claimed by two plugins, {table[name].owner!r} and "
            f"{entry.owner!r}: rename one, or uninstall its plugin"
        )
    table[name] = entry


def make_registry(files: Iterable[str] = (), entry_points: bool = True) -> Registry:
    """Return a registry of the installed plugins and of single plugin files.

    An installed plugin that fails to import is a warning that names it. Raises `PluginError` for a
    file that fails, and for a hook that does not exist.
    """
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    if entry_points:
        for point in metadata.entry_points(group=GROUP):
            _register_point(manager, point)
    for file in files:
        _register(manager, load_file(file), Path(file).name)
    return Registry(manager)


def _register_point(manager: pluggy.PluginManager, point: metadata.EntryPoint) -> None:
    try:
        plugin = point.load()
    except Exception as error:
        warnings.warn(
            f"plugin {point.name!r} ({point.value}) is left out: {type(error).__name__}: {error}",
            stacklevel=2,
        )
        return
    _register(manager, plugin, point.name)


def _register(manager: pluggy.PluginManager, plugin: Any, name: str) -> None:
    known = {hook for hook in vars(hookspecs) if hook.startswith("arena_")}
    for attribute, value in vars(plugin).items():
        marked = getattr(value, f"{hookspecs.PROJECT}_impl", None) is not None
        if marked and attribute not in known:
            raise PluginError(
                f"plugin {name!r} implements {attribute!r}, which is no hook of Arena; "
                f"there are {', '.join(sorted(known))}"
            )
    try:
        manager.register(plugin, name)
    except ValueError as error:
        raise PluginError(f"plugin {name!r} cannot be registered: {error}") from error
    except pluggy.PluginValidationError as error:
        raise PluginError(f"plugin {name!r}: {' '.join(str(error).split())}") from error


def load_file(file: str) -> Any:
    """Import a Python file as a module of its own. Raises `PluginError` if that fails."""
    path = Path(file).resolve()
    name = f"arena_file_{path.stem}_{abs(hash(str(path))):x}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise PluginError(f"plugin file {file!r} is not a Python file that can be read")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise PluginError(f"plugin file {file!r} fails: {type(error).__name__}: {error}") from error
    return module


@functools.cache
def registry_of(files: tuple[str, ...]) -> Registry:
    """Return `make_registry` of these files, the same one each time in this process."""
    return make_registry(files)


def factory_name(factory: Callable[..., Any] | str) -> str:
    """Return how a factory is shown: "module:attribute"."""
    return factory if isinstance(factory, str) else f"{factory.__module__}:{factory.__qualname__}"
