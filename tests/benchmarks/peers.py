"""How fast Arena is beside what else there is, as ratios within one run.

    python tests/benchmarks/peers.py [PART...] [--python PYTHON] [--pairs N] [--write]

PART is one of objects, tables, control, networks, dilemma, compiled, joint, ticks, start; all if
left out.
`--python` is an interpreter that has the peers (the extra `bench`), if this one has not. `--write`
writes these parts into docs/benchmarks.md and leaves the others there as they are.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

import core
import measuring
import tick
from marl import Learning
from measuring import HERE, PAIRS, Bench, Loop, Tournament, best, compare
from report import PAGE, ROOT, Check, Part, at_most, rewrite, section

RANDOM = ("random", "other=random")
MLP = tuple(f"{HERE / 'players.py'}:Mlp:seed={seed}" for seed in (1, 2))
BATCHES = (1024, 4096, 16384, 65536)
DILEMMA = "tensor/prisoners_dilemma:rounds=200"
STRATEGIES = ("always_cooperate", "always_defect", "tit_for_tat", "grudger", "random")


def objects(python: str) -> Part:
    """Random players, games stepped one by one, the history stored.

    These ratios swing from run to run on the shared machine they were measured on. A run earlier on
    2026-11-23, with tournaments a third as long and 3 pairs, missed both of tic_tac_toe's: 0.451
    with 1 process and 0.687 with 2 workers.
    """
    rows, told = [], []
    for name, games in (("tic_tac_toe", 200_000), ("connect_four", 60_000)):
        bare = Loop("openspiel", [name], python)
        told.append(bare.told)
        for workers, goal in ((1, 0.5), (2, 0.9)):
            ours = Tournament(name, RANDOM, games * workers, ("--workers", workers))
            rows.append(compare(
                f"{name}, {_workers(workers)}", ours.rate, "a bare OpenSpiel loop", bare.rate,
                "games", goal,
            ))  # fmt: skip
        bare.close()
    ours = Tournament("tic_tac_toe", RANDOM, 200_000)
    same = Tournament("pettingzoo/tictactoe_v3", RANDOM, 3_000)
    for name, beside in (
        ("pettingzoo", "PettingZoo's loop on tictactoe_v3"),
        ("textarena", "TextArena's loop on TicTacToe-v0"),
    ):
        loop = Loop(name, (), python)
        told.append(loop.told)
        rows.append(compare("tic_tac_toe, 1 process", ours.rate, beside, loop.rate, "games", 10))
        if name == "pettingzoo":
            rows.append(compare(same.environment, same.rate, beside, loop.rate, "games"))
        loop.close()
    return Part("Games stepped one by one", objects.__doc__, rows, told)


def tables(python: str) -> Part:
    """Random players, games stepped together, each library at its best batch size.

    Beside pgx, which keeps nothing, stands the table alone, stepped by as plain a loop; and then
    Arena as it is used, every move judged and stored.
    """
    rows, told = [], []
    for name in ("tic_tac_toe", "connect_four"):
        theirs = best([Loop("pgx", [name, batch], python) for batch in BATCHES])
        ours = best([Loop("table", [f"tensor/{name}", size], threads=1) for size in BATCHES])
        told.append(theirs.told)
        beside = f"pgx, {theirs.arguments[1]:,} at once"
        what = f"tensor/{name} alone, {ours.arguments[1]:,} at once"
        rows.append(compare(what, ours.rate, beside, theirs.rate, "moves", 2))
        ours.close()
        whole = Bench(f"tensor/{name}", RANDOM, 16_384)
        rows.append(compare(
            f"tensor/{name}, judged and stored, 16,384 at once", whole.rate, beside, theirs.rate,
            "moves",
        ))  # fmt: skip
        theirs.close()
    return Part("Games stepped together", tables.__doc__, rows, told)


def control(python: str) -> Part:
    """cart_pole, 4,096 at once, beside Gymnasium's CartPole-v1 in its best SyncVectorEnv."""
    theirs = best([Loop("gymnasium", [count], python) for count in (16, 64, 256, 4096)])
    ours = Loop("table", ["tensor/cart_pole", 4096], threads=1)
    beside = f"SyncVectorEnv of {theirs.arguments[0]:,} CartPole-v1"
    rows = [
        compare(
            "tensor/cart_pole alone, 4,096 at once", ours.rate, beside, theirs.rate, "steps", 50
        )
    ]
    told = [theirs.told]
    ours.close()
    theirs.close()
    return Part("Control", control.__doc__, rows, told)


