"""The rules of `check_environment` for games that can be imagined and copied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from arena.environment import Environment
from arena.errors import Unsuitable
from arena.records import CHANCE
from arena.seeds import Luck, derive
from arena.testing.probe import same
from arena.testing.report import Report
from arena.testing.walk import Walk

_MOMENTS = 4  # in a game, spread over its turns


def check_model(
    report: Report, make: Callable[[], Environment], walks: list[Walk], turns: int, seed: int
) -> None:
    """Check `imagine` and `copy` at several moments of the games that `walks` have recorded."""
    environment = make()
    if not environment.spec.model:
        _check_refusal(report, environment)
        report.skipped["model"] = f"the spec says that {environment.spec.no_model}"
        return
    look = _Look(report, turns, seed)
    for number, first in enumerate(walks):
        look.every = max(1, first.turns // _MOMENTS)
        walk = Walk(environment, first.deal, first.seed, inspect=look).go(turns)
        if where := first.difference(walk):
            raise report.broken(
                "model", f"playing in imagined worlds changed game {number} itself: {where}",
                "build imagined worlds and copies from copies of everything that changes",
            )  # fmt: skip
    environment.close()
    if not environment.spec.perfect_information and not look.differing:
        report.notes.append(
            "imagined worlds never differed from each other: right only if nothing is hidden in "
            "the positions seen (what a seat cannot see must be resampled)"
        )


def _check_refusal(report: Report, environment: Environment) -> None:
    environment.reset(Luck(0))
    seat = max(0, *environment.acting(), 0)
    try:
        environment.imagine(seat, Luck(0))
    except Unsuitable:
        return
    raise report.broken(
        "model", "spec.model is False, yet imagine() returns a world", "say model=True in the spec"
    )


class _Look:
    """Imagines worlds at every few turns of a walk."""

    def __init__(self, report: Report, turns: int, seed: int) -> None:
        self.report, self.turns, self.seed = report, turns, seed
        self.every = 1
        self.differing = 0  # how often two worlds differed in what others see

    def __call__(self, walk: Walk, asked: tuple[int, ...]) -> None:
        if not asked or asked == (CHANCE,) or walk.turns % self.every:
            return
        for seat in asked:
            luck = derive(self.seed, "model", walk.turns, seat)
            moment = _Moment(self.report, walk.environment, seat, luck)
            self.differing += moment.check(self.turns)


class _Moment:
    """A decision of a game, at which worlds are imagined."""

    def __init__(self, report: Report, game: Environment, seat: int, seed: int) -> None:
        self.report, self.game, self.seat, self.seed = report, game, seat, seed

    def broken(self, what: str, cure: str) -> Exception:
        return self.report.broken("model", what, cure)

    def imagine(self, number: int = 0) -> Environment:
        with self.report.guard("model", "imagine() must work wherever the spec says model=True"):
            return self.game.imagine(self.seat, Luck(derive(self.seed, number)))

    def check(self, turns: int) -> bool:
        """Check the worlds; return whether two of them differ in what the others see."""
        view = self.view(self.game)
        world, twin = self.imagine(), self.imagine()
        if world is self.game or not isinstance(world, Environment):
            raise self.broken("imagine() returns no game of its own", "return a new Environment")
        if (where := _unlike(view, self.view(world))) is not None:
            raise self.broken(
                f"in a world that seat {self.seat} imagines, {where} differ from the game's",
                "imagine only worlds in which the seat sees and may do what it really does",
            )
        self.check_copies(world, twin, turns)
        if (where := _unlike(view, self.view(self.game))) is not None:
            raise self.broken(
                f"playing in an imagined world changed {where} in the game",
                "copy everything that changes",
            )
        return not same(self.hidden(self.imagine(1)), self.hidden(self.imagine(2)))

    def check_copies(self, world: Environment, twin: Environment, turns: int) -> None:
        """Play on in a world, then in its copy and in a world of the same seed."""
        with self.report.guard("model", "worlds and copies are played like any game"):
            copied = world.copy()
            played = Walk(world, self.seed, self.seed, fresh=False).go(turns)
            other = Walk(copied, self.seed, self.seed, fresh=False).go(turns)
            third = Walk(twin, self.seed, self.seed, fresh=False).go(turns)
        if copied is world or (where := played.difference(other)) is not None:
            where = "they are one object" if copied is world else where
            raise self.broken(
                f"a copy does not stand alone, or plays otherwise than its original: {where}",
                "let copy() copy everything that changes",
            )
        if (where := played.difference(third)) is not None:
            raise self.broken(
                f"two worlds imagined with the same luck differ: {where}",
                "take all the luck of imagine() from the rng that it is given",
            )

    def view(self, game: Environment) -> tuple[Any, ...]:
        """Return what the seat may do and sees, and who is asked."""
        with self.report.guard("model", "an imagined world answers like any game"):
            asked = tuple(game.acting())
            if self.seat not in asked:
                return asked, None, None
            legal = game.legal(self.seat)
            return asked, legal if legal is None else list(legal), game.observe(self.seat)

    def hidden(self, world: Environment) -> list[Any]:
        """Return what the other seats and an onlooker see in a world."""
        seats = range(len(world.spec.seats))
        with self.report.guard("model", "state() and render() must answer in an imagined world"):
            return [
                world.state(),
                world.render(),
                *(world.observe(s) for s in seats if s != self.seat),
            ]


def _unlike(a: tuple[Any, ...], b: tuple[Any, ...]) -> str | None:
    words = ("the seats asked", "the legal actions", "the observations")
    return next((word for word, x, y in zip(words, a, b) if not same(x, y)), None)
