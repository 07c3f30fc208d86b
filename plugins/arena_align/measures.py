"""How good a policy is on positions, and how far from another: seen in training, or held out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from arena_llm.models import LanguageModel

from arena_align.decisions import Decision
from arena_align.players import Floats, label_odds

Values = Sequence[Mapping[int, float]]


def worse_moves(odds: Sequence[Floats], values: Values) -> Floats:
    """Return for each position the odds of a move that is not among the best: float64."""
    found = []
    for row, worth in zip(odds, values):
        best = max(worth.values())
        found.append(sum(row[index] for index, value in worth.items() if value < best - 1e-9))
    return np.array(found)


def all_alike(worth: Mapping[int, float]) -> bool:
    """Return whether no move is worth more than another."""
    return max(worth.values()) - min(worth.values()) <= 1e-9


def divergence(odds: Sequence[Floats], reference: Sequence[Floats]) -> float:
    """Return the mean divergence KL(odds || reference) of a move, in nats."""
    terms = [
        float(np.sum(p * (np.log(np.maximum(p, 1e-300)) - np.log(np.maximum(q, 1e-300)))))
        for p, q in zip(odds, reference)
    ]
    return float(np.mean(terms)) if terms else 0.0


class Gauge:
    """Measures a policy at positions where there is a choice, against what it was at first.

    Told are the share of worse moves on boards `seen` in training and on those `held_out`, now and
    at the beginning, where moves have values; and the divergence from the beginning (`kl`), in
    nats a move.
    """

    def __init__(
        self,
        language: LanguageModel,
        asked: Sequence[Decision],
        values: Values | None,
        out: Callable[[str], bool],
        most: int = 512,
    ) -> None:
        rows = [row for row, decision in enumerate(asked) if len(decision.legal) > 1]
        rows = [row for part in _parted(asked, rows, out) for row in part[:most]]
        self.language, self.asked = language, [asked[row] for row in rows]
        self.out = np.array([out(decision.group) for decision in self.asked], np.bool_)
        self.values = None if values is None else [values[row] for row in rows]
        self.first = self.odds()

    def odds(self) -> list[Floats]:
        """Return the policy as it is now."""
        prompts = [decision.prompt for decision in self.asked]
        return label_odds(self.language, prompts, [decision.labels for decision in self.asked])

    def kl(self) -> float:
        """Return the divergence from the beginning, in nats a move."""
        return divergence(self.odds(), self.first)

    def __call__(self) -> dict[str, float]:
        """Return all that can be told; nothing where no positions are known."""
        if not self.asked:
            return {}
        now = self.odds()
        told = {"kl": divergence(now, self.first)}
        if self.values is not None:
            for name, odds in (("worse", now), ("worse_before", self.first)):
                found = worse_moves(odds, self.values)
                for part, rows in (("seen", ~self.out), ("held_out", self.out)):
                    if rows.any():
                        told[f"{name}_{part}"] = float(found[rows].mean())
        return told


def _parted(
    asked: Sequence[Decision], rows: Sequence[int], out: Callable[[str], bool]
) -> tuple[list[int], list[int]]:
    held = [row for row in rows if out(asked[row].group)]
    kept = [row for row in rows if not out(asked[row].group)]
    return kept, held
