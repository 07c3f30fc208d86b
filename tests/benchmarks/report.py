"""What was measured, as docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from measuring import Row

ROOT = Path(__file__).parents[2]
OURS = ("torch", "numpy", "open_spiel", "gymnasium", "sqlalchemy")

PAGE = ROOT / "docs" / "benchmarks.md"

HEAD = """# Benchmarks

How fast Arena is beside what else there is. This page is written by
`python tests/benchmarks/peers.py --write`, with the extra `bench` installed; nothing in it is
written by hand. With names of parts it measures those anew, and leaves the rest of the page.

Each ratio is the median over pairs that were timed side by side, Arena's run between two of the
other's, with the least and the greatest of them behind it; what is done a second are medians, too.
Loops keep their process and are timed for a second at a time; tournaments are commands of their
own, start-up left out. Torch has one thread in each process of Arena's; the others have what they
take.
"""


@dataclass
class Check:
    """A figure by itself, and what was asked of it, if anything."""

    what: str
    figure: str
    goal: str = ""
    met: bool | None = None


def at_most(what: str, value: float, goal: float, unit: str) -> Check:
    """Return a figure that must not be greater than its goal."""
    return Check(what, f"{value:.3g} {unit}", f"at most {goal:g} {unit}", value <= goal)


@dataclass
class Part:
    """A section: comparisons, or figures by themselves; `told` is what loops say of themselves."""

    title: str
    says: str | None
    rows: Sequence[Row] = ()
    told: Sequence[dict[str, Any]] = ()
    checks: Sequence[Check] = ()
    figure: str | None = None


def section(part: Part) -> str:
    """Return a part as a section of the page, ending with where and when it was measured."""
    versions = {name: _version(name) for name in OURS}
    for told in part.told:
        versions |= told.get("versions", {})
    lines = [f"## {part.title}\n"]
    lines += [" ".join(said.split()) + "\n" for said in (part.says or "").split("\n\n")]
    if part.rows:
        lines += _comparisons(part.rows)
    if part.checks:
        lines += _figures(part.checks)
    if part.figure:
        lines.append(f"![{part.title}]({part.figure})\n")
    return "\n".join([*lines, _machine(versions)]).rstrip() + "\n"


def rewrite(page: str, sections: Iterable[str]) -> str:
    """Return the page with these sections in place of those of the same titles, or at its end."""
    known = {_title(kept): kept for kept in re.split(r"^(?=## )", page, flags=re.MULTILINE)[1:]}
    known |= {_title(made): made for made in sections}
    return "\n".join([HEAD, *(kept.rstrip() + "\n" for kept in known.values())])


def _title(section: str) -> str:
    return section.partition("\n")[0]


def _comparisons(rows: Iterable[Row]) -> list[str]:
    lines = [
        "| Arena | a second | beside | a second | ratio | at least | |",
        "|---|--:|---|--:|--:|--:|---|",
    ]
    for row in rows:
        goal = "" if row.goal is None else f"{row.goal:g}"
        ratio = f"{_short(row.ratio)} ({_short(row.low)} to {_short(row.high)})"
        lines.append(
            f"| {row.what} | {row.ours:,.0f} {row.unit} | {row.beside} | {row.theirs:,.0f} "
            f"| {ratio} | {goal} | {row.verdict} |"
        )
    return [*lines, ""]


def _short(ratio: float) -> str:
    return f"{ratio:.3g}" if ratio < 1000 else f"{ratio:,.0f}"


def _figures(checks: Iterable[Check]) -> list[str]:
    lines = ["| | measured | asked | |", "|---|---|---|---|"]
    for check in checks:
        verdict = {None: "", True: "met", False: "**missed**"}[check.met]
        lines.append(f"| {check.what} | {check.figure} | {check.goal} | {verdict} |")
    return [*lines, ""]


def _machine(versions: dict[str, str]) -> str:
    told = ", ".join(f"{name} {number}" for name, number in sorted(versions.items()))
    return (
        f"Measured on {time.strftime('%Y-%m-%d')}: {_processor()}, {os.cpu_count()} cores; "
        f"{platform.system()}; Python {platform.python_version()}; {told}."
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
