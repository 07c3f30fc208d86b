"""Where networks are computed, and with how many threads."""

from __future__ import annotations

from types import TracebackType

import torch

_SMALL = 5_000_000


def pick_device(device: str) -> torch.device:
    """Return the device that is meant by auto, cpu or cuda (or another name that torch knows)."""
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(device)


class Threads:
    """Within `with threads:` small networks are computed by one thread of the processor.

    More of them wait for each other longer than they compute. Outside all is as it was.
    """

    def __init__(self, module: torch.nn.Module) -> None:
        self._small = sum(p.numel() for p in module.parameters()) < _SMALL
        self._before = 1

    def __enter__(self) -> None:
        self._before = torch.get_num_threads()
        if self._small and self._before > 1:
            torch.set_num_threads(1)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._small and self._before > 1:
            torch.set_num_threads(self._before)
