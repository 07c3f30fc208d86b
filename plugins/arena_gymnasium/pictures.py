"""Pictures of what was made to be played without any."""

from __future__ import annotations

import os
import sys
import warnings
from typing import Any

import numpy as np

import arena


def picture(name: str, base: Any) -> Any:
    """Return what an unwrapped environment draws as `rgb_array`: uint8 (height, width, 3).

    Raises `Unsuitable` where it cannot be drawn here.
    """
    if sys.platform.startswith("linux") and "DISPLAY" not in os.environ:
        os.environ.setdefault("MUJOCO_GL", "egl")  # MuJoCo would look for a screen first
    before, base.render_mode = base.render_mode, "rgb_array"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            drawn = base.render()
    except Exception as error:
        line = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise arena.Unsuitable(f"{name} cannot be drawn here: {line}") from error
    finally:
        base.render_mode = before
    if drawn is None:
        raise arena.Unsuitable(f"{name} draws only what was made to be drawn")
    return np.ascontiguousarray(drawn, np.uint8)
