"""What teams come to on mpe2's simple_spread: three agents, 25 steps, beside simple bounds.

    python tests/reference/simple_spread.py ROW [SEED ...]

ROW is a key of ROWS, or `bounds`. A team is trained with the trainer's own steps, and plays the
same 500 deals of mpe2 itself; what is told is the sum of the three agents' returns. Checkpoints
stay in ARENA_HOME, and are not trained again. Rows of other teams stay as they are.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import permutations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from report import rows_of, table, write

from arena.agent import Agent
from arena.lookup import environment_maker, find_player, make_agent
from arena.observation import Observation
from arena.playing import play
from arena.records import Match, Ref
from arena.seeds import derive
from arena.specs import parse
from arena.training import Order, train
from arena.workspace import Workspace

SEEDS = (1, 2, 3)
GAMES = 500
DISCRETE = "mpe2/simple_spread_v3"
CONTINUOUS = f"{DISCRETE}:continuous_actions=true"


class Row(NamedTuple):
    """A trainer, its game, and what it is to come to."""

    trainer: str
    game: str
    wanted: str
    steps: int | None = None
    """Joint steps; None for as many as the trainer takes by itself."""

    @property
    def moves(self) -> int | None:
        """The same in moves of single agents."""
        return None if self.steps is None else 3 * self.steps


ROWS: Mapping[str, Row] = {
    "maddpg_continuous": Row("maddpg", CONTINUOUS, "-28 (aim -25)"),
    "maddpg_discrete": Row("maddpg", DISCRETE, "-31"),
    "mappo_discrete": Row("mappo", DISCRETE, "-32"),
    "maddpg_unshared": Row("maddpg:shared=false", CONTINUOUS, "no figure"),
    "maddpg_discrete_short": Row("maddpg", DISCRETE, "no figure", 800_000),
    "maddpg_continuous_short": Row("maddpg", CONTINUOUS, "no figure", 800_000),
    "maddpg_unshared_short": Row("maddpg:shared=false", CONTINUOUS, "no figure", 400_000),
}


class Goer(Agent):
    """Goes to a landmark: the nearest, or the one that suits all three best."""

    def __init__(self, together: bool) -> None:
        self.together = together

    def act(self, observation: Observation) -> Any:
        """Steer so that coasting would end on the landmark."""
        seen = np.asarray(observation.data, np.float64)
        speed, marks, others = seen[:2], seen[4:10].reshape(3, 2), seen[10:14].reshape(2, 2)
        goal = marks[self._which(marks, others)] - 0.1 * speed
        if hasattr(observation.action_space, "n"):
            pushes = np.array([(0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)]) * 5.0
            ends = 0.4 * (0.75 * speed + 0.1 * pushes)
            return int(np.linalg.norm(goal - ends, axis=1).argmin())
        push = np.clip((2.5 * goal - 0.75 * speed) / 0.1, -5.0, 5.0) / 5.0
        right, up = push
        found = [0.0, max(-right, 0.0), max(right, 0.0), max(-up, 0.0), max(up, 0.0)]
        return np.array(found, np.float32)

    def _which(self, marks: NDArray[Any], others: NDArray[Any]) -> int:
        if not self.together:
            return int(np.linalg.norm(marks, axis=1).argmin())
        all_ = [np.zeros(2), *others]
        far = np.array([np.linalg.norm(marks - one, axis=1) for one in all_])
        return min(permutations(range(3)), key=lambda p: sum(far[i, p[i]] for i in range(3)))[0]


def returns(agent: Agent, game: str) -> list[float]:
    """Return the sums of the three agents' returns over the 500 deals."""
    make, spec = environment_maker(Workspace.open().registry, parse(game))
    agent.check(spec)
    matches = [
        Match(n, (0, 0, 0), derive(2024, "seat", n), derive(2024, "deal", n)) for n in range(GAMES)
    ]
    return [sum(episode.returns) for episode in play(make, [agent], matches)]


