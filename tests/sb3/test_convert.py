"""A converted policy answers what Stable-Baselines3 answers, on the same observations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from arena_sb3.algorithms import ALGORITHMS
from arena_sb3.convert import convert
from arena_sb3.network import Unconvertible
from arena_sb3.policy import read_policy
from arena_sb3.sight import Sight
from gymnasium import spaces
from scipy.stats import ks_2samp

import arena
from tests.sb3.models import (
    ARMS,
    BOARD,
    FIVE,
    GOAL,
    MIXED,
    NUMBERS,
    PICTURE,
    model_of,
    sampled,
)

ROWS = 200
MANY = spaces.MultiDiscrete([2, 3, 4])
SWITCHES = spaces.MultiBinary(3)
# sb3-contrib 2.9 cannot make an LSTM that reads MultiDiscrete: its size is no int to torch
FEWER = spaces.Dict({name: part for name, part in MIXED.items() if name != "held"})
EVERY = [
    *[(name, NUMBERS, FIVE, {}) for name in ("dqn", "qrdqn", "maskable_ppo")],
    *[(name, NUMBERS, ARMS, {}) for name in ("sac", "td3", "ddpg", "tqc")],
    *[(name, NUMBERS, done, {}) for name in ("a2c", "ppo", "trpo") for done in (FIVE, ARMS)],
    *[("ars", NUMBERS, done, {"linear": linear}) for done in (FIVE, ARMS) for linear in (0, 1)],
    ("her", GOAL, ARMS, {}),
    ("ppo", NUMBERS, MANY, {}),
    ("ppo", NUMBERS, SWITCHES, {}),
    ("ppo", BOARD, FIVE, {"net": [32], "activation": "elu"}),
    ("ppo", MIXED, FIVE, {}),
    ("ppo", PICTURE, FIVE, {}),
    ("ppo", NUMBERS, ARMS, {"use_sde": True}),
    ("dqn", PICTURE, FIVE, {}),
    ("dqn", spaces.Discrete(7), FIVE, {}),
    ("dqn", NUMBERS, FIVE, {"rescale": True, "net": [16, 16, 16]}),
    ("sac", MIXED, ARMS, {}),
    ("sac", NUMBERS, ARMS, {"use_sde": True}),
    ("tqc", PICTURE, ARMS, {}),
]


def test_every_algorithm_is_converted_here_or_recurrent() -> None:
    assert {name for name, *_ in EVERY} | {"recurrent_ppo"} == set(ALGORITHMS)


@pytest.mark.parametrize(
    ("name", "seen", "done", "given"), EVERY, ids=[f"{n}-{i}" for i, (n, *_) in enumerate(EVERY)]
)
def test_the_same_answers(name: str, seen: Any, done: Any, given: Any, tmp_path: Path) -> None:
    model, sight = model_of(name, seen, done, **given)
    rows = 20 if seen is PICTURE else ROWS
    data = arena.stack(sampled(seen, rows))
    expected, _ = model.predict(sight.see(data, [{}] * rows), deterministic=True)
    convert(model, name, sight, done).write(tmp_path)
    policy = read_policy(tmp_path)
    got = policy.answer(data, [{} for _ in range(rows)])
    assert got.shape == expected.shape and len(np.unique(expected, axis=0)) > 1
    if np.issubdtype(got.dtype, np.floating):
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)
        assert all(done.contains(row) for row in got)
    else:
        assert (got == expected).all()


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("seen", [NUMBERS, FEWER], ids=["numbers", "mixed"])
def test_a_recurrent_policy_remembers_as_the_library_does(
    seen: Any, layers: int, tmp_path: Path
) -> None:
    model, sight = model_of("recurrent_ppo", seen, ARMS, lstm_hidden_size=16, n_lstm_layers=layers)
    convert(model, "recurrent_ppo", sight, ARMS).write(tmp_path)
    policy = read_policy(tmp_path)
    pages: list[Any] = [{} for _ in range(3)]
    state, alone = None, []
    for turn in range(6):
        data = arena.stack(sampled(seen, 3, seed=turn))
        shown = sight.see(data, [{}] * 3)
        expected, state = model.predict(shown, state=state, deterministic=True)
        first = np.zeros(3, bool)
        forgetful, _ = model.predict(shown, episode_start=first, deterministic=True)
        np.testing.assert_allclose(policy.answer(data, pages), expected, rtol=1e-4, atol=1e-5)
        alone.append(np.abs(forgetful - expected).max())
    assert alone[0] == 0.0 and max(alone) > 1e-3  # what came before matters


def test_masks_decide_what_is_chosen() -> None:
    model, sight = model_of("maskable_ppo", NUMBERS, FIVE)
    data = arena.stack(sampled(NUMBERS, ROWS))
    mask = np.random.default_rng(0).random((ROWS, 5)) < 0.4
    mask[~mask.any(axis=1), 3] = True
    expected, _ = model.predict(data, action_masks=mask, deterministic=True)
    policy = convert(model, "maskable_ppo", sight, FIVE)
    pages: list[Any] = [{}] * ROWS
    got = policy.answer(data, pages, mask)
    assert (got == expected).all() and mask[np.arange(ROWS), got].all()
    assert (policy.answer(data, pages) != got).any()


@pytest.mark.parametrize("name", ["ppo", "dqn"])
def test_actions_need_not_be_counted_from_nought(name: str) -> None:
    done = spaces.Discrete(5, start=3)
    model, sight = model_of(name, NUMBERS, FIVE)
    data = arena.stack(sampled(NUMBERS, ROWS))
    pages: list[Any] = [{}] * ROWS
    plain = convert(model, name, sight, FIVE).answer(data, pages)
    assert (convert(model, name, sight, done).answer(data, pages) == plain + 3).all()


def test_running_statistics_are_applied(tmp_path: Path) -> None:
    from stable_baselines3.common.vec_env import VecNormalize

    model, sight = model_of("ppo", NUMBERS, ARMS)
    normal = VecNormalize(model.get_env(), clip_obs=1.5)
    normal.obs_rms.mean, normal.obs_rms.var = np.arange(5) / 4, np.arange(1, 6) / 3
    data = arena.stack(sampled(NUMBERS, ROWS))
    expected, _ = model.predict(normal.normalize_obs(data), deterministic=True)
    convert(model, "ppo", sight, ARMS, normal).write(tmp_path)
    got = read_policy(tmp_path).answer(data, [{}] * ROWS)
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)
    assert np.abs(got - model.predict(data, deterministic=True)[0]).max() > 0.01


class Given:
    """Luck that a test holds in its hand."""

    def __init__(self, rows: int) -> None:
        self.rng = np.random.default_rng(1)
        self.u = self.rng.random(rows)
        self.rows = rows

    def normal(self, n: int) -> Any:
        return self.rng.normal(size=(self.rows, n))

    def uniform(self, n: int) -> Any:
        return self.rng.random((self.rows, n))


@pytest.mark.parametrize(
    ("name", "done"), [("ppo", FIVE), ("ppo", MANY), ("ppo", SWITCHES)], ids=str
)
def test_drawn_actions_follow_the_odds_of_the_library(name: str, done: Any) -> None:
    """The frequencies over 20,000 draws are within 5 standard errors of SB3's probabilities."""
    model, sight = model_of(name, NUMBERS, done)
    rows = 20_000
    data = np.repeat(sampled(NUMBERS, 1)[0][None], rows, axis=0)
    actions = convert(model, name, sight, done).answer(data, [{}] * rows, None, Given(rows))
    law = model.policy.get_distribution(torch.as_tensor(data[:1])).distribution
    laws = law if isinstance(law, list) else [law]
    if done is SWITCHES:
        expected, found = law.probs[0].detach().numpy(), actions.mean(axis=0)
    else:
        columns = actions.reshape(rows, -1).T
        odds = [each.probs[0].detach().numpy() for each in laws]
        expected = np.concatenate(odds)
        counts = [np.bincount(c, minlength=len(p)) / rows for c, p in zip(columns, odds)]
        found = np.concatenate(counts)
    assert (np.abs(found - expected) <= 5 * np.sqrt(expected * (1 - expected) / rows) + 1e-9).all()


