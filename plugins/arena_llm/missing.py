"""The libraries of the extra, imported when they are needed."""

from __future__ import annotations

import importlib
from typing import Any

from arena import PluginError


def need(module: str) -> Any:
    """Import a module of the extra `llm`. Raises `PluginError` with the cure if it is missing."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise PluginError(
            f"language models need {module} ({error}): pip install 'arena-games[llm]'"
        ) from error
