"""What seats were asked in matches, what they answered and what came of it: the source of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from arena import (
    Agent,
    ArenaError,
    Batch,
    Environment,
    Episode,
    Match,
    Moves,
    Observation,
    Spec,
    play,
)

Words = Callable[[Observation], str]
"""Makes the prompt of an observation."""
Grouping = Callable[[Observation], str]
"""Names an observation up to symmetry."""


class Decision(NamedTuple):
    """A seat that was asked.

    prompt, reply     in words
    seat, player      who was asked: the seat, and by its index the entrant that holds it
    deal, moves       how the match came here: its deal, and all players' actions before this one
    action            what was done; `legal` are all legal actions and `labels` these in words
    score             what the match returned to the seat, less the best return of another
    group             names the position up to symmetry
    board             names it as it is, for whose turn it is; "" if nobody knows
    """

    prompt: str
    reply: str
    seat: int
    player: int
    deal: int
    moves: tuple[Any, ...]
    action: Any
    legal: tuple[Any, ...]
    labels: tuple[str, ...]
    score: float
    group: str
    board: str = ""


class Scribe(Agent):
    """Plays as another agent does, and notes what it was asked, in words.

    `clean` makes labels harmless for the tokenizer that is to read them.
    """

    def __init__(
        self, inner: Agent, words: Words, clean: Callable[[str], str], group: Grouping
    ) -> None:
        self.inner, self.words, self.clean, self.group = inner, words, clean, group
        self.needs = inner.needs

    def check(self, spec: Spec) -> None:
        """Raise what the other raises."""
        self.inner.check(spec)

    def act_batch(self, batch: Batch) -> Moves:
        """Return what the other does, with the prompt, the legal actions and their labels."""
        prompts = [self.words(observation) for observation in batch]
        legal = [tuple(observation.legal or ()) for observation in batch]
        labels = [
            tuple(self.clean(observation.label(action)) for action in actions)
            for observation, actions in zip(batch, legal)
        ]
        groups = [self.group(observation) for observation in batch]
        boards = [f"{observation.seat}: {observation.text}" for observation in batch]
        answer = self.inner.act_batch(batch)
        actions = answer.actions if isinstance(answer, Moves) else answer
        return Moves(
            actions,
            {"prompt": prompts, "legal": legal, "labels": labels, "group": groups, "board": boards},
        )


class Follow(Agent):
    """Makes the moves of a log, one match at a time; raises where there are no more."""

    def __init__(self, log: Sequence[Any]) -> None:
        self.moves: dict[int, list[Any]] = {}
        for seat, action in zip(log[::2], log[1::2]):
            self.moves.setdefault(seat, []).append(action)

    def act(self, observation: Observation) -> Any:
        """Return the seat's next move."""
        done: int = observation.memory.get("done", 0)
        observation.memory["done"] = done + 1
        return self.moves[observation.seat][done]


def decisions(
    make: Callable[[], Environment], agents: Sequence[Agent], matches: Iterable[Match]
) -> Iterator[Decision]:
    """Play matches, and yield what was asked of the agents that are `Scribe`s.

    Raises `ArenaError` where an agent or the game fails: what is learnt from is not to be lacking.
    """
    for episode in play(make, agents, matches):
        if broken := [f for f in episode.faults if f.kind in ("exception", "infrastructure")]:
            raise ArenaError(f"a match to learn from failed: {broken[0].message}")
        yield from decisions_of(episode, episode.returns)


def decisions_of(episode: Episode, returns: Sequence[float], skip: int = 0) -> Iterator[Decision]:
    """Yield the decisions of a match that scribes took part in, but for the first `skip`."""
    beside = {name: dict(values) for name, values in (episode.columns or {}).items()}
    moves: list[Any] = []
    for index, (seat, action) in enumerate(zip(episode.log[::2], episode.log[1::2])):
        if seat < 0:
            continue
        if "prompt" in beside and index in beside["prompt"] and len(moves) >= skip:
            others = [pay for other, pay in enumerate(returns) if other != seat]
            legal, labels = beside["legal"][index], beside["labels"][index]
            reply = labels[legal.index(action)] if legal else str(action)
            yield Decision(
                beside["prompt"][index], reply, seat, episode.match.seats[seat],
                episode.match.deal, tuple(moves), action, legal, labels,
                returns[seat] - max(others, default=0.0), beside["group"][index],
                beside["board"][index],
            )  # fmt: skip
        moves.append(action)


def distinct(found: Iterable[Decision]) -> list[Decision]:
    """Return the first decision of each prompt."""
    first: dict[str, Decision] = {}
    for decision in found:
        first.setdefault(decision.prompt, decision)
    return list(first.values())
