"""From a trainer's parameters to what Stable-Baselines3's constructors take."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from arena import BadParameter, PluginError, Unsuitable
from arena_sb3.algorithms import CHOICES, SCHEDULED, Algorithm
from arena_sb3.sight import Sight

ACTIVATIONS = {
    "tanh": "Tanh", "relu": "ReLU", "elu": "ELU", "silu": "SiLU", "gelu": "GELU",
    "leaky_relu": "LeakyReLU",
}  # fmt: skip
BASES = {"sac": ("stable_baselines3", "SAC"), "tqc": ("sb3_contrib", "TQC")}


def check(what: str, algorithm: Algorithm, given: Mapping[str, Any]) -> None:
    """Raise `BadParameter` for values that no run could use."""
    for name, known in CHOICES.items():
        if given.get(name) and given[name] not in known:
            raise BadParameter(f"{what}: {name}={given[name]!r}; there are {', '.join(known)}")
    for name, least in (("n_envs", 1), ("frames", 1), ("evaluations", 0)):
        if given[name] < least:
            raise BadParameter(f"{what}: {name}={given[name]} is below {least}")
    if algorithm.goals and (given["frames"] > 1 or given["rescale"]):
        raise BadParameter(f"{what}: goals are compared as they are; leave out frames and rescale")
    for name in SCHEDULED:
        if name in given:
            scheduled(what, name, given[name])


def scheduled(what: str, name: str, value: Any) -> Any:
    """Return a number, None, or the function that lets it fall; it is called with what is left."""
    if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return value
    try:
        kind, _, text = value.partition("_")
        start = float(text)
    except (AttributeError, ValueError):
        kind = ""
    if kind != "lin":
        raise BadParameter(f"{what}: {name}={value!r} is neither a number nor like lin_0.001")
    return lambda left: left * start


def library(algorithm: Algorithm, base: str = "") -> Any:
    """Return the class of an algorithm. Raises `PluginError` if its library is not installed."""
    module, kind = BASES[base] if base else (algorithm.module, algorithm.kind)
    try:
        return getattr(importlib.import_module(module), kind)
    except ImportError as error:
        raise PluginError(
            f"trainer 'sb3_{algorithm.name}' needs {module.replace('_', '-')}: "
            "pip install 'arena-games[sb3]'"
        ) from error


def reading(algorithm: Algorithm, sight: Sight) -> str:
    """Return what kind of network reads what is seen: Mlp, Cnn or MultiInput."""
    if not sight.single:
        kind = "MultiInput"
    else:
        kind = "Cnn" if sight.parts[""].picture else "Mlp"
    if kind == "Cnn" and kind not in algorithm.reads:
        kind = "Mlp"
    if kind not in algorithm.reads:
        raise Unsuitable("it reads one array of numbers, and here there are several")
    return kind


def build(
    what: str,
    algorithm: Algorithm,
    given: Mapping[str, Any],
    sight: Sight,
    vector: Any,
    seed: int,
    device: str,
) -> Any:
    """Return the model, ready to learn in `vector`. Raises `BadParameter`."""
    kind = library(algorithm, given.get("base", ""))
    own = {name: scheduled(what, name, given[name]) if name in SCHEDULED else given[name]
           for name in algorithm.own}  # fmt: skip
    linear = bool(given.get("linear"))
    policy = "LinearPolicy" if linear else reading(algorithm, sight) + algorithm.policy
    extra = _extra(algorithm, given, vector.action_space)
    networks = {} if linear else _networks(algorithm, given)
    make: Callable[..., Any] = kind
    try:
        return make(
            policy, vector, **own, **extra, policy_kwargs=networks, seed=seed, device=device,
        )  # fmt: skip
    except (AssertionError, TypeError, ValueError) as error:
        raise BadParameter(f"{what}: {kind.__name__} refuses it: {first_line(error)}") from error


def first_line(error: Exception) -> str:
    """Return what an error says, in one line."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _networks(algorithm: Algorithm, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the policy's constructor is given."""
    from torch import nn

    networks = {name: given[name] for name in algorithm.net}
    if given["net"]:
        networks["net_arch"] = list(given["net"])
    if given["activation"]:
        networks["activation_fn"] = getattr(nn, ACTIVATIONS[given["activation"]])
    return networks


def _extra(algorithm: Algorithm, given: Mapping[str, Any], actions: Any) -> dict[str, Any]:
    """Return noise of actions and the replay of goals, where there are such."""
    if algorithm.goals:
        from stable_baselines3 import HerReplayBuffer

        names = ("n_sampled_goal", "goal_selection_strategy")
        kept = {name: given[name] for name in names}
        return {"replay_buffer_class": HerReplayBuffer, "replay_buffer_kwargs": kept}
    if given.get("noise"):
        import numpy as np
        from stable_baselines3.common.noise import NormalActionNoise

        nought = np.zeros(actions.shape)
        return {"action_noise": NormalActionNoise(nought, nought + given["noise"])}
    return {}
