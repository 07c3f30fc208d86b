"""Self-play PPO on connect four, without search, against MCTS with 100 simulations.

    python tests/reference/ppo_connect_four.py [--trainer SPEC] [--seeds N] [--steps MOVES]
        [--games N]

It learns tensor/connect_four through the arena's own runner and plays OpenSpiel's connect_four
greedily, in pairs of games that swap seats. 40 % or more is wanted (a draw counts half) after ten
minutes of learning. It learns in one process with one thread; the seconds of processor time are
told, because the machine may be shared.
"""

from __future__ import annotations

import argparse
import tempfile
import time

from alphazero import meet
from report import table, write

from arena.specs import parse
from arena.training import Order, train
from arena.workspace import Workspace

TRAINER, RIVAL = "ppo:entropy=0.15;0.08", "openspiel_mcts:simulations=100"


def main(trainer: str, seeds: int, steps: int, games: int) -> None:
    """Learn with every seed, play, and write the table after each."""
    rows = []
    with tempfile.TemporaryDirectory() as home:
        workspace = Workspace.open(home=home)
        for seed in range(seeds):
            begun = time.process_time()
            order = Order(parse(trainer), parse("tensor/connect_four"), f"seed{seed}", steps, seed)
            made = train(workspace, order, "cpu")
            seconds = time.process_time() - begun
            won, drawn, lost = meet(workspace, made.name, games, seed, RIVAL)
            share = (won + drawn / 2) / games
            moves = f"{made.meta['steps']:,}"
            rows.append((seed, moves, f"{seconds:.0f} s", won, drawn, lost, f"{share:.1%}"))
            print(rows[-1], flush=True)
            write(
                "ppo_connect_four", "Connect four: ppo without search against MCTS",
                f"`python tests/reference/ppo_connect_four.py --trainer {trainer} "
                f"--seeds {seeds} --steps {steps} --games {games}`: learns "
                "tensor/connect_four by self-play, plays "
                f"openspiel/connect_four greedily against `{RIVAL}`. Wanted: 40 % or more after "
                "ten minutes.\n\n" + table(
                    ("seed", "moves learnt", "processor time", "won", "drawn", "lost", "score"),
                    rows,
                ),
            )  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--trainer", default=TRAINER)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--steps", type=int, default=3_000_000)
    parser.add_argument("--games", type=int, default=200)
    main(**vars(parser.parse_args()))
