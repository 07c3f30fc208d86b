"""The rounds of a tournament as a page tells of them: who met whom, and with what result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Round = Mapping[str, Any]


def rounds_of(told: Sequence[Round], conclusion: Mapping[str, Any]) -> list[Round]:
    """Return the rounds that a format tells of, else the stages of the ties that it concludes with.

    Stages without a tie are left out. Each is as in `arena.roles.Format.played_rounds`; a tie that
    was decided also has its `winner`.
    """
    if told:
        return list(told)
    ties, byes = conclusion.get("ties"), conclusion.get("byes")
    if not isinstance(ties, list) or not isinstance(byes, list):
        return []
    return [
        {
            "round": stage, "standings": [],
            "ties": [tie for tie in ties if tie["stage"] == stage],
            "byes": [bye["entrant"] for bye in byes if bye["stage"] == stage],
        }
        for stage in dict.fromkeys(tie["stage"] for tie in ties)
    ]  # fmt: skip