def trained(name: str, seed: int) -> dict[str, Any]:
    """Train a team, unless it is there, and return what is known of it."""
    workspace, row = Workspace.open(), ROWS[name]
    kept = workspace.home / "reference" / f"{name}-{seed}.json"
    if not kept.is_file():
        order = Order(parse(row.trainer), parse(row.game), f"{name}-{seed}", row.moves, seed)
        begun = time.process_time()
        made = train(workspace, order, "cpu")
        known = {**made.meta, "cpu": time.process_time() - begun}
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(known))
    known = json.loads(kept.read_text())
    return {**known, "returns": returns(player(workspace, f"{name}-{seed}"), row.game)}


def player(workspace: Workspace, name: str) -> Agent:
    """Return a player by name."""
    found = find_player(workspace.registry, workspace.home, Ref(name))
    return make_agent(workspace.registry, workspace.home, found.ref, "cpu")


def told(values: Sequence[float]) -> str:
    """Return a mean with its 95 % interval."""
    half = 1.96 * statistics.stdev(values) / len(values) ** 0.5
    return f"{statistics.mean(values):.1f} +- {half:.1f}"


def bounds() -> list[tuple[str, ...]]:
    """Return rows of players that learnt nothing."""
    makers: Mapping[str, Callable[[], Agent]] = {
        "random": lambda: player(Workspace.open(), "random"),
        "each to its nearest landmark": lambda: Goer(False),
        "the best assignment": lambda: Goer(True),
    }
    return [
        (f"{name}, {kind}", told(returns(make(), game)), "", "", "", "", time.strftime("%Y-%m-%d"))
        for name, make in makers.items()
        for kind, game in (("discrete", DISCRETE), ("continuous", CONTINUOUS))
    ]


def row(name: str, seeds: Sequence[int]) -> tuple[str, ...]:
    """Return the row of a trainer."""
    found = []
    for seed in seeds:
        found.append(trained(name, seed))
        print(name, seed, told(found[-1]["returns"]), round(found[-1]["cpu"]), flush=True)
    means = [statistics.mean(one["returns"]) for one in found]
    return (
        name, "; ".join(told(one["returns"]) for one in found), f"{statistics.mean(means):.1f}",
        ROWS[name].wanted, ", ".join(f"{one['arguments']['steps'] // 3:,}" for one in found),
        ", ".join(f"{one['cpu']:.0f}" for one in found), time.strftime("%Y-%m-%d"),
    )  # fmt: skip


def main(name: str, seeds: Sequence[int]) -> None:
    """Put rows into the table."""
    fresh = bounds() if name == "bounds" else [row(name, seeds or SEEDS)]
    rows: dict[str, Sequence[object]] = {line[0]: line for line in rows_of("simple_spread")}
    rows |= {line[0]: line for line in fresh}
    header = (
        "team", "return of each seed", "mean", "wanted", "joint steps", "CPU s", "day",
    )  # fmt: skip
    trainers = ", ".join(f"{key}: `{one.trainer}`" for key, one in ROWS.items())
    write(
        "simple_spread", "simple_spread: three agents, 25 steps",
        f"`python tests/reference/simple_spread.py ROW SEED ...`: {trainers}; with the trainers' "
        "own settings (and steps, but for short rows), trained on the equal world of tensors, "
        "played on mpe2 itself: the "
        f"sum of the three agents' returns over the same {GAMES} deals for all, with its 95 % "
        "interval. CPU seconds are of one thread beside other work.\n\n"
        "What Papoudakis et al. (arXiv 2006.07869, table 3) tell converts by (return + 75) / 2, "
        "exactly on equal trajectories (a test holds it): maddpg -33.4, mappo -29.3, qmix -25.8. "
        "Trajectories are not equal, though: in their worlds the same actions lead elsewhere "
        "(what bodies do in a step, and which way the first step goes), so that such figures "
        "compare within about 4.\n\n"
        + table(header, list(rows.values())),
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], [int(seed) for seed in sys.argv[2:]])
