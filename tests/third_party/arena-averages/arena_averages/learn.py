"""The mean return of each action in each (hashed) position, from games of random moves."""

from __future__ import annotations

import numpy as np

import arena
from arena_averages.players import Curious


class Averages(arena.Trainer):
    """Plays `games` at a time and averages what their moves returned."""

    agent = "average_player"

    def __init__(self, games: int = 64) -> None:
        self.games = games

    def check(self, spec: arena.Spec) -> None:
        """Raise `Unsuitable` where actions cannot be counted."""
        if not all(hasattr(seat.action_space, "n") for seat in spec.seats):
            raise arena.Unsuitable("it learns games whose actions can be counted")

    def train(self, run: arena.TrainingRun) -> None:
        """Play, learn, save; offer the checkpoint when the budget is spent."""
        actions = max(int(s.action_space.start + s.action_space.n) for s in run.spec.seats)
        totals, counts = np.zeros((256, actions)), np.zeros((256, actions))
        if run.resumed is not None:
            totals, counts = (run.resumed.arrays[n].copy() for n in ("totals", "counts"))
        while run.step < run.steps:
            pairings = arena.self_play(len(run.spec.seats), self.games)
            for played in run.play(arena.Round(pairings, [Curious()])):
                where = played.columns["cell"], played.action
                np.add.at(totals, where, arena.returns_to_go(played))
                np.add.at(counts, where, 1)
                run.report({"cells": float((counts > 0).sum())})
            run.save(lambda: arena.TrainingState({}, {"totals": totals, "counts": counts}))
        run.offer({"means": totals / np.maximum(counts, 1)})
