"""AlphaZero on connect four, against OpenSpiel's MCTS with 1,000 simulations.

    python tests/reference/alphazero.py [SEED]... [--steps MOVES] [--simulations N] [--games N]
                                        [--home DIR]

It learns tensor/connect_four with its own settings and plays OpenSpiel's connect_four, in pairs of
games that swap seats. More than half of 200 are to be won (a draw counts half; aim: 70 %) after
ten minutes of learning on two cores. It learns in one process with one thread; the seconds of
processor time are told, because the machine may be shared. Seeds that are not named keep their rows
in the table. What is learnt stays in the folder `--home`, if one is given, and is not learnt again.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from report import rows_of, table, write

from arena.lookup import environment_maker, find_player, make_agent
from arena.playing import play
from arena.records import Match
from arena.seeds import derive
from arena.specs import parse
from arena.training import Order, train
from arena.workspace import Workspace

RIVAL = "openspiel_mcts:simulations=1000"


def learn(workspace: Workspace, seed: int, steps: int | None) -> tuple[int, float]:
    """Learn as `seedN`, unless it is there; return the moves, and the processor time it took."""
    told = Path(workspace.home) / f"seed{seed}.json"
    if not told.exists():
        begun = time.process_time()
        order = Order(parse("alphazero"), parse("tensor/connect_four"), f"seed{seed}", steps, seed)
        made = train(workspace, order, "cpu")
        told.write_text(json.dumps([made.meta["steps"], time.process_time() - begun]))
    moves, seconds = json.loads(told.read_text())
    return moves, seconds


class Deaf:
    """Hears nothing. Where anybody listens all matches are in flight at once, and searches of
    hundreds of games cost little more than one's."""

    def moved(self, *heard: object) -> None:
        """Hear of a batch."""

    def ended(self, *heard: object) -> None:
        """Hear of an end."""


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
    played = play(make, agents, matches, slots=games, recorder=Deaf())
    returns = [e.returns[e.match.seats.index(0)] for e in played]
    won, lost = (sum(value * sign > 0 for value in returns) for sign in (1, -1))
    return won, len(returns) - won - lost, lost


def main(
    seeds: Sequence[int], steps: int | None, simulations: int, games: int, home: str | None
) -> None:
    """Learn with every seed, play, and write the table after each."""
    rows = {int(row[0]): row for row in rows_of("alphazero")}
    given = "" if steps is None else f" --steps {steps}"
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.open(home=home or folder)
        for seed in seeds:
            moves, seconds = learn(workspace, seed, steps)
            player = f"seed{seed}:simulations={simulations}"
            won, drawn, lost = meet(workspace, player, games, seed)
            share = f"{(won + drawn / 2) / games:.1%}"
            found = (seed, f"{moves:,}", f"{seconds:.0f} s", simulations, won, drawn, lost, share)
            rows[seed] = [str(cell) for cell in found]
            write(
                "alphazero", "Connect four: alphazero against MCTS",
                f"`python tests/reference/alphazero.py SEED{given} --simulations {simulations} "
                f"--games {games}`: learns tensor/connect_four, plays openspiel/connect_four "
                f"against `{RIVAL}`. Wanted: more than half of 200 paired games after ten minutes "
                "on two cores (aim: 70 %). It learns with one thread.\n\n" + table(
                    ("seed", "moves learnt", "processor time", "simulations a move", "won",
                     "drawn", "lost", "score"),
                    [rows[each] for each in sorted(rows)],
                ),
            )  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("seeds", nargs="*", type=int, default=[0, 1, 2])
    parser.add_argument("--steps", type=int)
    parser.add_argument("--simulations", type=int, default=400)
    parser.add_argument("--games", type=int, default=200)
    parser.add_argument("--home")
    main(**vars(parser.parse_args()))
