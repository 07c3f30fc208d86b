"""How much faster a language model plays many games at once than one at a time.

    python tests/benchmarks/language.py

The small untrained model of tic_tac_toe plays against itself by `score`, drawing its moves, with
one and with 64 games in flight by turns. One thread, whose own seconds are counted.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "reference"))
import torch
from arena_llm.agents import Llm
from arena_llm.tiny import make_tiny
from report import table, write

from arena import Match, derive, make_environment, play

PAIRS = 7
TEMPLATES = ("moves", "board")


def speed(agent: Llm, matches: int, slots: int) -> float:
    """Return moves a second of the processor."""
    asked = [Match(n, (0, 0), derive(1, n), derive(2, n)) for n in range(matches)]
    begun = time.process_time()
    moves = sum(
        episode.turns
        for episode in play(lambda: make_environment("tic_tac_toe"), [agent], asked, slots=slots)
    )
    return moves / (time.process_time() - begun)


def measured(template: str) -> tuple[str, str, str, str]:
    """Return what is told of one template."""
    with tempfile.TemporaryDirectory() as folder:
        model = make_tiny("tic_tac_toe", 1, folder, template)
        agent = Llm(str(model), temperature=1.0, device="cpu")
        speed(agent, 64, 64)
        pairs = [(speed(agent, 24, 1), speed(agent, 512, 64)) for _ in range(PAIRS)]
    one, many = (max(side) for side in zip(*pairs))
    ratios = sorted(b / a for a, b in pairs)
    print(template, [f"{ratio:.1f}" for ratio in ratios], flush=True)
    told = f"{ratios[PAIRS // 2]:.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f})"
    return f"`{template}`", f"{one:,.0f}", f"{many:,.0f}", told


if __name__ == "__main__":
    torch.set_num_threads(1)
    header = ("prompt template", "one game at a time", "64 games in flight", "ratio: median, range")
    text = (
        "`python tests/benchmarks/language.py`: moves of tic_tac_toe a processor second, a GPT-2 "
        f"of two layers by `score`; the best of {PAIRS} pairs, and the ratio within a pair. 4 was "
        "asked of `moves`, which such models are made with."
    )
    write(
        "speed_llm", "Speed of a language model that plays many games at once",
        f"{text}\n\n{table(header, [measured(template) for template in TEMPLATES])}",
    )  # fmt: skip
