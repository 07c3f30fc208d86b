"""Games in flight, as the runner keeps them; no agent is handed one."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

from arena.environment import Environment
from arena.records import CHANCE, Ending, Episode, Fault, Match, Spec
from arena.seeds import draw, uniform

Legal = Sequence[int] | None

_as_episode: Callable[[tuple[Any, ...]], Episode] = partial(tuple.__new__, Episode)
"""`Episode(...)` at half of the time: it runs for every match that is played."""


class Slot:
    """A match in flight: its environment and everything that the runner keeps for it."""

    # What most matches never need lives on the class until it is set.
    returns: list[float] | None = None  # made at the first payment
    payments: list[tuple[int, list[float]]] | None = None  # (length of the log then, to each seat)
    pages: dict[int, dict[str, Any]] | None = None
    faults: list[Fault] | None = None
    offences: int = 0  # seats that forfeited in this turn
    columns: dict[str, list[tuple[int, Any]]] | None = None
    draws: int = 0  # of chance, so far
    over: bool = False

    def __init__(self, environment: Environment, match: Match, started: float) -> None:
        self.environment, self.match = environment, match
        _, self.players, self.seed, _, _ = match
        self.started = started
        self.turn = 0
        self.log: list[Any] = []
        self.asked: Sequence[int] = ()
        self.joint: dict[int, Any] = {}

    def restart(self) -> None:
        """Forget all moves; the environment is the caller's to reset."""
        self.turn, self.draws, self.log = 0, 0, []
        self.returns = self.payments = None

    def step(self, joint: Mapping[int, Any]) -> Sequence[int]:
        """Let the seats asked move; return the seats asked next."""
        rewards = self.environment.step(joint)
        asked = self.environment.acting()
        for move in joint.items():
            self.log += move
        self.turn += 1
        if rewards is not None:
            self.pay(rewards)
        return asked

    def nature(self, asked: Sequence[int]) -> Sequence[int]:
        """Let nature move while it is asked; return the seats asked then."""
        environment = self.environment
        while asked and asked[0] == CHANCE:
            action = draw(environment.chance(), uniform(self.match.deal, CHANCE, self.draws))
            self.draws += 1
            rewards = environment.step({CHANCE: action})
            self.log += (CHANCE, action)
            if rewards is not None:
                self.pay(rewards)
            asked = environment.acting()
        return asked

    def page(self, seat: int) -> dict[str, Any]:
        """Return the memory of a seat, made on first use."""
        if self.pages is None:
            self.pages = {}
        return self.pages.setdefault(seat, {})

    def pay(self, rewards: Sequence[float], after: int = 0) -> None:
        """Note a payment at this length of the log (`after` that many entries still to come)."""
        paid = list(map(float, rewards))
        payment = (len(self.log) + after, paid)
        if self.returns is None or self.payments is None:
            self.returns, self.payments = paid, [payment]
            return
        self.returns = [total + reward for total, reward in zip(self.returns, paid)]
        self.payments.append(payment)

    def blame(self, fault: Fault) -> None:
        """Note a fault."""
        self.faults = [*(self.faults or ()), fault]

    def blame_game(self, error: Exception) -> None:
        """Note that the environment failed, which voids the match."""
        message = f"{type(error).__name__}: {error}"
        trace = "".join(traceback.format_exception(error))
        self.blame(Fault(None, self.turn, "infrastructure", "void", message, trace))

    def keep(self, name: str, value: Any, seat: int) -> None:
        """Keep what an agent handed back beside its seat's next move; None is nothing.

        Seats that move at once are logged in the order in which they are asked.
        """
        if value is None:
            return
        if self.columns is None:
            self.columns = {}
        place = list(self.asked).index(seat) if len(self.asked) > 1 else 0
        self.columns.setdefault(name, []).append((len(self.log) // 2 + place, value))

    def owed(self, seat: int) -> float:
        """Return all that was paid to a seat since it last acted."""
        if self.payments is None:
            return 0.0
        acted = len(self.log) - 2
        while acted >= 0 and self.log[acted] != seat:
            acted -= 2
        owed = 0.0
        for position, paid in reversed(self.payments):
            if position <= acted:
                break
            owed += paid[seat]
        return owed

    def episode(self, ending: Ending, now: float, low: float | None) -> Episode:
        """Return the match as it has ended; who forfeited is paid `low`, if there is a lowest."""
        returns = self.returns or [0.0] * len(self.players)
        faults = tuple(self.faults) if self.faults else ()
        if ending == "forfeit" and low is not None:
            for fault in faults:
                if fault.cost == "forfeit" and fault.seat is not None:
                    returns[fault.seat] = low
        for told in (self.columns or {}).values():
            told.sort(key=itemgetter(0))  # seats that move at once are not asked in their order
        return _as_episode((
            self.match, tuple(returns), ending, self.turn, self.log, faults,
            self.started, now - self.started, self.columns,
        ))  # fmt: skip

    def legal(self, seat: int) -> Legal:
        """Return the legal actions of a seat, spelt out wherever they can be counted."""
        legal = self.environment.legal(seat)
        return legal if legal is not None else whole(self.environment.spec, seat)


def whole(spec: Spec, seat: int) -> Legal:
    """Return the actions of a discrete space as a range, None for any other space."""
    space = spec.seats[seat].action_space
    if hasattr(space, "n") and getattr(space, "shape", None) == ():  # MultiBinary has n, not ()
        start = int(getattr(space, "start", 0))
        return range(start, start + int(space.n))
    return None
