"""Wrappers by parameter: what is seen, what is paid, and physics that differ from match to match.

They change the environment, for whoever plays it. What an agent learnt to see through (running
means, stacked frames) its checkpoint carries itself, and it plays the plain environment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import arena

_SEEN = (
    arena.Parameter("rescale", bool, False),
    arena.Parameter("frames", int, 1),
    arena.Parameter("reward_scale", float, 1.0),
    arena.Parameter("reward_clip", list, (), float),
)
_PHYSICS = tuple(arena.Parameter(name, list, (), float) for name in ("mass", "friction", "gravity"))
_MUJOCO = ("gymnasium.envs.mujoco.", "gymnasium_robotics.")


def parameters(entry_point: str, taken: Sequence[arena.Parameter]) -> tuple[arena.Parameter, ...]:
    """Return the wrappers' parameters for an environment; its own (`taken`) go before ours.

    rescale             observations to [-1, 1], where both bounds are finite
    frames              the last so many observations, the newest last
    reward_scale        what a reward is multiplied by
    reward_clip         low;high: the bounds of a reward, after it is scaled
    mass, friction, gravity    low;high (or one number): MuJoCo's are multiplied by a factor that is
                        drawn anew for every match, uniformly between the two
    """
    known = (*_SEEN, *(_PHYSICS if entry_point.startswith(_MUJOCO) else ()))
    own = {parameter.name for parameter in taken}
    return tuple(parameter for parameter in known if parameter.name not in own)


def split(
    given: Mapping[str, Any], ours: Sequence[arena.Parameter]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the parameters of the library, and ours."""
    names = {parameter.name for parameter in ours}
    library = {name: value for name, value in given.items() if name not in names}
    return library, {name: value for name, value in given.items() if name in names}


def wrapped(name: str, make: Callable[[], Any], given: Mapping[str, Any]) -> Callable[[], Any]:
    """Return what makes the environment with these wrappers. Raises `BadParameter`."""
    physics = {p.name: _range(name, p.name, given[p.name]) for p in _PHYSICS if given.get(p.name)}
    frames, scale = int(given.get("frames", 1)), float(given.get("reward_scale", 1.0))
    clip = tuple(given.get("reward_clip", ()))
    if frames < 1:
        raise arena.BadParameter(f"{name}: frames={frames} is not above 0")
    if clip and (len(clip) != 2 or not clip[0] < clip[1]):
        raise arena.BadParameter(f"{name}: reward_clip={_text(clip)} is not low;high")
    if not (physics or given.get("rescale") or frames > 1 or scale != 1.0 or clip):
        return make

    def made() -> Any:
        from gymnasium import wrappers

        from arena_gymnasium.physics import Physics, rescaled

        env = make()
        if physics:
            env = Physics(env, physics)
        if scale != 1.0:
            env = wrappers.TransformReward(env, lambda reward: scale * float(reward))
        if clip:
            env = wrappers.ClipReward(env, *clip)
        if given.get("rescale"):
            env = rescaled(env)
        return wrappers.FrameStackObservation(env, frames) if frames > 1 else env

    return made


def _range(name: str, key: str, values: Sequence[float]) -> tuple[float, float]:
    low, high = (values[0], values[-1]) if len(values) in (1, 2) else (1.0, 0.0)
    if not 0.0 <= low <= high or (key == "mass" and low == 0.0):
        raise arena.BadParameter(
            f"{name}: {key}={_text(values)} is not low;high, factors such as 0.8;1.2"
        )
    return float(low), float(high)


def _text(values: Sequence[float]) -> str:
    return ";".join(f"{value:g}" for value in values)
