"""Tables whose operations torch fuses (`torch.compile`)."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch

from arena import Unsuitable

_FUSED = ("reset", "acting", "legal", "observe", "step")


@cache
def check_compiler() -> None:
    """Compile next to nothing. Raises `Unsuitable` where torch cannot, for want of a compiler."""
    try:
        torch.compile(torch.neg)(torch.zeros(2))
    except Exception as error:
        why = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise Unsuitable(
            f"compile=true: torch cannot compile here ({why}): install g++, or leave it out"
        ) from error


@cache
def compiled(kind: type[Any]) -> type[Any]:
    """Return a kind of table whose methods are compiled, for each size, when they are first called.

    Methods of the class and not of one table: copies of a table then have their own.
    """
    fused = {name: torch.compile(getattr(kind, name), dynamic=False) for name in _FUSED}
    return type(f"Compiled{kind.__name__}", (kind,), fused)
