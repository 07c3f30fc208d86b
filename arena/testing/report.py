"""What a check held its subject to, and how it says that a rule is broken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field


class Broken(AssertionError):
    """A rule is broken: `rule` is its name, the text one line with the culprit and the cure."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


@dataclass
class Report:
    """The outcome of a check that passed.

    `rules` maps the name of each rule to what it says, `skipped` those that did not apply to why,
    and `notes` are what is worth knowing and is no fault.
    """

    subject: str
    rules: Mapping[str, str]
    skipped: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def broken(self, rule: str, what: str, cure: str) -> Broken:
        """Return the error that says that `rule` is broken, to be raised."""
        assert rule in self.rules, rule
        return Broken(rule, " ".join(f"{self.subject} breaks {rule!r}: {what}; {cure}".split()))

    @contextmanager
    def guard(self, rule: str, cure: str) -> Iterator[None]:
        """Turn any exception within into a `Broken` of this rule, that exception its cause."""
        try:
            yield
        except AssertionError:
            raise
        except Exception as error:
            raise self.broken(rule, f"{type(error).__name__}: {error}", cure) from error

    def lines(self) -> list[str]:
        """Return the report as lines of text: rules held, rules skipped, notes."""
        width = max(map(len, self.rules))
        return [
            *(f"  ok    {rule:<{width}}  {text}" for rule, text in self.rules.items()
              if rule not in self.skipped),
            *(f"  skip  {rule:<{width}}  {why}" for rule, why in self.skipped.items()),
            *(f"  note  {note}" for note in self.notes),
        ]  # fmt: skip


def short(value: object, most: int = 80) -> str:
    """Return `repr(value)` on one line of at most `most` characters."""
    text = " ".join(repr(value).split())
    return text if len(text) <= most else text[: most - 3] + "..."
