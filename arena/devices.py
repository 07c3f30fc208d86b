"""Which device "auto" means."""

from __future__ import annotations

from arena.errors import BadParameter


def resolve(device: str) -> str:
    """Return "cpu", or "cuda" if that is asked for (or "auto" is) and there; imports torch.

    Raises `BadParameter` where "cuda" is asked for and torch finds none.
    """
    import torch

    if device != "cpu" and torch.cuda.is_available():
        return "cuda"
    if device == "cuda":
        raise BadParameter("device: torch finds no CUDA device here; leave --device out or say cpu")
    return "cpu"
