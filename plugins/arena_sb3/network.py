"""Networks rebuilt from JSON in plain torch: what plays needs no Stable-Baselines3.

A network is a list of layers for each part of an observation, side by side; perhaps an LSTM; the
trunk; and the head, whose numbers are logits, values or means of actions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

Layer = Mapping[str, Any]
"""A layer: its `kind`, and the arguments it is made with."""
Memory = tuple[Tensor, Tensor]
"""The state of an LSTM, each (layers, rows, size)."""

_ARGUMENTS: Mapping[type[nn.Module], tuple[str, ...]] = {
    nn.Linear: ("in_features", "out_features", "bias"),
    nn.Conv2d: ("in_channels", "out_channels", "kernel_size", "stride", "padding", "bias"),
    nn.Flatten: (), nn.Identity: (), nn.Tanh: (), nn.ReLU: (), nn.SiLU: (), nn.GELU: (),
    nn.Sigmoid: (), nn.Mish: (), nn.Softplus: (),
    nn.ELU: ("alpha",), nn.LeakyReLU: ("negative_slope",), nn.Hardtanh: ("min_val", "max_val"),
    nn.LayerNorm: ("normalized_shape",),
}  # fmt: skip
_KINDS = {kind.__name__: kind for kind in _ARGUMENTS}


class Unconvertible(Exception):
    """A network holds a layer that is not described here."""


def describe(module: nn.Module) -> list[Layer]:
    """Return the layers of a module made of those known here. Raises `Unconvertible`."""
    return [_described(leaf) for leaf in leaves(module)]


def leaves(module: nn.Module) -> list[nn.Module]:
    """Return what a sequence, nested or not, is made of, in order."""
    if isinstance(module, nn.Sequential):
        return [leaf for inner in module for leaf in leaves(inner)]
    return [module]


def _described(leaf: nn.Module) -> Layer:
    if type(leaf) not in _ARGUMENTS:
        raise Unconvertible(f"{type(leaf).__name__} is no layer that can be rebuilt")
    given = {name: getattr(leaf, name) for name in _ARGUMENTS[type(leaf)]}
    if "bias" in given:
        given["bias"] = given["bias"] is not None
    return {"kind": type(leaf).__name__, **{name: _plain(v) for name, v in given.items()}}


def _plain(value: Any) -> Any:
    """Return an argument as JSON can hold it: SB3 computes sizes with numpy."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.item() if hasattr(value, "item") else value


def build(layers: Sequence[Layer]) -> nn.Sequential:
    """Return the module that `describe` described, its weights not yet set."""
    made = []
    for layer in layers:
        given = {name: value for name, value in layer.items() if name != "kind"}
        made.append(_KINDS[layer["kind"]](**given))
    return nn.Sequential(*made)


class Shape(NamedTuple):
    """What a network is made of.

    parts    (name, layers) of each part of an observation, in the order they are laid side by side
    encode   by part how its numbers come in: "float", "picture" (divided by 255), or the sizes of
             what is counted and comes as one-hot vectors
    lstm     {"input_size", "hidden_size", "num_layers"} or None
    spread   the layers of the head of log standard deviations; None if there is no such head
    """

    parts: Sequence[tuple[str, Sequence[Layer]]]
    encode: Mapping[str, str | Sequence[int]]
    lstm: Mapping[str, int] | None
    trunk: Sequence[Layer]
    head: Sequence[Layer]
    spread: Sequence[Layer] | None


class Network(nn.Module):
    """A policy's network, as its `Shape` says."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.parts = nn.ModuleList(build(layers) for _, layers in shape.parts)
        self.lstm = nn.LSTM(**shape.lstm) if shape.lstm is not None else None
        self.trunk, self.head = build(shape.trunk), build(shape.head)
        self.spread = build(shape.spread) if shape.spread is not None else None

    def forward(
        self, shown: Mapping[str, Tensor], memory: Memory | None = None
    ) -> tuple[Tensor, Tensor, Memory | None]:
        """Return the head's numbers (rows, n), the trunk's (rows, m), and the new memory."""
        features = []
        for (name, _), part in zip(self.shape.parts, self.parts):
            features.append(part(_encoded(shown[name], self.shape.encode[name])))
        latent = torch.cat(features, dim=1)
        if self.lstm is not None:
            out, memory = self.lstm(latent[None], memory)
            latent = out[0]
        latent = self.trunk(latent)
        return self.head(latent), latent, memory


def unfilled(shape: Shape) -> Network:
    """Return a network whose weights are yet to be set, and for which nothing was drawn."""
    with torch.device("meta"):
        network = Network(shape)
    return network.to_empty(device="cpu")


def _encoded(rows: Tensor, how: str | Sequence[int]) -> Tensor:
    """Return observations as a network takes them."""
    if how == "float":
        return rows.float()
    if how == "picture":
        return rows.float() / 255.0
    columns = rows.long().reshape(len(rows), -1).unbind(dim=1)
    hot = [functional.one_hot(column, int(n)) for column, n in zip(columns, how)]
    return torch.cat(hot, dim=1).float()


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use one thread within an operation: a small network is slower with more."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def device_of(name: str) -> torch.device:
    """Return a device by name: auto takes a GPU where there is one."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)
