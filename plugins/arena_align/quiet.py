"""Keeps libraries from saying too much, and from tidying up too often."""

from __future__ import annotations

import gc
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from arena_llm.missing import need


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what libraries say about their progress, and their warnings, off the screen."""
    transformers, datasets = need("transformers"), need("datasets")
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    datasets.disable_progress_bars()
    logging.getLogger("trl").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def unswept() -> Iterator[None]:
    """Have the garbage collector pass over all that is there already.

    Accelerate has it look at everything whenever a training begins, which takes longer than a
    short stretch of training does.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
