"""Players that answer in words: a reply is read as a move, or its writer is told why it is none.

The rule: a reply is the move that it names as a whole, else what follows its last `move:`, else its
first line, else the one legal label that occurs in it, if just one does. Quotes, stars and full
stops around it do not count. A reply that names no legal move is told so and asked again
("rethink"), up to `rethinks` times; after that the reply stands, which forfeits the match.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

from arena import Agent, Batch, Moves, Observation, Seat, Spec, Unsuitable
from arena_llm.prompts import Prompter, labels_of

Message = dict[str, str]


class Reply(NamedTuple):
    """What was said: `logprob` is of the whole reply, `cost` by a price table; None: not known."""

    text: str
    tokens: int | None = None
    logprob: float | None = None
    seconds: float = 0.0
    cost: float | None = None


class Talker(Agent):
    """Plays what it says. `ask` says it, for many conversations at once."""

    prompter: Prompter
    rethinks: int = 1

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable` where moves are neither counted nor words."""
        check_told(spec)

    @abstractmethod
    def ask(self, talks: Sequence[list[Message]], rows: Sequence[Observation]) -> list[Reply]:
        """Return the reply to each conversation; `rows` are whose they are."""

    def act_batch(self, batch: Batch) -> Moves:
        """Return an action a row, with the transcript beside it; a reply that is none as it is."""
        rows = list(batch)
        talks = [[_says("user", self.prompter.words(row))] for row in rows]
        actions: list[Any] = [None] * len(rows)
        told: list[list[Reply]] = [[] for _ in rows]
        pending = list(range(len(rows)))
        for attempt in range(self.rethinks + 1):
            replies = self.ask([talks[i] for i in pending], [rows[i] for i in pending])
            for i, reply in zip(pending, replies):
                told[i].append(reply)
                actions[i] = self._move(rows[i], reply.text)
            failed = [i for i in pending if actions[i] is None]
            for i in failed if attempt < self.rethinks else ():
                talks[i] += self._correction(rows[i], told[i][-1].text)
            pending = failed
            if not pending:
                break
        for i in pending:
            actions[i] = told[i][-1].text
        return Moves.of(actions, **transcript(talks, told))

    def _move(self, row: Observation, text: str) -> Any:
        if _held(row).in_words:
            return row.parse(text.strip())
        return parse_reply(row, labels_of(row, self.prompter.clean), text)

    def _correction(self, row: Observation, text: str) -> list[Message]:
        """Return what was said, and why that is no move."""
        if _held(row).in_words:
            wrong = f"That is no move. Say something else, of {row.action_space.max_length:,} "
            return [_says("assistant", text), _says("user", f"{wrong}characters at most.")]
        legal = ", ".join(labels_of(row, self.prompter.clean)[1])
        wrong = "That names no legal move. Answer with exactly one of: "
        return [_says("assistant", text), _says("user", f"{wrong}{legal}")]


def transcript(talks: Sequence[list[Message]], told: Sequence[list[Reply]]) -> dict[str, Any]:
    """Return the columns of the record: what was asked and said, one value a row."""
    last = [replies[-1] for replies in told]
    return {
        "prompt": ["\n\n".join(message["content"] for message in talk) for talk in talks],
        "reply": [reply.text for reply in last],
        "rethinks": [len(replies) - 1 for replies in told],
        "tokens": [_sum([reply.tokens for reply in replies]) for replies in told],
        "logprob": [reply.logprob for reply in last],
        "seconds": [round(sum(reply.seconds for reply in replies), 4) for replies in told],
        "cost": [_sum([reply.cost for reply in replies]) for replies in told],
    }


def parse_reply(row: Observation, moves: tuple[list[Any], list[str]], text: str) -> Any:
    """Return the legal action that a reply names by the module's rule, None if it names none."""
    after = re.split(r"move\s*:", text, flags=re.IGNORECASE)
    lines = text.strip().splitlines() or [""]
    for said in (text, after[-1] if len(after) > 1 else "", lines[0]):
        bare = said.strip(" \t\n\"'`*.")
        action = row.parse(bare) if bare else None
        if action is not None:
            return action
    found = {
        index for index, label in enumerate(moves[1])
        if label and re.search(rf"(?<!\w){re.escape(label)}(?!\w)", text, flags=re.IGNORECASE)
    }  # fmt: skip
    return moves[0][found.pop()] if len(found) == 1 else None


def check_told(spec: Spec) -> None:
    """Raise `Unsuitable` where moves are neither counted nor words."""
    for seat in spec.seats:
        if not hasattr(seat.action_space, "n") and not seat.in_words:
            raise Unsuitable("its moves cannot be counted, so none can be told by its label")


def _held(row: Observation) -> Seat:
    return row.spec.seats[row.seat]


def _says(role: str, content: str) -> Message:
    return {"role": role, "content": content}


def _sum(values: Sequence[Any]) -> Any:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
