"""What the checks share: global luck under watch, comparison of values, random players, games."""

from __future__ import annotations

import copy
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from arena.agent import Agent
from arena.columns import host
from arena.environment import Environment
from arena.observation import Observation
from arena.records import Match, Spec
from arena.seeds import derive

Make = Callable[[], Environment]


@contextmanager
def global_luck_kept() -> Iterator[None]:
    """Put the process-wide generators (random, numpy's, torch's if loaded) back at the end."""
    states = random.getstate(), np.random.get_state()
    torch = sys.modules.get("torch")
    torch_state = torch.random.get_rng_state() if torch else None
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        if torch is not None:
            torch.random.set_rng_state(torch_state)


def global_luck() -> dict[str, bytes]:
    """Return the states of the process-wide generators by name, to be compared."""
    torch = sys.modules.get("torch")
    state = np.random.get_state(legacy=False)
    bits = state["state"]
    keys = bits["key"].tobytes(), bits["pos"], state["has_gauss"], state["gauss"]
    return {
        "random": repr(random.getstate()).encode(),
        "numpy.random": repr(keys).encode(),
        **({"torch": bytes(torch.random.get_rng_state().numpy())} if torch else {}),
    }


def touched(before: dict[str, bytes]) -> list[str]:
    """Return the names of the process-wide generators that have moved since `before`."""
    after = global_luck()
    return [name for name in before if after[name] != before[name]]


def stir(seed: int) -> None:
    """Begin the process-wide generators from `seed`, so that who uses them shows."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.random.manual_seed(seed)


def same(a: Any, b: Any, tolerance: float = 0.0) -> bool:
    """Whether two values (numbers, arrays, tensors, text, containers of such) are equal.

    Floats may differ by `tolerance`, relative and absolute; NaN equals NaN.
    """
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(
            same(a[key], b[key], tolerance) for key in a
        )  # fmt: skip
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(same(x, y, tolerance) for x, y in zip(a, b))
    if isinstance(a, (str, bytes)) or a is None or isinstance(b, (str, bytes)) or b is None:
        return bool(a is b or a == b)
    x, y = host(a), host(b)
    if x.dtype == object or y.dtype == object:
        return bool(a == b)
    if x.shape != y.shape:
        return False
    if not np.issubdtype(x.dtype, np.inexact):
        return bool(np.array_equal(x, y))
    return bool(np.allclose(x, y, rtol=tolerance, atol=tolerance, equal_nan=True))


class Keepsakes:
    """Values that were handed out, to be compared later with what they were."""

    def __init__(self, most: int = 200) -> None:
        self.most = most
        self._kept: list[tuple[str, Any, Any]] = []

    def keep(self, name: str, value: Any) -> None:
        """Remember a value, unless there are enough."""
        if len(self._kept) < self.most and not isinstance(value, (int, float, str, range)):
            self._kept.append((name, value, copy.deepcopy(value)))

    def changed(self) -> str | None:
        """Return the name of a value that is not what it was."""
        return next((name for name, now, then in self._kept if not same(now, then)), None)

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()


class RandomPlayer(Agent):
    """Any legal action, each equally likely, by the luck of its seat and turn."""

    def act(self, observation: Observation) -> Any:
        """Return a random action."""
        return random_action(observation.action_space, observation.legal, observation.rng.seed)


def random_action(space: Any, legal: Any, seed: int) -> Any:
    """Return the action that `seed` picks, among `legal` where they can be counted."""
    if legal is None and hasattr(space, "n") and np.ndim(space.n) == 0:
        start = int(getattr(space, "start", 0))
        legal = range(start, start + int(space.n))
    if legal is not None:
        return legal[derive(seed, "choice") % len(legal)]
    space.seed(derive(seed, "choice"))
    return space.sample()


def matches_of(
    spec: Spec, number: int, seed: int, seats: Sequence[tuple[int, ...]] = ()
) -> list[Match]:
    """Return matches with seeds of their own; entrant 0 holds all seats unless `seats` says."""
    lineups = seats or [(0,) * len(spec.seats)]
    return [
        Match(n, lineups[n % len(lineups)], derive(seed, "match", n), derive(seed, "deal", n))
        for n in range(number)
    ]
