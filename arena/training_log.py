"""What a training run said of itself, kept as `HOME/logs/NAME.jsonl`: for pages and programs.

The first line of a file tells what is trained; then comes a line for each report, `{"step",
"seconds", "metrics"}`, and when the run is over `{"ended"}`. A run that is begun anew replaces the
file of the one that had its name; one that is resumed goes on with it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from arena.reports import finite

FOLDER = "logs"


def file_of(home: Path, name: str) -> Path:
    """Return where the log of a run is kept."""
    return Path(home) / FOLDER / f"{name}.jsonl"


def begin(run: Any) -> None:
    """Note that a training run begins, or goes on; other runs are none of this module's."""
    if not _trains(run):
        return
    file = file_of(run.workspace.home, run.name)
    file.parent.mkdir(parents=True, exist_ok=True)
    if run.step == 0:
        file.unlink(missing_ok=True)
    terms = run.terms
    told = {"name": run.name, **terms.arguments, "parameters": terms.parameters}
    _add(run, {"began": time.time(), "alias": terms.alias, **told})


def note(run: Any, step: int, metrics: Mapping[str, float]) -> None:
    """Note a report of a run that was begun."""
    if _begun(run):
        seconds = float(run.seconds)
        _add(run, {"step": step, "seconds": seconds, "metrics": dict(metrics)})


def end(run: Any) -> None:
    """Note that a training run is over, finished or interrupted."""
    if _begun(run):
        _add(run, {"ended": time.time(), "step": run.step})


def read(home: Path) -> Iterator[dict[str, Any]]:
    """Yield each run as it stands: what the first line says, `points` [(step, metrics), ...] and
    `ended` (None while it runs, or where it was killed), by name."""
    folder = Path(home) / FOLDER
    for file in sorted(folder.glob("*.jsonl")) if folder.is_dir() else ():
        told = _read(file)
        if told is not None:
            yield told


def _trains(run: Any) -> bool:
    return hasattr(run, "terms") and hasattr(run, "workspace")


def _begun(run: Any) -> bool:
    """Whether its log was begun: nobody is told of the runs that `arena exploit` makes."""
    return _trains(run) and file_of(run.workspace.home, run.name).is_file()


def _add(run: Any, line: Mapping[str, Any]) -> None:
    with file_of(run.workspace.home, run.name).open("a", encoding="utf-8") as out:
        out.write(json.dumps(finite(line), default=str) + "\n")


def _read(file: Path) -> dict[str, Any] | None:
    """Return what a file says; a line that is not whole yet is left out."""
    lines = []
    for line in file.read_text(encoding="utf-8").split("\n"):
        try:
            lines.append(json.loads(line))
        except ValueError:
            continue
    begun = [line for line in lines if "began" in line]
    if not begun:
        return None
    points: dict[int, dict[str, float]] = {}
    for line in lines:  # a report and an offer may be of one step
        if "metrics" in line:
            points.setdefault(line["step"], {}).update(line["metrics"])
    over = "ended" in lines[-1]
    return {
        **begun[-1], "changed": file.stat().st_mtime, "ended": lines[-1]["ended"] if over else None,
        "step": lines[-1].get("step", 0), "points": sorted(points.items()),
    }  # fmt: skip
