"""The algorithms: what each is called there, what it can do, and its parameters with defaults.

The hyperparameters are Stable-Baselines3's own, under its names and with its defaults (a test holds
them against the library); nothing is imported, so that trainers can be listed without it.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

DISCRETE = ("Discrete",)
BOX = ("Box",)
ANY = ("Box", "Discrete", "MultiDiscrete", "MultiBinary")

OURS: Mapping[str, Any] = {
    "opponents": ("random",), "seat": None, "illegal": "random", "n_envs": 1, "normalise": False,
    "normalise_reward": False, "rescale": False, "frames": 1, "net": (), "activation": "",
    "evaluations": 10,
}  # fmt: skip
"""What every trainer of this plugin takes beside the hyperparameters; see `trainers`."""

SCHEDULED = ("learning_rate", "clip_range", "clip_range_vf", "delta_std")
"""Hyperparameters that may fall over the run: `lin_0.001` falls from that to nought."""
CHOICES: Mapping[str, tuple[str, ...]] = {
    "illegal": ("random", "forfeit"), "base": ("sac", "tqc"),
    "goal_selection_strategy": ("future", "final", "episode"),
    "activation": ("tanh", "relu", "elu", "silu", "gelu", "leaky_relu"),
}  # fmt: skip
"""What a word can be; no activation at all is the library's own."""
_TYPES: Mapping[str, Any] = {
    **{name: Literal[choices] for name, choices in CHOICES.items()},
    **dict.fromkeys((*SCHEDULED, "ent_coef", "target_entropy"), Any),
    "opponents": list[str], "net": list[int], "seat": int, "target_kl": float, "n_top": int,
    "max_grad_norm": float,
}  # fmt: skip

_ON_POLICY = {
    "gamma": 0.99, "gae_lambda": 0.95, "ent_coef": 0.0, "vf_coef": 0.5, "max_grad_norm": 0.5,
}  # fmt: skip
_PPO = {
    "learning_rate": 3e-4, "n_steps": 2048, "batch_size": 64, "n_epochs": 10, **_ON_POLICY,
    "clip_range": 0.2, "clip_range_vf": None, "normalize_advantage": True, "target_kl": None,
}  # fmt: skip
_SDE = {"use_sde": False, "sde_sample_freq": -1}
_OFF_POLICY = {
    "buffer_size": 1_000_000, "learning_starts": 100, "gamma": 0.99, "gradient_steps": 1,
    "n_steps": 1,
}  # fmt: skip
_CONTINUOUS = {
    "learning_rate": 3e-4, **_OFF_POLICY, "batch_size": 256, "tau": 0.005, "train_freq": 1,
}  # fmt: skip
_SOFT = {
    **_CONTINUOUS, "ent_coef": "auto", "target_update_interval": 1, "target_entropy": "auto",
    **_SDE, "use_sde_at_warmup": False,
}  # fmt: skip
_DQN = {
    "learning_rate": 1e-4, **_OFF_POLICY, "batch_size": 32, "tau": 1.0, "train_freq": 4,
    "target_update_interval": 10_000, "exploration_fraction": 0.1, "exploration_initial_eps": 1.0,
    "exploration_final_eps": 0.05, "max_grad_norm": 10.0,
}  # fmt: skip
_ACTOR_CRITIC_NET = {"log_std_init": 0.0, "ortho_init": True}


@dataclass(frozen=True)
class Algorithm:
    """An algorithm of Stable-Baselines3 or sb3-contrib.

    own      its hyperparameters, with defaults
    net      parameters of its networks, with defaults
    extra    parameters of ours that only it has
    acts     the kinds of action spaces it can learn
    policy   the kind of policy; what its network reads stands before it: Mlp, Cnn or MultiInput
    reads    which of these there are
    """

    name: str
    module: str
    kind: str
    about: str
    own: Mapping[str, Any]
    acts: tuple[str, ...] = ANY
    net: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    policy: str = "Policy"
    masks: bool = False
    goals: bool = False
    reads: tuple[str, ...] = ("Mlp", "Cnn", "MultiInput")

    @property
    def off_policy(self) -> bool:
        """Whether it learns from a replay buffer."""
        return "buffer_size" in self.own

    def signature(self) -> inspect.Signature:
        """Return its parameters, with their types, as those of a function."""
        given = {**self.extra, **self.own, **self.net, **OURS}
        return inspect.Signature([
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=default,
                annotation=_TYPES.get(name, type(default)),
            )
            for name, default in given.items()
        ])  # fmt: skip


