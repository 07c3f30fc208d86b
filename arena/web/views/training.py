"""Training runs: what they report of themselves, while they run and afterwards."""

from __future__ import annotations

import time
from typing import Any

from arena.errors import UnknownName
from arena.training_log import read
from arena.web.site import Here

SILENT = 600.0
"""Seconds without a word after which a run that did not say it ended is taken for dead."""


def training(site: Here) -> dict[str, Any]:
    """Return all training runs, the one heard of last first."""
    runs = sorted(read(site.workspace.home), key=lambda run: -run["changed"])
    return {"runs": [_brief(run) for run in runs]}


def run(site: Here, name: str) -> dict[str, Any]:
    """Return a training run with the curve of each of its metrics."""
    runs = {run["name"]: run for run in read(site.workspace.home)}
    if name not in runs:
        raise UnknownName("training run", name, runs, "arena train")
    found = runs[name]
    metrics = sorted({metric for _, metrics in found["points"] for metric in metrics})
    curves = [
        {"metric": metric, "points": [[step, told[metric]] for step, told in found["points"]
                                      if told.get(metric) is not None]}
        for metric in metrics
    ]  # fmt: skip
    return {**_brief(found), "parameters": found["parameters"], "curves": curves}


def _brief(run: dict[str, Any]) -> dict[str, Any]:
    """Return a run without its curves; `state` is running, ended or silent."""
    state = "ended" if run["ended"] is not None else "running"
    if state == "running" and time.time() - run["changed"] > SILENT:
        state = "silent"
    last = run["points"][-1][1] if run["points"] else {}
    kept = ("name", "trainer", "environment", "alias", "steps", "seed", "step", "began", "changed")
    return {**{key: run.get(key) for key in kept}, "state": state, "metrics": last}
