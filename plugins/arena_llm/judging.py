"""`rules`: answers judged by their length, by a pattern, or by the exact answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from arena import BadParameter, Scorer


class Rules(Scorer):
    """One point for each rule that an answer keeps, of those that are given.

    `least` and `most` bound its length in characters; `pattern` is a regular expression that must
    occur in it; `answer` is what it must be, but for case and white space around it.
    """

    def __init__(
        self, least: int | None = None, most: int | None = None, pattern: str = "", answer: str = ""
    ) -> None:
        try:
            self.pattern = re.compile(pattern) if pattern else None
        except re.error as error:
            raise BadParameter(f"rules: pattern={pattern!r} is no expression: {error}") from error
        self.least, self.most = least, most
        self.answer = answer.strip().casefold()
        if least is None and most is None and not pattern and not self.answer:
            raise BadParameter("rules: give least, most, pattern or answer")

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> list[float]:
        """Return how many rules each answer keeps."""
        return [float(sum(self._kept(response))) for response in responses]

    def _kept(self, response: str) -> list[bool]:
        kept = []
        if self.least is not None:
            kept.append(len(response) >= self.least)
        if self.most is not None:
            kept.append(len(response) <= self.most)
        if self.pattern is not None:
            kept.append(self.pattern.search(response) is not None)
        if self.answer:
            kept.append(response.strip().casefold() == self.answer)
        return kept
