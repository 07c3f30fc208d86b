"""What a training run is, how far it is and where its time went, apart from the trainer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Spent:
    """Seconds in agents' answers, in learning, in judging checkpoints and before learning began."""

    agents: float = 0.0
    learning: float = 0.0
    evaluation: float = 0.0
    preparation: float = 0.0

    def shares(self, total: float) -> dict[str, float]:
        """Return each part of `total` seconds, and what is left for games and all the rest.

        Evaluation and preparation are named only where there was any.
        """
        rare = ("evaluation", "preparation")
        told = {name: spent for name, spent in asdict(self).items() if spent or name not in rare}
        parts = {name: seconds / max(total, 1e-9) for name, seconds in told.items()}
        return {**parts, "games": 1.0 - sum(parts.values())}


@dataclass(slots=True)
class Progressed:
    """Moves and matches so far, when the next report and offer are due, the best, and the time."""

    step: int = 0
    matches: int = 0
    next_report: int = 0
    next_offer: int = 0
    best: float | None = None
    seconds: float = 0.0
    spent: Spent = field(default_factory=Spent)

    @classmethod
    def of(cls, known: Mapping[str, Any]) -> Progressed:
        """Return what `dataclasses.asdict` made plain."""
        return cls(**{**known, "spent": Spent(**known["spent"])})


@dataclass(slots=True)
class Terms:
    """What a run is, resolved. `arguments` (trainer, environment, steps, seed) tell runs apart."""

    name: str
    arguments: dict[str, Any]
    trainer: str
    parameters: Mapping[str, Any]
    agent: str
    alias: str | None = None
    select_by: str | None = None
