"""What listing a family of environments loads."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable


def listed(family: str, without: Iterable[str]) -> str:
    """Return what is listed of a family, in a process of its own that must not load `without`."""
    code = (
        "import sys; from arena.cli import root; "
        f"root(['environments', '--family', {family!r}], standalone_mode=False); "
        f"loaded = set({list(without)!r}) & set(sys.modules); "
        "assert not loaded, loaded"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return done.stdout
