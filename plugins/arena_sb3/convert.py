"""From a model of Stable-Baselines3 to a policy in plain torch. Only training imports this."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces as gym_spaces
from numpy.typing import NDArray
from torch import nn

from arena_sb3 import spaces
from arena_sb3.network import Shape, Unconvertible, describe, leaves, unfilled
from arena_sb3.policy import FORMAT, Policy
from arena_sb3.sight import Sight


class _Found:
    """The modules of a policy that decide what it plays."""

    def __init__(
        self,
        extractor: nn.Module,
        trunk: nn.Module,
        head: nn.Module,
        acts: dict[str, Any],
        spread: nn.Module | None = None,
        lstm: nn.LSTM | None = None,
        log_std: Any = None,
    ) -> None:
        self.extractor, self.trunk, self.head, self.acts = extractor, trunk, head, acts
        self.spread, self.lstm, self.log_std = spread, lstm, log_std


def convert(
    model: Any, algorithm: str, sight: Sight, action_space: Any, normal: Any = None
) -> Policy:
    """Return the policy of a model, as it is now.

    `sight` shows observations as the model took them, and `action_space` is the game's own. Running
    statistics are those of `normal`, a VecNormalize, else of the model's own. Raises
    `Unconvertible` for a network with parts of somebody else's.
    """
    found = _find(model)
    extractors = _extractors(found.extractor)
    shape = Shape(
        parts=[(name, describe(part)) for name, part in extractors],
        encode=_encoding(model),
        lstm=_described_lstm(found.lstm),
        trunk=describe(found.trunk),
        head=describe(found.head),
        spread=None if found.spread is None else describe(found.spread),
    )
    network = unfilled(shape)
    for part, (_, theirs) in zip(network.parts, extractors):
        _copy(theirs, part)
    _copy(found.trunk, network.trunk)
    _copy(found.head, network.head)
    if found.spread is not None and network.spread is not None:
        _copy(found.spread, network.spread)
    if found.lstm is not None and network.lstm is not None:
        network.lstm.load_state_dict(found.lstm.state_dict())
    how, arrays = _statistics(normal or model.get_vec_normalize_env())
    if found.log_std is not None:
        arrays["log_std"] = found.log_std.detach().cpu().numpy().copy()
    about = {
        "format": FORMAT,
        "algorithm": algorithm,
        "observation_space": spaces.to_json(sight.space),
        "action_space": spaces.to_json(action_space),
        "sight": {"rescale": sight.rescale, "frames": sight.frames},
        "network": shape._asdict(),
        "acts": found.acts,
        "normalise": how,
    }
    return Policy(about, network, arrays)


def _find(model: Any) -> _Found:
    policy = model.policy
    if hasattr(policy, "q_net"):
        net = policy.q_net
        return _Found(net.features_extractor, nn.Sequential(), net.q_net, _values(model, 0))
    if hasattr(policy, "quantile_net"):
        net = policy.quantile_net
        acts = _values(model, net.n_quantiles)
        return _Found(net.features_extractor, nn.Sequential(), net.quantile_net, acts)
    if hasattr(policy, "actor"):
        return _actor(policy.actor)
    if hasattr(policy, "mlp_extractor"):
        return _actor_critic(policy)
    if hasattr(policy, "action_net"):  # augmented random search
        acts = _acts(policy.action_space, tanh=False, scaled=policy.squash_output)
        return _Found(policy.features_extractor, nn.Sequential(), policy.action_net, acts)
    raise Unconvertible(f"{type(policy).__name__} is no policy that is known here")


def _values(model: Any, quantiles: int) -> dict[str, Any]:
    epsilon = float(getattr(model, "exploration_final_eps", 0.0))
    return {"kind": "values", "quantiles": quantiles, "epsilon": epsilon}


def _actor(actor: Any) -> _Found:
    """Find the parts of an actor that a critic judges: SAC, TQC, TD3 and DDPG."""
    space = actor.action_space
    if not hasattr(actor, "latent_pi"):
        acts = _acts(space, tanh=False, scaled=True)  # its last layer is a tanh
        return _Found(actor.features_extractor, nn.Sequential(), actor.mu, acts)
    if actor.use_sde:
        expln = bool(actor.action_dist.use_expln)
        acts = _acts(space, tanh=True, scaled=True, spread="state", expln=expln)
        return _Found(
            actor.features_extractor, actor.latent_pi, actor.mu, acts, log_std=actor.log_std
        )
    acts = _acts(space, tanh=True, scaled=True, spread="head")
    return _Found(actor.features_extractor, actor.latent_pi, actor.mu, acts, spread=actor.log_std)


def _actor_critic(policy: Any) -> _Found:
    """Find the parts of a policy with a value beside it: A2C, PPO and its kin, TRPO."""
    space, log_std = policy.action_space, None
    acts = _acts(space, tanh=False, scaled=False)
    if isinstance(space, gym_spaces.Box):
        log_std = policy.log_std
        squashed = bool(policy.squash_output)
        spread = "state" if policy.use_sde else "vector"
        expln = policy.use_sde and bool(policy.action_dist.use_expln)
        acts = _acts(space, tanh=squashed, scaled=squashed, spread=spread, expln=expln)
    return _Found(
        policy.pi_features_extractor,
        policy.mlp_extractor.policy_net,
        policy.action_net,
        acts,
        lstm=getattr(policy, "lstm_actor", None),
        log_std=log_std,
    )


def _acts(
    space: Any, tanh: bool, scaled: bool, spread: str = "none", expln: bool = False
) -> dict[str, Any]:
    """Return what the head's numbers mean."""
    if isinstance(space, gym_spaces.Discrete):
        return {"kind": "categorical"}
    if isinstance(space, gym_spaces.MultiDiscrete):
        return {"kind": "multi_categorical"}
    if isinstance(space, gym_spaces.MultiBinary):
        return {"kind": "bernoulli"}
    numbers = {"tanh": tanh, "scaled": scaled, "spread": spread, "expln": expln}
    return {"kind": "continuous", **numbers}


