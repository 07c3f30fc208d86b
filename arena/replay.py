"""Playing a stored match again from its seed and its moves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from arena.environment import Environment
from arena.errors import ArenaError
from arena.history import StoredMatch
from arena.lookup import environment_maker
from arena.plugins import Registry
from arena.records import CHANCE
from arena.seeds import Luck
from arena.specs import canonical, parse

Verdict = Literal["checked", "mismatched", "skipped"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a replay: who did what, in words, and the position after it, drawn.

    The first step has no moves: it is the position as dealt. `turn` counts the steps in which a
    player was asked; `columns` hold what the agents handed back, for each of these moves; `choices`
    the moves that the player had, {action: label}, where that was asked for and one player moved.
    """

    turn: int
    labels: tuple[tuple[int, str], ...]
    columns: tuple[Mapping[str, Any], ...]
    drawing: str
    choices: Mapping[int, str] = field(default_factory=dict)


class Mismatch(ArenaError):
    """The moves stored cannot be played from the seed stored."""


def replay(registry: Registry, stored: StoredMatch, choices: bool = False) -> Iterator[Step]:
    """Yield the steps of a stored match, with the `choices` that players had if asked for.

    Raises `Mismatch` where the game does not follow. The game is one that all replays of this
    process share: finish (or leave) one before the next begins.
    """
    environment = _environment(registry, canonical(stored.game.ref))
    columns = _by_move(stored)
    environment.reset(Luck(stored.episode.match.deal))
    yield Step(0, (), (), environment.render())
    turn = 0
    for index, actions in _joints(environment, stored.episode.log):
        labels = tuple(
            (seat, _label(environment, seat, action)) for seat, action in actions.items()
        )
        had = _choices(environment, tuple(actions)) if choices else {}
        environment.step(actions)
        turn += CHANCE not in actions
        moves = range(index, index + len(actions))
        beside = tuple(dict(columns.get(move, ())) for move in moves)
        yield Step(turn, labels, beside, environment.render(), had)


def is_pictured(registry: Registry, stored: StoredMatch) -> bool:
    """Whether the game of a match says how to make pictures of it (`Environment.frame`)."""
    kind = type(_environment(registry, canonical(stored.game.ref)))
    return kind.frame is not Environment.frame


def restepped(environment: Environment, stored: StoredMatch) -> Iterator[int]:
    """Play a stored match again in this environment; yield how many steps of it have been made.

    It stands as `replay` would show it: as dealt at 0. Raises `Mismatch` as `replay` does.
    """
    environment.reset(Luck(stored.episode.match.deal))
    yield 0
    for step, (_, actions) in enumerate(_joints(environment, stored.episode.log), 1):
        environment.step(actions)
        yield step


def _choices(environment: Environment, seats: tuple[int, ...]) -> dict[int, str]:
    if len(seats) != 1 or seats[0] == CHANCE:
        return {}
    legal = environment.legal(seats[0])
    return {action: environment.label(seats[0], action) for action in legal or ()}


def verify(registry: Registry, stored: StoredMatch) -> tuple[Verdict, str]:
    """Replay the moves, and compare the returns; where they differ, say how.

    A forfeited match is replayed up to the fault; the offender's return is the rules' and not the
    game's, and is left out. Void matches and results played elsewhere are skipped.
    """
    episode = stored.episode
    if episode.ending == "void" or (not episode.log and episode.ending != "forfeit"):
        return "skipped", "there is nothing to replay"
    environment = _environment(registry, canonical(stored.game.ref))
    totals = [0.0] * len(episode.returns)
    try:
        environment.reset(Luck(episode.match.deal))
        for _, actions in _joints(environment, episode.log):
            for seat, reward in enumerate(environment.step(actions) or ()):
                totals[seat] += reward
        if episode.ending == "terminal" and environment.acting():
            return "mismatched", "the game is not over where the stored one was"
    except Exception as error:
        return "mismatched", f"{type(error).__name__}: {error}"
    for seat, (total, kept) in enumerate(zip(totals, episode.returns)):
        if seat not in episode.offenders and not math.isclose(
            total, kept, rel_tol=1e-9, abs_tol=1e-9
        ):
            return "mismatched", f"seat {seat} returned {total!r} and {kept!r} is stored"
    return "checked", ""


@lru_cache(maxsize=4)
def _environment(registry: Registry, spec: str) -> Environment:
    make, _ = environment_maker(registry, parse(spec))
    return make()


def _joints(environment: Environment, log: list[Any]) -> Iterator[tuple[int, dict[int, Any]]]:
    """Yield (index of the first move, the actions) of each step in a flat log."""
    index = 0
    while index < len(log):
        seats = environment.acting()
        actions = dict(zip(log[index : index + 2 * len(seats) : 2], log[index + 1 :: 2]))
        if not seats or list(actions) != list(seats):
            raise Mismatch(f"at move {index // 2} the game asks {list(seats)}, not {list(actions)}")
        yield index // 2, actions
        index += 2 * len(seats)


def _label(environment: Environment, seat: int, action: Any) -> str:
    return f"outcome {action}" if seat == CHANCE else environment.label(seat, action)


def _by_move(stored: StoredMatch) -> dict[int, list[tuple[str, Any]]]:
    beside: dict[int, list[tuple[str, Any]]] = {}
    for name, values in (stored.episode.columns or {}).items():
        for move, value in values:
            beside.setdefault(move, []).append((name, value))
    return beside