@pytest.mark.parametrize(("name", "given"), [
    ("ppo", {}), ("ppo", {"use_sde": True}), ("sac", {}), ("sac", {"use_sde": True}),
])  # fmt: skip
def test_drawn_numbers_spread_as_the_library_says(name: str, given: Any) -> None:
    """Two samples of 20,000, SB3's and ours: Kolmogorov-Smirnov with odds 1e-6 of a mistake."""
    model, sight = model_of(name, NUMBERS, ARMS, **given)
    with torch.no_grad():
        for part in model.policy.modules():
            if isinstance(getattr(part, "log_std", None), torch.nn.Parameter):
                part.log_std -= 3.0  # or else nearly all of it lies at the bounds
    rows = 20_000
    data = np.repeat(sampled(NUMBERS, 1)[0][None], rows, axis=0)
    drawn = convert(model, name, sight, ARMS).answer(data, [{}] * rows, None, Given(rows))
    with torch.no_grad(), torch.random.fork_rng():
        torch.manual_seed(2)
        if given and name == "ppo":
            model.policy.reset_noise(rows)
        elif given:
            model.actor.reset_noise(rows)
        theirs, _ = model.predict(data, deterministic=False)
    assert np.ptp(theirs, axis=0).max() > 0.1
    for ours, reference in zip(drawn.T, theirs.T):
        assert ks_2samp(ours, reference).pvalue > 1e-6 or np.ptp(reference) < 1e-6


