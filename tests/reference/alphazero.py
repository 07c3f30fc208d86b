"""AlphaZero on connect four, against OpenSpiel's MCTS with 1,000 simulations.

    python tests/reference/alphazero.py [--seeds N] [--steps MOVES] [--simulations N] [--games N]

It learns tensor/connect_four with its own settings and plays OpenSpiel's connect_four, in pairs of
games that swap seats. More than half of 200 are to be won (a draw counts half; aim: 70 %) after
ten minutes of learning on two cores. It learns in one process with one thread; the seconds of
processor time are told, because the machine may be shared.
"""

from __future__ import annotations

import argparse
import tempfile
import time

from report import table, write

from arena.lookup import environment_maker, find_player, make_agent
from arena.playing import play
from arena.records import Match
from arena.seeds import derive
from arena.specs import parse
from arena.training import Order, train
from arena.workspace import Workspace

RIVAL = "openspiel_mcts:simulations=1000"


def learn(workspace: Workspace, seed: int, steps: int | None) -> tuple[str, int, float]:
    """Return the name of a checkpoint, its moves, and the processor time that it took."""
    begun = time.process_time()
    order = Order(parse("alphazero"), parse("tensor/connect_four"), f"seed{seed}", steps, seed)
    made = train(workspace, order, "cpu")
    return made.name, made.meta["steps"], time.process_time() - begun


def meet(
    workspace: Workspace, player: str, games: int, seed: int, rival: str = RIVAL
) -> tuple[int, int, int]:
    """Return how many of the paired games against the rival are won, drawn and lost."""
    registry, home = workspace.registry, workspace.home
    make, spec = environment_maker(registry, parse("openspiel/connect_four"))
    agents = []
    for name in (player, rival):
        agent = make_agent(registry, home, find_player(registry, home, parse(name)).ref, "cpu")
        agent.check(spec)
        agents.append(agent)
    matches = [
        Match(n, (n % 2, 1 - n % 2), derive(seed, "match", n), derive(seed, "deal", n // 2))
        for n in range(games)
    ]
    returns = [e.returns[e.match.seats.index(0)] for e in play(make, agents, matches)]
    won, lost = (sum(value * sign > 0 for value in returns) for sign in (1, -1))
    return won, len(returns) - won - lost, lost


def main(seeds: int, steps: int | None, simulations: int, games: int) -> None:
    """Learn with every seed, play, and write the table after each."""
    rows = []
    with tempfile.TemporaryDirectory() as home:
        workspace = Workspace.open(home=home)
        for seed in range(seeds):
            name, moves, seconds = learn(workspace, seed, steps)
            won, drawn, lost = meet(workspace, f"{name}:simulations={simulations}", games, seed)
            share = (won + drawn / 2) / (won + drawn + lost)
            rows.append((seed, f"{moves:,}", f"{seconds:.0f} s", won, drawn, lost, f"{share:.1%}"))
            print(rows[-1], flush=True)
            given = "" if steps is None else f" --steps {steps}"
            command = f"alphazero.py --seeds {seeds}{given} --simulations {simulations}"
            write(
                "alphazero", "Connect four: alphazero against MCTS",
                f"`python tests/reference/{command} --games {games}`: learns tensor/connect_four, "
                f"plays openspiel/connect_four with {simulations} simulations a move against "
                f"`{RIVAL}`. Wanted: more than half of 200 paired games after ten minutes on two "
                "cores.\n\n" + table(
                    ("seed", "moves learnt", "processor time", "won", "drawn", "lost", "score"),
                    rows,
                ),
            )  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--simulations", type=int, default=400)
    parser.add_argument("--games", type=int, default=200)
    main(**vars(parser.parse_args()))
