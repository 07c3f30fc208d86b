"""Self-play PPO on connect four, without search, against MCTS with 100 simulations.

    python tests/reference/ppo_connect_four.py [SEED]... [--trainer SPEC] [--steps MOVES]
        [--games N]

With the trainer's own settings, if no others are given, it learns tensor/connect_four through the
arena's own runner and plays OpenSpiel's connect_four greedily, in pairs of games that swap seats.
40 % or more is wanted (a draw counts half) after ten minutes of learning. It learns in one process
with one thread; the seconds of processor time are told, because the machine may be shared. Seeds
that are not named keep their rows in the table.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence

from alphazero import meet
from report import rows_of, table, write

from arena.specs import parse
from arena.training import Order, train
from arena.workspace import Workspace

TRAINER, RIVAL = "ppo", "openspiel_mcts:simulations=100"


def main(seeds: Sequence[int], trainer: str, steps: int | None, games: int) -> None:
    """Learn with every seed, play, and write the table after each."""
    given = "" if trainer == TRAINER else f" --trainer {trainer}"
    given += "" if steps is None else f" --steps {steps}"
    with tempfile.TemporaryDirectory() as home:
        workspace = Workspace.open(home=home)
        for seed in seeds:
            begun = time.process_time()
            order = Order(parse(trainer), parse("tensor/connect_four"), f"seed{seed}", steps, seed)
            made = train(workspace, order, "cpu")
            seconds = time.process_time() - begun
            won, drawn, lost = meet(workspace, made.name, games, seed, RIVAL)
            share = f"{(won + drawn / 2) / games:.1%}"
            found = (seed, f"{made.meta['steps']:,}", f"{seconds:.0f} s", won, drawn, lost, share)
            print(found, flush=True)
            rows = {int(row[0]): row for row in rows_of("ppo_connect_four")}
            rows[seed] = [str(cell) for cell in found]
            write(
                "ppo_connect_four", "Connect four: ppo without search against MCTS",
                f"`python tests/reference/ppo_connect_four.py SEED{given} --games {games}`: "
                f"`{trainer}` learns tensor/connect_four by self-play, plays "
                f"openspiel/connect_four greedily against `{RIVAL}`. Wanted: 40 % or more after "
                "ten minutes. It learns with one thread.\n\n" + table(
                    ("seed", "moves learnt", "processor time", "won", "drawn", "lost", "score"),
                    [rows[each] for each in sorted(rows)],
                ),
            )  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("seeds", nargs="*", type=int, default=[0, 1, 2])
    parser.add_argument("--trainer", default=TRAINER)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--games", type=int, default=200)
    main(**vars(parser.parse_args()))
