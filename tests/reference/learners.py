"""What learners come to with their own settings and steps, seed by seed.

    python tests/reference/learners.py GAME [TRAINER ...]

GAME is tic_tac_toe or cart_pole. On tic_tac_toe all lines of play are counted in which the greedy
policy holds one seat, from both seats, against every legal reply and against every optimal one: no
line may be lost. On CartPole-v1 the mean return over 100 episodes, which nobody has learnt from or
chosen by, is to be 475 or more (of reinforce and a3c: 400) within the budgets of
rl-baselines3-zoo's benchmark (50,000 moves for dqn, 100,000 for ppo, 500,000 for a2c). Rows of
other trainers stay as they are.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from report import rows_of, table, write

from arena.agent import Agent
from arena.environment import Environment
from arena.lines import lines_of_play
from arena.lookup import environment_maker, find_player, make_agent
from arena.playing import play
from arena.records import Match, Ref
from arena.seeds import derive
from arena.specs import parse
from arena.training import Order, train
from arena.workspace import Workspace

Make = Callable[[], Environment]
SEEDS = (0, 1, 2)


class Task(NamedTuple):
    """A game, how a learner of it is judged, and who learns it."""

    environment: str
    title: str
    wanted: str
    judge: Callable[[Agent, Make], str]
    trainers: tuple[str, ...]


def lost_lines(agent: Agent, make: Make) -> str:
    """Return the lost lines of play and all that there are."""
    lines = lines_of_play(agent, make)
    return f"{lines.lost} of {lines.played}"


def mean_return(agent: Agent, make: Make) -> str:
    """Return the mean return over 100 episodes."""
    matches = [
        Match(n, (0,), derive(12345, "seat", n), derive(12345, "deal", n)) for n in range(100)
    ]
    return f"{statistics.mean(e.returns[0] for e in play(make, [agent], matches)):.1f}"


TASKS = {
    "tic_tac_toe": Task(
        "tic_tac_toe", "tic_tac_toe: lines of play that are lost", "0 lost lines", lost_lines,
        ("ppo", "dqn", "double_dqn", "dueling_dqn", "q_learning"),
    ),
    "cart_pole": Task(
        "gymnasium/CartPole-v1", "CartPole-v1", "a mean of 475 or more (reinforce, a3c: 400)",
        mean_return, ("ppo", "dqn", "double_dqn", "dueling_dqn", "a2c", "a3c", "reinforce"),
    ),
}  # fmt: skip


def run(workspace: Workspace, task: Task, trainer: str, seed: int) -> tuple[str, Mapping[str, Any]]:
    """Train once; return what it came to, and what is kept beside the checkpoint."""
    order = Order(parse(trainer), parse(task.environment), "learner", None, seed)
    begun = processor_seconds()
    made = train(workspace, order, "cpu")
    seconds = processor_seconds() - begun
    player = find_player(workspace.registry, workspace.home, Ref("learner"))
    agent = make_agent(workspace.registry, workspace.home, player.ref, "cpu")
    make, spec = environment_maker(workspace.registry, parse(task.environment))
    agent.check(spec)
    return task.judge(agent, make), {**made.meta, "cpu": seconds}


def processor_seconds() -> float:
    """Return the seconds that this process took so far, and those of its that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def row(task: Task, trainer: str) -> tuple[str, ...]:
    """Return a row of the table."""
    found, metas = [], []
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as home:
            judged, meta = run(Workspace.open(home=home), task, trainer, seed)
        found.append(judged)
        metas.append(meta)
        print(trainer, seed, judged, round(meta["cpu"], 1), round(meta["seconds"], 1), flush=True)
    shares = {key: statistics.mean(m["shares"][key] for m in metas) for key in metas[0]["shares"]}
    return (
        trainer, "; ".join(found), f"{metas[0]['arguments']['steps']:,}",
        ", ".join(f"{meta['steps']:,}" for meta in metas),
        ", ".join(f"{meta['cpu']:.0f}" for meta in metas),
        ", ".join(f"{meta['seconds']:.0f}" for meta in metas),
        ", ".join(f"{100 * share:.0f} % {name}" for name, share in shares.items()),
        time.strftime("%Y-%m-%d"),
    )  # fmt: skip


def main(game: str, trainers: list[str]) -> None:
    """Run all seeds of these trainers, and put their rows into the table."""
    task = TASKS[game]
    header = (
        "trainer", task.wanted, "moves", "the kept checkpoint's", "CPU s", "s", "time", "day",
    )  # fmt: skip
    for trainer in trainers or task.trainers:
        fresh = row(task, trainer)
        rows = {line[0]: line for line in rows_of(game)} | {trainer: fresh}
        write(
            game, task.title,
            f"`python tests/reference/learners.py {game} TRAINER`: seeds "
            f"{', '.join(map(str, SEEDS))}, the trainers' own settings and steps, as "
            f"`arena train TRAINER {task.environment}`. Seconds are those of the whole run, "
            "evaluation and all; CPU seconds of one process with one thread (a3c: of all of its), "
            "beside other work.\n\n"
            + table(header, list(rows.values())),
        )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
