"""Stable-Baselines3 within the arena: figures of the zoo, with the zoo's settings.

    python tests/reference/sb3.py cart_pole|pendulum|fetch_reach|half_cheetah
        [--seeds 3] [--steps N]

Each run is trained once and kept in ARENA_HOME: a script that was interrupted goes on, `--seeds 5`
after `--seeds 3` trains two more. What is measured is greedy play of the checkpoint that the run
ended with, on 100 deals (20 of HalfCheetah) that were never used to select it.

Figures to compare with: the benchmark of rl-baselines3-zoo (DQN and PPO 500 on CartPole-v1, SAC
-157 and TD3 -152 on Pendulum-v1, TQC with HER -1.66 on FetchReach, each at the zoo's steps), and a
survey's table for HalfCheetah at 1 M steps.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from report import table, write

from arena import Environment, Match, derive, play
from arena.config import Entry, Training
from arena.lookup import environment_maker, find_game, find_player, make_agent
from arena.records import Checkpoint, Ref
from arena.specs import parse
from arena.training import train_cached
from arena.workspace import Workspace


@dataclass(frozen=True)
class Run:
    """A trainer with its settings, its budget in steps, and the figure to compare with."""

    trainer: str
    steps: int
    known: str


@dataclass(frozen=True)
class Case:
    """A game, what is to be reached in it and by whom; `goal` None: only told."""

    title: str
    game: str
    runs: Sequence[Run]
    goal: float | None
    episodes: int = 100
    success: bool = False


_CHEETAH_PPO = (
    "normalise=true,normalise_reward=true,n_steps=512,batch_size=64,gamma=0.98,ent_coef=0.000401762,"
    "learning_rate=2.0633e-05,clip_range=0.1,n_epochs=20,gae_lambda=0.92,max_grad_norm=0.8,"
    "vf_coef=0.58096,log_std_init=-2,ortho_init=false,activation=relu,net=256;256,evaluations=3"
)
CASES = {
    "cart_pole": Case(
        "CartPole-v1, Stable-Baselines3", "gymnasium/CartPole-v1",
        (
            Run(
                "sb3_dqn:learning_rate=0.0023,batch_size=64,buffer_size=100000,learning_starts=1000,"
                "target_update_interval=10,train_freq=256,gradient_steps=128,"
                "exploration_fraction=0.16,exploration_final_eps=0.04,net=256;256",
                50_000, "500 at 50,000",
            ),
            Run(
                "sb3_ppo:n_envs=8,n_steps=32,batch_size=256,gae_lambda=0.8,gamma=0.98,n_epochs=20,"
                "learning_rate=lin_0.001,clip_range=lin_0.2",
                100_000, "500 at 100,000",
            ),
            Run("sb3_a2c:n_envs=8", 100_000, "500 at 500,000"),
        ),
        475.0,
    ),
    "pendulum": Case(
        "Pendulum-v1, Stable-Baselines3", "gymnasium/Pendulum-v1",
        (
            Run("sb3_sac:learning_rate=0.001", 20_000, "-157 at 20,000"),
            Run(
                "sb3_td3:gamma=0.98,buffer_size=200000,learning_starts=10000,noise=0.1,"
                "net=400;300",
                20_000, "-152 at 20,000",
            ),
        ),
        -165.0,
    ),
    "fetch_reach": Case(
        "FetchReach-v4, Stable-Baselines3 with hindsight", "gymnasium/FetchReach-v4",
        (
            Run(
                "sb3_her:base=sac,gamma=0.95,learning_rate=0.001,learning_starts=1000,"
                "normalise=true,normalise_reward=true,net=64;64",
                20_000, "-1.66 at 20,000 (TQC)",
            ),
        ),
        0.9, success=True,
    ),
    "half_cheetah": Case(
        "HalfCheetah-v5, Stable-Baselines3", "gymnasium/HalfCheetah-v5",
        (
            Run("sb3_sac:learning_starts=10000,evaluations=3", 1_000_000, "12,000 at 1 M"),
            Run(
                "sb3_td3:learning_starts=10000,noise=0.1,net=400;300,evaluations=3",
                1_000_000, "9,000 at 1 M",
            ),
            Run(f"sb3_ppo:{_CHEETAH_PPO}", 1_000_000, "3,000 at 1 M"),
        ),
        None, episodes=20,
    ),
}  # fmt: skip


def trained(workspace: Workspace, case: Case, run: Run, seed: int) -> Checkpoint:
    """Return the checkpoint of a run; train it unless it is there."""
    from arena.checkpoints import find_checkpoint

    game = find_game(workspace.registry, parse(case.game))
    entry = Entry(Ref("run"), Training(parse(run.trainer), run.steps, seed))
    name = train_cached(workspace, entry, game, "cpu", _say(f"{run.trainer[:12]} seed {seed}"))
    made = find_checkpoint(workspace.home, name)
    assert made is not None
    return made


def _say(what: str) -> Callable[[Any], None]:
    """Return what tells how far a run is, a hundred times."""
    told = -1

    def say(run: Any) -> None:
        nonlocal told
        if 100 * run.step // run.steps > told:
            told = 100 * run.step // run.steps
            print(f"{what}: {run.step} of {run.steps}", run.metrics.get("mean_return"), flush=True)

    return say


def measured(workspace: Workspace, case: Case, made: Checkpoint) -> tuple[float, float]:
    """Return the mean return of greedy play, and the share of episodes that were paid at the end.

    In a goal environment a last step that costs nothing is one at the goal.
    """
    player = find_player(workspace.registry, workspace.home, Ref(made.name))
    agent = make_agent(workspace.registry, workspace.home, player.ref, "cpu")
    make, _ = environment_maker(workspace.registry, parse(case.game))
    reached: list[bool] = []

    def watched() -> Environment:
        environment = make()
        step = environment.step

        def noting(actions: Any) -> Any:
            paid = step(actions)
            if not environment.acting():
                reached.append(paid is None or paid[0] == 0.0)
            return paid

        environment.step = noting  # type: ignore[method-assign]
        return environment

    deals = [derive(0, "reference", n) for n in range(case.episodes)]
    matches = [Match(n, (0,), deal, deal) for n, deal in enumerate(deals)]
    played = list(play(watched, [agent], matches, slots=20))
    assert not any(episode.faults for episode in played) and len(reached) == case.episodes
    return statistics.mean(e.returns[0] for e in played), statistics.mean(reached)


def rows_of(workspace: Workspace, case: Case, seeds: int, steps: int | None) -> list[list[str]]:
    """Return a row for each trainer, a figure for each seed."""
    rows = []
    for run in case.runs:
        run = run if steps is None else Run(run.trainer, steps, run.known)
        made = [trained(workspace, case, run, seed) for seed in range(seeds)]
        figures = [measured(workspace, case, checkpoint) for checkpoint in made]
        judged = [reached if case.success else mean for mean, reached in figures]
        shown = ", ".join(
            f"{mean:.4g} ({reached:.0%})" if case.success else f"{mean:.4g}"
            for mean, reached in figures
        )
        verdict = "told only" if case.goal is None else (
            f"{sum(figure >= case.goal for figure in judged)} of {seeds}"
        )  # fmt: skip
        kept = ", ".join(f"{checkpoint.meta['steps']:,}" for checkpoint in made)
        seconds = ", ".join(f"{checkpoint.meta['seconds']:.0f}" for checkpoint in made)
        rows.append(
            [f"`{run.trainer}`", f"{run.steps:,}", kept, shown, verdict, run.known, seconds]
        )
        print(rows[-1], flush=True)
    return rows


def main() -> None:
    """Train and measure one case, and write its table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("case", choices=CASES)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, help="a budget other than the zoo's")
    given = parser.parse_args()
    case = CASES[given.case]
    rows = rows_of(Workspace.open(), case, given.seeds, given.steps)
    what = "success" if case.success else "mean return"
    goal = "" if case.goal is None else f" To be reached: a {what} of {case.goal:g}."
    steps = f" --steps {given.steps}" if given.steps else ""
    header = (
        "trainer", "steps", "kept", "mean return (success)" if case.success else "mean return",
        "reached", "known", "seconds",
    )  # fmt: skip
    write(
        f"sb3_{given.case}", case.title,
        f"`python tests/reference/sb3.py {given.case} --seeds {given.seeds}{steps}`: "
        f"`{case.game}`, seeds 0 to {given.seeds - 1}. Greedy play, on {case.episodes} deals that "
        "selected nothing, of the checkpoint kept: of ten on the way and the last, the one of the "
        f"best mean return in training.{goal} The machine was shared: the seconds are an upper "
        "bound.\n\n"
        + table(header, rows),
    )  # fmt: skip


if __name__ == "__main__":
    main()
