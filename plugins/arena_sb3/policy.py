"""A policy as a checkpoint holds it: `policy.json`, `model.safetensors`, and how it answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

import arena
from arena_sb3 import spaces
from arena_sb3.network import Memory, Network, Shape, device_of, one_thread, unfilled
from arena_sb3.sight import Page, Sight

FORMAT = 1
FILE, WEIGHTS = "policy.json", "model.safetensors"
_MEMORY = "lstm"
_LOG_STD = -20.0, 2.0  # the bounds that SAC and TQC set
_EXPLN = 1e-6  # added where expln takes the place of exp


class Draws(Protocol):
    """The luck of some rows, each row's its own."""

    u: NDArray[np.float64]
    """A number in [0, 1) a row."""

    def normal(self, n: int) -> NDArray[np.float64]:
        """Return standard normal numbers: (rows, n)."""

    def uniform(self, n: int) -> NDArray[np.float64]:
        """Return numbers in [0, 1): (rows, n)."""


class Policy:
    """Answers observations of one seat.

    `about` is what `policy.json` holds: the spaces, how observations are shown, the network, and
    what its numbers mean (`acts`). `arrays` holds what is no weight of the network: running means
    and variances of observations, and standard deviations of actions.
    """

    def __init__(
        self, about: Mapping[str, Any], network: Network, arrays: Mapping[str, NDArray[Any]]
    ) -> None:
        self.about, self.network, self.arrays = dict(about), network.eval(), dict(arrays)
        self.acts: dict[str, Any] = about["acts"]
        self.space = spaces.from_json(about["action_space"])
        self.sight = Sight(spaces.from_json(about["observation_space"]), **about["sight"])
        self.device = torch.device("cpu")

    @property
    def counted(self) -> bool:
        """Whether actions are counted, so that masks apply."""
        return self.acts["kind"] in ("categorical", "values")

    @property
    def remembers(self) -> bool:
        """Whether an answer hangs on earlier ones of the match."""
        return self.network.lstm is not None or self.sight.frames > 1

    def to(self, device: str) -> Policy:
        """Move to a device by name, and return itself."""
        self.device = device_of(device)
        self.network.to(self.device)
        return self

    def answer(
        self,
        data: Any,
        pages: Sequence[Page],
        mask: NDArray[np.bool_] | None = None,
        draws: Draws | None = None,
    ) -> NDArray[Any]:
        """Return an action a row for stacked observations, the best one unless `draws` are given.

        `pages` (a dict a row) keep what must be remembered within a match. `mask`, bool (rows, n),
        is of counted actions.
        """
        numbers, latent = self._think(data, pages)
        kind = self.acts["kind"]
        if self.counted:
            odds = self._odds(numbers, mask, greedy=draws is None)
            chosen = odds.argmax(axis=1) if draws is None else _drawn(odds, draws.u)
            return np.asarray(chosen + int(self.space.start))
        if kind == "multi_categorical":
            return self._several(numbers, draws)
        if kind == "bernoulli":
            chances = torch.sigmoid(numbers).cpu().numpy()
            limit = 0.5 if draws is None else draws.uniform(chances.shape[1])
            return np.asarray(chances > limit).astype(np.int8).reshape(-1, *self.space.shape)
        return self._continuous(numbers, latent, draws)

    def odds(
        self, data: Any, pages: Sequence[Page], mask: NDArray[np.bool_], greedy: bool
    ) -> NDArray[np.float64]:
        """Return the odds of counted actions: (rows, n)."""
        return self._odds(self._think(data, pages)[0], mask, greedy)

    def _think(self, data: Any, pages: Sequence[Page]) -> tuple[Tensor, Tensor]:
        """Return the network's numbers and its latent ones, and write its memory on the pages."""
        shown = self.sight.see(data, pages)
        parts = {"": shown} if self.sight.single else shown
        with torch.inference_mode(), one_thread():
            tensors = {
                name: torch.as_tensor(self._normal(name, rows), device=self.device)
                for name, rows in parts.items()
            }
            numbers, latent, memory = self.network(tensors, self._recalled(pages))
        if memory is not None:
            for row, page in enumerate(pages):
                page[_MEMORY] = tuple(state[:, row] for state in memory)
        return numbers, latent

    def _normal(self, name: str, rows: NDArray[Any]) -> NDArray[Any]:
        """Return observations by the running statistics of training, if it kept any."""
        how = self.about["normalise"]
        if how is None or name not in how["parts"]:
            return np.ascontiguousarray(rows)
        mean, variance = self.arrays[f"mean.{name}"], self.arrays[f"variance.{name}"]
        scaled = (rows - mean) / np.sqrt(variance + how["epsilon"])
        return np.asarray(np.clip(scaled, -how["clip"], how["clip"]).astype(np.float32))

    def _recalled(self, pages: Sequence[Page]) -> Memory | None:
        lstm = self.network.lstm
        if lstm is None:
            return None
        nothing = torch.zeros(lstm.num_layers, lstm.hidden_size, device=self.device)
        kept = [page.get(_MEMORY, (nothing, nothing)) for page in pages]
        return torch.stack([h for h, _ in kept], 1), torch.stack([c for _, c in kept], 1)

    def _odds(
        self, numbers: Tensor, mask: NDArray[np.bool_] | None, greedy: bool
    ) -> NDArray[np.float64]:
        """Return the odds of counted actions from logits, or from values."""
        if self.acts["kind"] == "values" and self.acts["quantiles"]:
            numbers = numbers.view(len(numbers), self.acts["quantiles"], -1).mean(dim=1)
        logits = numbers.double().cpu().numpy()
        legal = np.ones(logits.shape, np.bool_) if mask is None else mask
        logits = np.where(legal, logits, -np.inf)
        best = np.zeros(logits.shape)
        best[np.arange(len(best)), logits.argmax(axis=1)] = 1.0
        if greedy:
            return best
        if self.acts["kind"] == "values":
            anyhow = legal / legal.sum(axis=1, keepdims=True)
            return np.asarray(best + self.acts["epsilon"] * (anyhow - best))
        chances = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(chances / chances.sum(axis=1, keepdims=True))

    def _several(self, numbers: Tensor, draws: Draws | None) -> NDArray[Any]:
        """Return an array of counted actions for each row."""
        sizes = self.space.nvec.reshape(-1).tolist()
        logits = numbers.double().cpu().split(sizes, dim=1)
        split = [part.softmax(dim=1).numpy() for part in logits]
        if draws is None:
            chosen = [odds.argmax(axis=1) for odds in split]
        else:
            u = draws.uniform(len(sizes))
            chosen = [_drawn(odds, u[:, i]) for i, odds in enumerate(split)]
        rows = np.stack(chosen, axis=1).reshape(-1, *self.space.shape)
        return np.asarray(rows + self.space.start)

    def _continuous(self, mean: Tensor, latent: Tensor, draws: Draws | None) -> NDArray[Any]:
        """Return an array of numbers within bounds for each row."""
        if draws is not None and (spread := self._spread(latent)) is not None:
            noise = torch.as_tensor(draws.normal(mean.shape[1]), device=self.device)
            mean = mean + spread * noise.float()
        if self.acts["tanh"]:
            mean = torch.tanh(mean)
        chosen = mean.cpu().numpy().reshape(-1, *self.space.shape)
        low, high = self.space.low, self.space.high
        if self.acts["scaled"]:
            chosen = low + 0.5 * (chosen + 1.0) * (high - low)
        return np.asarray(np.clip(chosen, low, high)).astype(self.space.dtype)

    def _spread(self, latent: Tensor) -> Tensor | None:
        """Return the standard deviations of actions; None if it never strays."""
        how = self.acts["spread"]
        if how == "head" and self.network.spread is not None:
            with torch.inference_mode(), one_thread():
                return self.network.spread(latent).clamp(*_LOG_STD).exp()
        if how == "vector":
            return torch.as_tensor(self.arrays["log_std"], device=self.device).exp()
        if how == "state":  # the noise is linear in the latent numbers (gSDE)
            log_std = torch.as_tensor(self.arrays["log_std"], device=self.device)
            std = _expln(log_std) if self.acts["expln"] else log_std.exp()
            return ((latent**2) @ (std**2) + _EXPLN).sqrt()
        return None

    def write(self, folder: Path) -> None:
        """Write what `read_policy` reads."""
        from safetensors.numpy import save_file

        text = json.dumps(self.about, indent=1, sort_keys=True)
        (folder / FILE).write_text(text + "\n", encoding="utf-8")
        weights = {f"network.{k}": v.cpu().numpy() for k, v in self.network.state_dict().items()}
        arrays = {name: np.asarray(array) for name, array in self.arrays.items()}
        save_file(weights | arrays, folder / WEIGHTS)