def networks(python: str) -> Part:
    """Two networks (2 x 256, float32) play connect_four, sampling, the history stored.

    The loop asks the same networks for one position after the other. How much is won by asking
    for many at once is what the network alone shows.
    """
    loop = Loop("mlp", (), python, threads=1)
    one, many = (Loop("positions", [count], python, threads=1) for count in (1, 512))
    what, beside = "the network alone, 512 positions at once", "one position at a time"
    rows = [compare(what, many.rate, beside, one.rate, "positions")]
    one.close()
    many.close()
    for name, slots, games, goal in (
        ("tensor/connect_four", 1024, 60_000, 20), ("connect_four", 256, 20_000, 10),
    ):  # fmt: skip
        for workers in (1, 2):
            options = ("--slots", slots // workers, "--workers", workers)
            ours = Tournament(name, MLP, games * workers, options)
            rows.append(compare(
                f"{name}, {slots:,} games in flight, {_workers(workers)}", ours.rate,
                "one game at a time", loop.rate, "games", goal,
            ))  # fmt: skip
    loop.close()
    return Part("Networks", networks.__doc__, rows, [loop.told])


def dilemma(python: str) -> Part:
    """Iterated prisoner's dilemma of 200 rounds among the strategies of Axelrod's demo field.

    Axelrod works out no results and stores nothing; Arena's history is stored.
    """
    loop = Loop("axelrod", (), python)
    ours = Tournament(DILEMMA, STRATEGIES, 4_000, ("--slots", 4096))
    rows = [compare(DILEMMA, ours.rate, "Axelrod's tournament", loop.rate, "matches", 3)]
    loop.close()
    return Part("Iterated prisoner's dilemma", dilemma.__doc__, rows, [loop.told])


def compiled(python: str) -> Part:
    """Tables compiled by `torch.compile` (`compile=true`) beside the same as they are, on the CPU.

    Alone a table is stepped by a plain loop; in a tournament every move is judged and stored. The
    time that compiling takes, seconds for each game and size, is left out.

    There was no CUDA to measure this on. CUDA graphs (`mode="reduce-overhead"`) are not built: a
    graph overwrites at its next run what it handed out, and the column driver keeps what a hundred
    ticks handed out.
    """
    rows = []
    for name, size in (
        ("othello", 16_384), ("simple_tag", 4096), ("cart_pole", 4096), ("connect_four", 4096),
    ):  # fmt: skip
        plain, fused = f"tensor/{name}", f"tensor/{name}:compile=true"
        ours, theirs = (Loop("table", [game, size], threads=1) for game in (fused, plain))
        what = f"{fused} alone, {size:,} at once"
        rows.append(compare(what, ours.rate, "as it is", theirs.rate, "moves"))
        ours.close()
        theirs.close()
        benches = [Bench(game, RANDOM, size) for game in (fused, plain)]
        what = f"{fused}, judged and stored, {size:,} at once"
        rows.append(compare(what, benches[0].rate, "as it is", benches[1].rate, "moves"))
    ours, theirs = (Loop("positions", [512, how], threads=1) for how in ("compiled", ""))
    what = "a network (2 x 256), compiled, 512 positions at once"
    rows.append(compare(what, ours.rate, "as it is", theirs.rate, "positions"))
    ours.close()
    theirs.close()
    return Part("Compiled tables", compiled.__doc__, rows)


def joint(python: str) -> Part:
    """maddpg learns simple_spread, on the equal world of tensors and on mpe2's own, step by step.

    An update takes as long on both and follows each step of all worlds, so that the more worlds
    there are the less of the time is learning: with 64 it cannot be ten times as fast. On tensors
    its own setting is 512, and it learns as much by a quarter of the updates (results.md). Seconds
    are of the processor.
    """
    rows = []
    for worlds in (64, 512):
        step = 50 * worlds  # a round of 50 joint steps, and an update after each
        slow = Learning(f"maddpg:worlds={worlds},world=mpe2", step, 2)
        fast = Learning(f"maddpg:worlds={worlds}", step, 5)
        fast.rate()  # what is imported is not counted
        own = ", its own settings" if worlds == 512 else ""
        rows.append(compare(
            f"`{fast.trainer}`{own}", fast.rate, f"`{slow.trainer}`", slow.rate, "joint steps", 10
        ))  # fmt: skip
    return Part("Learning on tensors", joint.__doc__, rows)


def ticks(python: str) -> Part:
    """What a tick of the column driver costs, by the number of games in flight.

    Instructions of the interpreter and tensor operations are counted exactly, and are what must not
    grow; the microseconds hold the computing as well.
    """
    told = tick.every_cost()
    tick.draw(told, ROOT / "docs" / "benchmarks_tick.svg")
    checks = []
    for name, costs in told.items():
        python_parts = {(cost.instructions, cost.operations) for cost in costs}
        instructions, operations = max(python_parts)
        told_costs = ", ".join(f"{cost.games:,}: {cost.microseconds:,.0f}" for cost in costs)
        checks.append(Check(
            f"{name}: Python's part of a tick, from 64 games to 65,536",
            f"{instructions:,} instructions, {operations} operations", "the same for all",
            len(python_parts) == 1,
        ))  # fmt: skip
        checks.append(Check(f"{name}: microseconds a tick by games", told_costs))
    return Part("The tick", ticks.__doc__, checks=checks, figure="benchmarks_tick.svg")


def start(python: str) -> Part:
    """The figures that were asked of the core before there were tables."""
    checks = []
    for command, seconds in core.start().items():
        goal = {"arena --help": 0.25}.get(command, 1.5)
        checks.append(at_most(f"`{command}`", seconds, goal, "s"))
    peak = core.memory()
    checks.append(at_most("peak memory of a million matches of tic_tac_toe", peak, 600, "MB"))
    times = core.workers()
    checks.append(Check(
        "connect_four, 100,000 games: two workers beside one", f"{times:.2f} times", "at least 1.5",
        times >= 1.5,
    ))  # fmt: skip
    return Part("The core", start.__doc__, checks=checks)


def _workers(count: int) -> str:
    return "1 process" if count == 1 else f"{count} workers"


PARTS: dict[str, Callable[[str], Part]] = {
    part.__name__: part
    for part in (objects, tables, control, networks, dilemma, compiled, joint, ticks, start)
}


def main() -> None:
    """Measure, print, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    measuring.PAIRS = core.PAIRS = given.pairs
    for name in given.parts:
        if name not in PARTS:
            parser.error(f"there is no part {name!r}; there are {', '.join(PARTS)}")
    for name in given.parts or PARTS:
        told = section(PARTS[name](given.python))
        print(told, flush=True)
        if given.write:
            PAGE.write_text(rewrite(PAGE.read_text() if PAGE.exists() else "", [told]))


if __name__ == "__main__":
    main()
