"""TensorBoard's logs of training runs. Needs tensorboard."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arena.hookspecs import hookimpl


def tensorboard_there() -> bool:
    """Whether logs can be written."""
    return importlib.util.find_spec("tensorboard") is not None


class TensorBoardLogs:
    """Hears one training run, and writes its metrics to `tensorboard` in the run's folder.

    A run that is begun anew replaces the logs of the one that had its name; one that is resumed
    goes on with them.
    """

    def __init__(self) -> None:
        self.folder: Path | None = None
        self._writer: Any = None

    @hookimpl
    def arena_started(self, run: Any) -> None:
        """Begin, at the start of a run that learns."""
        if self._writer is not None or not hasattr(run, "steps"):
            return
        from tensorboard.summary import Writer

        self.folder = run.folder / "tensorboard"
        if run.step == 0:
            shutil.rmtree(self.folder, ignore_errors=True)
        self._writer = Writer(str(self.folder))

    @hookimpl
    def arena_learned(self, run: Any, step: int, metrics: Mapping[str, float]) -> None:
        """Write down metrics."""
        if self._writer is not None:
            for name, value in metrics.items():
                self._writer.add_scalar(name, value, step)

    @hookimpl
    def arena_finished(self, run: Any) -> None:
        """End."""
        if self._writer is not None and hasattr(run, "steps"):
            self._writer.close()
            self._writer = None
