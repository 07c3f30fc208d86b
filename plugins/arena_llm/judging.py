"""`rules`: answers judged by their length, by a pattern, or by the exact answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from arena import BadParameter, Scorer
from arena_llm.rows import file_of, read_rows


class _Rules(NamedTuple):
    """What an answer must be, as far as anything is said."""

    least: int | None = None
    most: int | None = None
    pattern: re.Pattern[str] | None = None
    answer: str = ""

    def kept(self, response: str) -> int:
        """Return how many of them an answer keeps."""
        kept = [self.least is not None and len(response) >= self.least]
        kept.append(self.most is not None and len(response) <= self.most)
        kept.append(self.pattern is not None and self.pattern.search(response) is not None)
        kept.append(bool(self.answer) and response.strip().casefold() == self.answer)
        return sum(kept)


_NONE = _Rules()


class Rules(Scorer):
    """One point for each rule that an answer keeps, of those that are given.

    `least` and `most` bound its length in characters; `pattern` is a regular expression that must
    occur in it; `answer` is what it must be, but for case and white space around it. `file` is a
    JSONL file with any of these four for each prompt of its own (`tasks` is a shipped one).
    """

    def __init__(
        self, least: int | None = None, most: int | None = None, pattern: str = "",
        answer: str = "", file: str = "",
    ) -> None:  # fmt: skip
        self.rules = _read(least, most, pattern, answer, "")
        self.by_prompt: dict[str, _Rules] = {}
        for row in read_rows(file) if file else ():
            told = {key: row.get(key) for key in ("least", "most", "pattern", "answer")}
            self.by_prompt[row["prompt"].strip()] = _read(**told, where=f"{file}: ")
        if self.rules == _NONE and all(rules == _NONE for rules in self.by_prompt.values()):
            raise BadParameter(
                "rules: give least, most, pattern or answer, or a file that has any of them for "
                "its prompts"
            )

    @classmethod
    def reads(cls, parameters: Mapping[str, Any]) -> list[str]:
        """Return the file of rules: with other rules it is another judge."""
        return [str(file_of(str(parameters["file"])))] if parameters.get("file") else []

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> list[float]:
        """Return how many rules each answer keeps."""
        return [
            float(self.rules.kept(response) + self._of(prompt).kept(response))
            for prompt, response in zip(prompts, responses)
        ]

    def _of(self, prompt: str) -> _Rules:
        return self.by_prompt.get(prompt.strip(), _NONE)


def _read(least: Any, most: Any, pattern: Any, answer: Any, where: str) -> _Rules:
    try:
        made = re.compile(str(pattern)) if pattern else None
    except re.error as error:
        raise BadParameter(f"rules: {where}pattern={pattern!r} is no expression: {error}") from None
    for name, value in (("least", least), ("most", most)):
        if value is not None and not isinstance(value, int):
            raise BadParameter(f"rules: {where}{name}={value!r} is no whole number")
    return _Rules(least, most, made, str(answer or "").strip().casefold())
