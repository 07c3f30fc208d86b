"""What teams come to on mpe2's simple_spread: three agents, 25 steps, beside simple bounds.

    python tests/reference/simple_spread.py ROW [SEED ...]

ROW is a key of ROWS, or `bounds`. A team is trained with the trainer's own steps, and plays the
same 500 deals of mpe2 itself; what is told is the sum of the three agents' returns. Checkpoints
stay in ARENA_HOME, and are not trained again. Rows of other teams stay as they are.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from report import rows_of, table, write
from teams import played, training

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
    "maddpg_64_continuous": Row("maddpg:worlds=64", CONTINUOUS, "no figure", 3_200_000),
    "maddpg_64_discrete": Row("maddpg:worlds=64", DISCRETE, "no figure", 3_200_000),
    "maddpg_64_unshared": Row("maddpg:worlds=64,shared=false", CONTINUOUS, "no figure", 3_200_000),
}


def returns(player: str, game: str) -> list[float]:
    """Return the sums of the three agents' returns over the 500 deals."""
    return [sum(episode.returns) for episode in played(game, (player,), (0, 0, 0), 2024, GAMES)]


def learnt(name: str, seed: int) -> dict[str, Any]:
    """Train a team, unless it is there, and return what is known of it."""
    row, full = ROWS[name], f"{name}-{seed}"
    known = training(row.trainer, row.game, full, row.moves, seed)
    return {**known, "returns": returns(full, row.game)}


def told(values: Sequence[float]) -> str:
    """Return a mean with its 95 % interval."""
    half = 1.96 * statistics.stdev(values) / len(values) ** 0.5
    return f"{statistics.mean(values):.1f} +- {half:.1f}"


def bounds() -> list[tuple[str, ...]]:
    """Return rows of players that learnt nothing."""
    players = {
        "random": "random",
        "each to its nearest landmark": "nearest_landmark",
        "the best assignment": "assigned_landmark",
    }
    return [
        (
            f"{told_as}, {kind}", told(returns(name, game)), "", "", "",
            "", time.strftime("%Y-%m-%d"),
        )
        for told_as, name in players.items()
        for kind, game in (("discrete", DISCRETE), ("continuous", CONTINUOUS))
    ]  # fmt: skip


def row(name: str, seeds: Sequence[int]) -> tuple[str, ...]:
    """Return the row of a trainer."""
    found = []
    for seed in seeds:
        found.append(learnt(name, seed))
        print(name, seed, told(found[-1]["returns"]), found[-1]["cpu"], flush=True)
    means = [statistics.mean(one["returns"]) for one in found]
    return (
        name, "; ".join(told(one["returns"]) for one in found), f"{statistics.mean(means):.1f}",
        ROWS[name].wanted, ", ".join(f"{one['arguments']['steps'] // 3:,}" for one in found),
        ", ".join(str(one["cpu"]) for one in found), time.strftime("%Y-%m-%d"),
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
        "own settings but for what is told (3.2 million joint steps where there are 64 worlds), "
        "trained on the equal world of tensors, played on mpe2 itself: the "
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
