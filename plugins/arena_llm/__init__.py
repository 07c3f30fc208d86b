"""Language models that play: prompts from observations, moves from log-probabilities or replies."""

from __future__ import annotations
