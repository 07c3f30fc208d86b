"""Which of TextArena's games play offline, and with how many seats: writes `games.json`.

Every game of its registry is made and played a little with each number of seats, the network cut
off; those that raise are left out, and those that do not note all that they tell. Run it when
TextArena changes:

    python tests/reference/textarena_games.py
"""

from __future__ import annotations

import importlib
import json
import random
import signal
import socket
from pathlib import Path
from typing import Any

SEATS = (2, 3, 4, 5, 6, 8, 10, 15)
SAID = ("[0]", "[1]", "[4]", "hello", "[pass]", "[bet]", "[cooperate]", "[a1 b2]")
FILE = Path(__file__).parents[2] / "plugins" / "arena_textarena" / "games.json"


def refuse(*_: Any, **__: Any) -> None:
    """Let nobody reach the network."""
    raise OSError("no network")


def expired(*_: Any) -> None:
    """End what takes too long."""
    raise TimeoutError


def plays(made: Any, given: dict[str, Any], seats: int) -> bool:
    """Return whether a game plays 40 turns, or to its end, with so many seats."""
    signal.alarm(10)
    try:
        game = made(**given)
        game.reset(num_players=seats, seed=1)
        luck, done = random.Random(seats), False
        for _ in range(40):
            if not done:
                game.get_observation()
                done, _ = game.step(luck.choice(SAID))
    except Exception:
        return False
    finally:
        signal.alarm(0)
    return True


def found() -> dict[str, list[int]]:
    """Return the games by name, with the numbers of seats that they take."""
    registry = importlib.import_module("textarena.envs.registration").ENV_REGISTRY
    told: dict[str, list[int]] = {}
    for name, spec in sorted(registry.items()):
        if name.endswith(("-raw", "-train")) or "/" in name:
            continue
        try:
            module, _, attribute = spec.entry_point.partition(":")
            made = getattr(importlib.import_module(module), attribute)
        except Exception:
            continue
        if "get_observation" in vars(made):  # it tells its players more than it notes
            continue
        seats = [count for count in SEATS if plays(made, spec.kwargs, count)]
        if seats:
            told[name] = seats
    return told


if __name__ == "__main__":
    importlib.import_module("textarena")
    socket.socket.connect = refuse  # type: ignore[assignment,method-assign]
    signal.signal(signal.SIGALRM, expired)
    lines = [f"{json.dumps(name)}: {json.dumps(seats)}" for name, seats in found().items()]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
