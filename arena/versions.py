"""Which libraries a result was played with."""

from __future__ import annotations

import platform
from importlib import metadata

_LIBRARIES = ("arena-games", "open_spiel", "pettingzoo", "gymnasium", "numpy", "torch", "mpe2")


def library_versions() -> dict[str, str]:
    """Return {distribution: version} of Python and the libraries that decide what a match is."""
    versions = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions
