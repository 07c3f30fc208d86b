"""How the scripts of this folder write what they measured into `docs/results.md`."""

from __future__ import annotations

import os
import platform
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path

RESULTS = Path(__file__).parents[2] / "docs" / "results.md"


def machine() -> str:
    """Return what the figures were measured on."""
    name = platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        found = re.search(r"model name\s*: (.+)", cpuinfo.read_text())
        name = found[1].strip() if found else name
    python = f"Python {platform.python_version()}"
    torch = sys.modules.get("torch")
    libraries = f"{python}, torch {torch.__version__}" if torch else python
    return f"{os.cpu_count()} cores ({name}), {libraries}"


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def rows_of(name: str, results: Path = RESULTS) -> list[list[str]]:
    """Return the rows of a section's table; none if there is no such section."""
    section = results.read_text(encoding="utf-8").partition(f"<!-- {name} -->\n")[2]
    section = section.partition(f"<!-- end of {name} -->")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines[2:]]


def write(name: str, title: str, text: str, results: Path = RESULTS) -> None:
    """Put a section into the results, in the place of the one that had its name.

    `text` says what was measured, with the command, seeds, steps and seconds; the machine and the
    day are added.
    """
    section = (
        f"<!-- {name} -->\n## {title}\n\n{text.strip()}\n\n"
        f"{machine()}, {time.strftime('%Y-%m-%d')}.\n<!-- end of {name} -->\n"
    )
    whole = results.read_text(encoding="utf-8")
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    if begin in whole:
        before, _, rest = whole.partition(begin)
        whole = before + section + rest.partition(end)[2]
    else:
        whole = whole.rstrip("\n") + "\n\n" + section
    results.write_text(whole, encoding="utf-8")
    print(section)