_SB3, _CONTRIB = "stable_baselines3", "sb3_contrib"
_NOISE = {"noise": 0.0}
_HER = {"base": "sac", "n_sampled_goal": 4, "goal_selection_strategy": "future"}

ALGORITHMS: Mapping[str, Algorithm] = {
    algorithm.name: algorithm
    for algorithm in (
        Algorithm("dqn", _SB3, "DQN", "deep Q-learning (Mnih et al., 2015)", _DQN, DISCRETE),
        Algorithm(
            "a2c", _SB3, "A2C", "advantage actor-critic (Mnih et al., 2016)",
            {
                "learning_rate": 7e-4, "n_steps": 5, **_ON_POLICY, "gae_lambda": 1.0,
                "rms_prop_eps": 1e-5, "use_rms_prop": True, "normalize_advantage": False, **_SDE,
            },
            net=_ACTOR_CRITIC_NET,
        ),
        Algorithm(
            "ppo", _SB3, "PPO", "proximal policy optimisation (Schulman et al., 2017)",
            {**_PPO, **_SDE}, net=_ACTOR_CRITIC_NET,
        ),
        Algorithm(
            "sac", _SB3, "SAC", "soft actor-critic (Haarnoja et al., 2018)", _SOFT, BOX,
            net={"n_critics": 2},
        ),
        Algorithm(
            "td3", _SB3, "TD3", "twin delayed deterministic policy gradient (Fujimoto et al., "
            "2018)",
            {
                **_CONTINUOUS, "learning_rate": 1e-3, "policy_delay": 2,
                "target_policy_noise": 0.2, "target_noise_clip": 0.5,
            },
            BOX, net={"n_critics": 2}, extra=_NOISE,
        ),
        Algorithm(
            "ddpg", _SB3, "DDPG", "deep deterministic policy gradient (Lillicrap et al., 2016)",
            {**_CONTINUOUS, "learning_rate": 1e-3}, BOX, extra=_NOISE,
        ),
        Algorithm(
            "her", _SB3, "SAC", "hindsight experience replay (Andrychowicz et al., 2017) with SAC "
            "or TQC (base)",
            {name: value for name, value in _SOFT.items() if name != "n_steps"}, BOX,
            net={"n_critics": 2}, extra=_HER, goals=True,
        ),
        Algorithm(
            "maskable_ppo", _CONTRIB, "MaskablePPO",
            "PPO that knows which actions are legal (Huang and Ontanon, 2022)",
            _PPO, DISCRETE, net={"ortho_init": True}, masks=True,
        ),
        Algorithm(
            "recurrent_ppo", _CONTRIB, "RecurrentPPO", "PPO with an LSTM, which remembers",
            {**_PPO, "n_steps": 128, "batch_size": 128, **_SDE},
            net={**_ACTOR_CRITIC_NET, "lstm_hidden_size": 256, "n_lstm_layers": 1},
            policy="LstmPolicy",
        ),
        Algorithm(
            "qrdqn", _CONTRIB, "QRDQN", "quantile regression DQN (Dabney et al., 2018)",
            {
                **_DQN, "learning_rate": 5e-5, "exploration_fraction": 0.005,
                "exploration_final_eps": 0.01, "max_grad_norm": None,
            },
            DISCRETE, net={"n_quantiles": 200},
        ),
        Algorithm(
            "trpo", _CONTRIB, "TRPO", "trust region policy optimisation (Schulman et al., 2015)",
            {
                "learning_rate": 1e-3, "n_steps": 2048, "batch_size": 128, "gamma": 0.99,
                "cg_max_steps": 15, "cg_damping": 0.1, "line_search_shrinking_factor": 0.8,
                "line_search_max_iter": 10, "n_critic_updates": 10, "gae_lambda": 0.95,
                "normalize_advantage": True, "target_kl": 0.01, "sub_sampling_factor": 1, **_SDE,
            },
            net=_ACTOR_CRITIC_NET,
        ),
        Algorithm(
            "tqc", _CONTRIB, "TQC", "truncated quantile critics (Kuznetsov et al., 2020)",
            {**_SOFT, "top_quantiles_to_drop_per_net": 2}, BOX,
            net={"n_quantiles": 25, "n_critics": 2},
        ),
        Algorithm(
            "ars", _CONTRIB, "ARS", "augmented random search (Mania et al., 2018)",
            {
                "n_delta": 8, "n_top": None, "learning_rate": 0.02, "delta_std": 0.05,
                "zero_policy": True, "alive_bonus_offset": 0.0, "n_eval_episodes": 1,
            },
            ("Box", "Discrete"), extra={"linear": False}, reads=("Mlp",),
        ),
    )
}  # fmt: skip