def read_policy(folder: str | Path) -> Policy:
    """Return the policy of a checkpoint's folder. Raises `UsageError` if it cannot be read."""
    file = Path(folder) / FILE
    try:
        about = json.loads(file.read_text(encoding="utf-8"))
        shape = Shape(**about["network"])
        known = about["format"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise arena.UsageError(f"policy {file} cannot be read ({error}); train it again") from error
    if known != FORMAT:
        raise arena.UsageError(f"policy {file} has format {known}, not {FORMAT}; train it again")
    arrays = arena.read_arrays(folder)
    network, prefix = unfilled(shape), "network."
    weights = {k[len(prefix) :]: v for k, v in arrays.items() if k.startswith(prefix)}
    network.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
    rest = {name: array for name, array in arrays.items() if not name.startswith(prefix)}
    return Policy(about, network, rest)


def _drawn(odds: NDArray[np.float64], u: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the column of each row that u in [0, 1) falls on; never one of odds 0."""
    ends = odds.cumsum(axis=1)
    ends /= ends[:, -1:]
    return np.asarray((ends > u[:, None]).argmax(axis=1))


def _expln(log_std: Tensor) -> Tensor:
    """Return positive numbers that grow slowly (Raffin et al., 2022, "Smooth exploration")."""
    above = torch.log1p(log_std.clamp(min=0.0) + _EXPLN) + 1.0
    return torch.where(log_std > 0, above, log_std.exp())
