"""A network's weights as one vector, and what a training run keeps of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim.adam import adam

from arena import Unsuitable, UsageError, read_arrays, write_arrays

CONFIG = "network.json"
_MOMENTS = ("exp_avg", "exp_avg_sq")
Arrays = Mapping[str, NDArray[Any]]


class Adam:
    """Adam (Kingma and Ba, 2015) on all weights of a network at once.

    The weights, and their gradients, become views of two vectors, so that a step, the norm of the
    gradients and a copy of everything are each one operation, however many layers there are.
    `memory`, a pair of vectors, is where they are to lie; it loses what it held.
    """

    def __init__(
        self,
        network: nn.Module,
        rate: float,
        epsilon: float = 1e-8,
        memory: tuple[Tensor, Tensor] | None = None,
    ) -> None:
        parameters = list(network.parameters())
        self.vector = torch.cat([p.detach().reshape(-1) for p in parameters])
        self.gradient = torch.zeros_like(self.vector)
        if memory is not None:
            self.vector, self.gradient = (
                there.copy_(here) for there, here in zip(memory, (self.vector, self.gradient))
            )
        place = 0
        for parameter in parameters:
            part = slice(place, place := place + parameter.numel())
            parameter.data = self.vector[part].view_as(parameter)
            parameter.grad = self.gradient[part].view_as(parameter)
        self.rate, self.epsilon = rate, epsilon
        self._moments = {name: torch.zeros_like(self.vector) for name in _MOMENTS}
        self._moments["step"] = torch.zeros((), device=self.vector.device)

    def step(self, loss: Tensor, rate: float | None = None, clip: float | None = None) -> None:
        """Move the weights down the gradient of a loss, its norm at most `clip`."""
        self.find(loss)
        self.move(rate, clip)

    def find(self, loss: Tensor) -> None:
        """Set the gradient to that of a loss."""
        self.gradient.zero_()
        loss.backward()  # type: ignore[no-untyped-call]

    def move(self, rate: float | None = None, clip: float | None = None) -> None:
        """Move the weights down the gradient there is, its norm at most `clip`."""
        if rate is not None:
            self.rate = rate
        if clip is not None:
            norm = torch.linalg.vector_norm(self.gradient)
            self.gradient.mul_((clip / (norm + 1e-6)).clamp(max=1.0))
        mean, square, step = self._moments.values()
        # What `torch.optim.Adam` calls: around it, its `step` takes as long as the arithmetic.
        with torch.no_grad():
            adam(
                [self.vector], [self.gradient], [mean], [square], [], [step], fused=True,
                amsgrad=False, beta1=0.9, beta2=0.999, lr=self.rate, weight_decay=0.0,
                eps=self.epsilon, maximize=False,
            )  # fmt: skip

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """Return the weights and all that later steps depend on, under names of their own."""
        kept = {"weights": self.vector, **self._moments}
        return {f"{name}.{key}": value.numpy(force=True).copy() for key, value in kept.items()}

    def restore(self, name: str, arrays: Arrays) -> None:
        """Take back what `arrays` returned."""
        for key, tensor in {"weights": self.vector, **self._moments}.items():
            tensor.copy_(torch.as_tensor(np.array(arrays[f"{name}.{key}"])))


def write_network(folder: Path, network: nn.Module, config: Mapping[str, Any]) -> None:
    """Write a network into a checkpoint's folder: safetensors, and in JSON what it is made of."""
    arrays = {name: part.numpy(force=True) for name, part in network.state_dict().items()}
    write_arrays(folder / "model.safetensors", arrays)
    text = json.dumps(config, indent=1, sort_keys=True) + "\n"
    (folder / CONFIG).write_text(text, encoding="utf-8")


def read_config(folder: str) -> dict[str, Any]:
    """Return what a checkpoint's network is made of. Raises `UsageError`."""
    file = Path(folder) / CONFIG
    try:
        config: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} cannot be read ({error}); train it again") from error
    return config


def load_weights(network: nn.Module, folder: str) -> None:
    """Give a network the weights of a checkpoint.

    Raises `Unsuitable` if they are of another network, `UsageError` if they cannot be read.
    """
    arrays = read_arrays(folder)
    have = {name: tuple(part.shape) for name, part in network.state_dict().items()}
    for name, shape in have.items():
        if name not in arrays or arrays[name].shape != shape:
            raise Unsuitable("it learnt a game that looks, or is played, differently")
    network.load_state_dict({name: torch.as_tensor(arrays[name]) for name in have})
