"""All that a model of Stable-Baselines3 must have back to go on as if it had never stopped.

What it saves itself leaves out its replay buffer, the generators and the games in flight; here they
are kept too, and nothing is pickled. A game in flight is kept as its number and the moves made in
it, and played up to there again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from arena import TrainingState
from arena_sb3.luck import ProcessLuck
from arena_sb3.world import World

_OWN = (
    "_last_obs", "_last_original_obs", "_last_episode_starts", "_last_lstm_states", "weights",
)  # fmt: skip
_CLOCKS = ("start_time", "_num_timesteps_at_start")
Arrays = dict[str, Any]


def capture(model: Any, world: World, luck: ProcessLuck) -> TrainingState:
    """Return the state between two rollouts."""
    variables = {name: _attribute(model, name) for name in model._get_torch_save_params()[1]}
    whole = {
        "parameters": model.get_parameters(),
        "variables": variables,
        "numbers": {
            name: value
            for name, value in vars(model).items()
            if type(value) in (int, float, bool) and name not in _CLOCKS
        },
        "own": {name: getattr(model, name) for name in _OWN if hasattr(model, name)},
        "buffer": _buffer(getattr(model, "replay_buffer", None)),
        "running": _running(model.get_vec_normalize_env()),
        "sampler": model.action_space.np_random.bit_generator.state,
        "games": world.positions(),
        "luck": dict(luck.streams),
    }
    arrays: Arrays = {}
    return TrainingState({"model": pack(whole, arrays, "")}, arrays)


def restore(state: TrainingState, model: Any, world: World, luck: ProcessLuck) -> None:
    """Put a model that has just begun where `capture` found one; the luck is to be swapped in."""
    whole = unpack(state.values["model"], state.arrays)
    model.set_parameters(whole["parameters"], exact_match=True, device=model.device)
    for name, value in whole["variables"].items():
        _attribute(model, name).data.copy_(value)
    for name, value in whole["numbers"].items():
        setattr(model, name, value)
    for name, value in whole["own"].items():
        setattr(model, name, _like(getattr(model, name), value, model.device))
    if whole["buffer"] is not None:
        _refill(model.replay_buffer, whole["buffer"])
    if whole["running"] is not None:
        _rerun(model.get_vec_normalize_env(), whole["running"])
    model.action_space.np_random.bit_generator.state = whole["sampler"]
    with luck.swapped():
        world.go_to(whole["games"])
        luck.streams = whole["luck"]


def pack(value: Any, arrays: Arrays, path: str) -> Any:
    """Return nested values as JSON can hold them; arrays and tensors go into `arrays`."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.generic):
        return {"scalar": value.item(), "dtype": str(value.dtype)}
    if isinstance(value, np.ndarray):
        arrays[path] = value
        return {"array": path}
    if isinstance(value, torch.Tensor):
        arrays[path] = value.detach().cpu().numpy().copy()
        return {"tensor": path}
    if isinstance(value, Mapping):
        items = [[key, pack(v, arrays, f"{path}/{key}")] for key, v in value.items()]
        return {"dict": items}
    kind = "tuple" if isinstance(value, tuple) else "list"
    return {kind: [pack(v, arrays, f"{path}/{i}") for i, v in enumerate(value)]}


def unpack(value: Any, arrays: Mapping[str, Any]) -> Any:
    """Return what `pack` was given."""
    if not isinstance(value, dict):
        return value
    (kind, held), *_ = value.items()
    if kind == "scalar":
        return np.dtype(value["dtype"]).type(held)
    if kind == "array":
        return np.array(arrays[held])
    if kind == "tensor":
        return torch.from_numpy(np.array(arrays[held]))
    if kind == "dict":
        return {key: unpack(v, arrays) for key, v in held}
    inner = [unpack(v, arrays) for v in held]
    return tuple(inner) if kind == "tuple" else inner


def _attribute(model: Any, name: str) -> Any:
    for part in name.split("."):
        model = getattr(model, part)
    return model


def _like(before: Any, value: Any, device: Any) -> Any:
    """Return a value in the named tuples, and on the device, of what it replaces."""
    if isinstance(value, tuple) and hasattr(before, "_fields"):
        return type(before)(*(_like(b, v, device) for b, v in zip(before, value)))
    if isinstance(value, tuple):
        return tuple(_like(None, v, device) for v in value)
    return value.to(device) if isinstance(value, torch.Tensor) else value


def _buffer(buffer: Any) -> dict[str, Any] | None:
    """Return the filled part of a replay buffer's arrays, and where it stands."""
    if buffer is None:
        return None
    size = buffer.size()
    held: dict[str, Any] = {"pos": buffer.pos, "full": bool(buffer.full), "size": size}
    for name, value in vars(buffer).items():
        parts = value.values() if isinstance(value, dict) else ()
        if parts and all(isinstance(part, np.ndarray) for part in parts):
            held[name] = {key: part[:size] for key, part in value.items()}
        elif isinstance(value, np.ndarray) and value.dtype != object:
            held[name] = value[:size] if len(value) == buffer.buffer_size else value
    return held


def _refill(buffer: Any, held: dict[str, Any]) -> None:
    buffer.pos, buffer.full = held["pos"], held["full"]
    for name, value in held.items():
        if isinstance(value, dict):
            for key, part in value.items():
                getattr(buffer, name)[key][: held["size"]] = part
        elif isinstance(value, np.ndarray):
            getattr(buffer, name)[: len(value)] = value


def _running(normal: Any) -> dict[str, Any] | None:
    """Return the running statistics of observations and returns."""
    if normal is None:
        return None
    kept = {"": normal.ret_rms}
    if normal.norm_obs:
        seen = normal.obs_rms
        kept |= {f"seen {k}": v for k, v in seen.items()} if isinstance(seen, dict) else {
            "seen": seen
        }  # fmt: skip
    return {
        "moments": {
            name: (np.array(running.mean), np.array(running.var), float(running.count))
            for name, running in kept.items()
        },
        "returns": normal.returns, "old_obs": normal.old_obs, "old_reward": normal.old_reward,
    }  # fmt: skip


def _rerun(normal: Any, held: dict[str, Any]) -> None:
    for name, (mean, variance, count) in held["moments"].items():
        part, _, key = name.partition(" ")
        kept = normal.ret_rms if not part else normal.obs_rms[key] if key else normal.obs_rms
        kept.mean, kept.var, kept.count = mean, variance, count
    normal.returns = held["returns"]
    normal.old_obs, normal.old_reward = held["old_obs"], held["old_reward"]
