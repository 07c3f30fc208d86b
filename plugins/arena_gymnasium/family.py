"""The family `gymnasium/*`: what Gymnasium's registry holds."""

from __future__ import annotations

import copy
import importlib.util
import io
import os
import re
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr
from functools import cache, partial
from typing import Any

import arena
from arena_gymnasium import wrapping

_ID = re.compile(r"(?P<name>.+?)(?:-v(?P<version>\d+))?")
# Part of an entry point: the modules it needs, and what brings them.
_NEEDS = {
    "gymnasium.envs.box2d.": (("Box2D", "pygame"), "'arena-games[box2d]'"),
    "gymnasium.envs.mujoco.": (("mujoco",), "'arena-games[mujoco]'"),
    "gymnasium.envs.phys2d.": (("jax",), "jax"),
    "gymnasium.envs.tabular.": (("jax",), "jax"),
}
_VECTORS = ("sync", "async")
_OURS = "gymnasium.envs."  # none of these draws from a process-wide generator
# It keeps its physical world from match to match, and with it the order of its contacts.
_CARRIES = "gymnasium.envs.box2d.bipedal_walker:"


class Gymnasium(arena.Family):
    """What Gymnasium has registered: the newest of each is listed, older ones are made too."""

    def names(self) -> Iterable[str]:
        """Return the newest id of each name that can be made at all."""
        newest: dict[str, tuple[int, str]] = {}
        for name, spec in _registry().items():
            base, version = _split(name)
            if not _is_gone(spec):
                newest[base] = max(newest.get(base, (-1, "")), (version, name))
        return sorted(name for _, name in newest.values())

    def describe(self, name: str) -> arena.Description:
        """Return that it has one seat, and what is missing. Raises `UnknownName`."""
        return arena.Description("competitive", 1, self._missing(name))

    def parameters(self, name: str) -> Sequence[arena.Parameter]:
        """Return those of the entry point, of the wrappers, `max_episode_steps` and `vector`.

        Raises `UnknownName`, and `Unsuitable` if a package is missing.
        """
        spec = self._spec(name)
        found = _parameters_of(spec)
        limit = arena.Parameter("max_episode_steps", int, spec.max_episode_steps)
        vector = arena.Parameter("vector", str, None, choices=_VECTORS)
        own = [p for p in found if p.name != "render_mode" and p.type is not None]
        return [*own, limit, vector, *wrapping.parameters(str(spec.entry_point), found)]

    def make(self, name: str, **parameters: Any) -> arena.Environment:
        """Make an environment, bare of Gymnasium's checks and limits.

        Raises `UnknownName`, `Unsuitable` if a package is missing, and `BadParameter` for values
        that the library refuses.
        """
        spec, full = self._spec(name), f"gymnasium/{name}"
        from arena_gymnasium.adapter import Solo

        given = dict(parameters)
        limit = given.pop("max_episode_steps", spec.max_episode_steps)
        if limit is not None and limit < 1:
            raise arena.BadParameter(f"{full}: max_episode_steps={limit} is not above 0")
        vector = given.pop("vector", None)
        entry = str(spec.entry_point)
        foreign, anew = not entry.startswith(_OURS), entry.startswith(_CARRIES)
        given, ours = wrapping.split(given, wrapping.parameters(entry, _parameters_of(spec)))
        bare = wrapping.wrapped(full, partial(_bare, spec, given), ours)
        with _made(full, parameters):
            solo = Solo(full, bare, limit, foreign, anew, vector)
        if vector is not None:
            _check_vector(full, vector, foreign or anew)
        return solo

    def _spec(self, name: str) -> Any:
        """Return the registry's entry of what can be made. Raises `Unsuitable`."""
        if missing := self._missing(name):
            raise arena.Unsuitable(f"gymnasium/{name} {missing}")
        return _registry()[name]

    def _missing(self, name: str) -> str | None:
        """Return why `name` cannot be played, None if it can. Raises `UnknownName`."""
        spec = _registry().get(name) or _robotics().get(name)
        if spec is None:
            known = [f"gymnasium/{other}" for other in self.names()]
            raise arena.UnknownName("environment", f"gymnasium/{name}", known, "arena environments")
        if _is_gone(spec):
            return "is no environment any more: take a newer one (`arena environments`)"
        for prefix, (modules, package) in _NEEDS.items():
            if str(spec.entry_point).startswith(prefix):
                for module in modules:
                    if not _is_there(module):
                        return f"needs the module {module}: pip install {package}"
        return None


def _check_vector(name: str, vector: str, contained: bool) -> None:
    """Raise `BadParameter` where games cannot be stepped by Gymnasium side by side."""
    if vector not in _VECTORS:
        raise arena.BadParameter(f"{name}: vector={vector} is neither sync nor async")
    if contained:
        raise arena.BadParameter(
            f"{name}: vector={vector} would let its games disturb each other: leave it out"
        )


def _registry() -> Mapping[str, Any]:
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "hide")
    from gymnasium.envs.registration import registry

    return registry


def _robotics() -> Mapping[str, Any]:
    """Return the registry with what Gymnasium-Robotics adds when it is imported.

    That loads MuJoCo, and so it waits until somebody asks for a name that is not known.
    """
    if _is_there("gymnasium_robotics") and "gymnasium_robotics" not in sys.modules:
        with warnings.catch_warnings(), redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            importlib.import_module("gymnasium_robotics")
    return _registry()


def _parameters_of(spec: Any) -> tuple[arena.Parameter, ...]:
    """Return the parameters of the entry point, with the defaults of the id."""
    with _made(f"gymnasium/{spec.id}", {}):
        found = arena.parameters_of(_creator(spec))
    return tuple(p._replace(default=spec.kwargs.get(p.name, p.default)) for p in found)


def _creator(spec: Any) -> Any:
    from gymnasium.envs.registration import load_env_creator

    return spec.entry_point if callable(spec.entry_point) else load_env_creator(spec.entry_point)


def _bare(spec: Any, given: Mapping[str, Any]) -> Any:
    """Make the environment without the wrappers of `gymnasium.make`, drawing as text if it can."""
    import gymnasium

    bare = copy.deepcopy(spec)
    bare.order_enforce = False
    modes = getattr(_creator(spec), "metadata", {}).get("render_modes", ())
    drawn = {"render_mode": "ansi"} if "ansi" in modes else {}
    return gymnasium.make(bare, max_episode_steps=-1, disable_env_checker=True, **drawn, **given)


@contextmanager
def _made(name: str, given: Mapping[str, Any]) -> Iterator[None]:
    """Turn what the library raises into one line, and keep its warnings to ourselves."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Exception as error:
        line = (str(error).strip().splitlines() or [type(error).__name__])[0]
        if not given:
            raise arena.Unsuitable(f"{name} cannot be made: {line}") from error
        values = ", ".join(f"{key}={value!r}" for key, value in given.items())
        raise arena.BadParameter(f"{name} refuses {values}: {line}") from error


def _split(name: str) -> tuple[str, int]:
    match = _ID.fullmatch(name)
    assert match is not None
    return match["name"], int(match["version"] or 0)


def _is_gone(spec: Any) -> bool:
    """Whether it is no environment: a function that says where it went, or a bridge to old ones."""
    if callable(spec.entry_point):
        return bool(spec.entry_point.__module__ == "gymnasium.envs")
    return str(spec.entry_point).startswith("shimmy.openai_gym_compatibility:")


@cache
def _is_there(module: str) -> bool:
    return importlib.util.find_spec(module) is not None