def _extractors(extractor: nn.Module) -> list[tuple[str, nn.Module]]:
    """Return the modules that read the parts of an observation."""
    kind = type(extractor).__name__
    known: Any = extractor
    if kind == "CombinedExtractor":
        return [(name, _layers_of(part)) for name, part in known.extractors.items()]
    return [("", _layers_of(extractor))]


def _layers_of(extractor: Any) -> nn.Module:
    """Return the layers that read one part of an observation."""
    kind = type(extractor).__name__
    if kind == "FlattenExtractor":
        return nn.Sequential(extractor.flatten)
    if kind == "NatureCNN":
        return nn.Sequential(extractor.cnn, extractor.linear)
    if isinstance(extractor, nn.Flatten):
        return extractor
    raise Unconvertible(f"features are extracted by {kind}, which is not known here")


def _encoding(model: Any) -> dict[str, Any]:
    """Return how each part of an observation becomes numbers."""
    space = model.policy.observation_space
    parts = space.spaces if isinstance(space, gym_spaces.Dict) else {"": space}
    return {name: _encoded(part, model.policy.normalize_images) for name, part in parts.items()}


def _encoded(space: Any, divided: bool) -> Any:
    from stable_baselines3.common.preprocessing import is_image_space

    if isinstance(space, gym_spaces.Discrete):
        return [int(space.n)]
    if isinstance(space, gym_spaces.MultiDiscrete):
        return space.nvec.tolist()
    return "picture" if divided and is_image_space(space) else "float"


def _described_lstm(lstm: nn.LSTM | None) -> dict[str, int] | None:
    if lstm is None:
        return None
    if lstm.bidirectional or lstm.dropout or lstm.proj_size or not lstm.bias:
        raise Unconvertible("an LSTM that is not a plain one")
    return {name: getattr(lstm, name) for name in ("input_size", "hidden_size", "num_layers")}


def _copy(theirs: nn.Module, ours: nn.Module) -> None:
    for source, target in zip(leaves(theirs), leaves(ours)):
        target.load_state_dict(source.state_dict())


def _statistics(normal: Any) -> tuple[dict[str, Any] | None, dict[str, NDArray[Any]]]:
    """Return how observations are normalised, and by which means and variances."""
    if normal is None or not normal.norm_obs:
        return None, {}
    running = normal.obs_rms if isinstance(normal.obs_rms, dict) else {"": normal.obs_rms}
    how = {
        "parts": list(running), "clip": float(normal.clip_obs), "epsilon": float(normal.epsilon),
    }  # fmt: skip
    arrays = {f"mean.{name}": np.array(kept.mean) for name, kept in running.items()}
    return how, arrays | {f"variance.{name}": np.array(kept.var) for name, kept in running.items()}