def test_values_explore_as_much_as_they_did_in_the_end() -> None:
    model, sight = model_of("dqn", NUMBERS, FIVE, exploration_final_eps=0.2)
    policy = convert(model, "dqn", sight, FIVE)
    data = np.repeat(sampled(NUMBERS, 1)[0][None], 20_000, axis=0)
    pages: list[Any] = [{}] * len(data)
    best = policy.answer(data[:1], pages[:1])[0]
    mask = np.ones((len(data), 5), bool)
    mask[:, (best + 1) % 5] = False
    drawn = policy.answer(data, pages, mask, Given(len(data)))
    assert (drawn == best).mean() == pytest.approx(0.8 + 0.2 / 4, abs=0.02)
    assert (drawn != (best + 1) % 5).all()


def test_a_network_of_somebody_elses_parts_is_refused() -> None:
    model, sight = model_of("ppo", NUMBERS, FIVE)
    model.policy.mlp_extractor.policy_net.append(torch.nn.Softsign())
    with pytest.raises(Unconvertible, match="Softsign is no layer"):
        convert(model, "ppo", sight, FIVE)


def test_what_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(arena.UsageError, match=r"policy .*policy.json cannot be read"):
        read_policy(tmp_path)
    model, sight = model_of("ppo", NUMBERS, FIVE)
    convert(model, "ppo", sight, FIVE).write(tmp_path)
    text = (tmp_path / "policy.json").read_text()
    (tmp_path / "policy.json").write_text(text.replace('"format": 1', '"format": 2'))
    with pytest.raises(arena.UsageError, match="has format 2, not 1"):
        read_policy(tmp_path)


@pytest.mark.parametrize("space", [spaces.Text(5), spaces.Sequence(FIVE)], ids=str)
def test_what_has_no_numbers_is_unsuitable(space: Any) -> None:
    with pytest.raises(arena.Unsuitable, match="cannot read"):
        Sight(space)
