"""Kuhn and Leduc poker: how far OpenSpiel's solvers, as trainers, come from an equilibrium.

    python tests/reference/poker.py

Known: NashConv of the uniform policy is 11/12 and 4.747222 (OpenSpiel's exploitability_test). The
exploitability of CFR's average policy was measured with pyspiel 2.0.2 itself.
"""

from __future__ import annotations

import tempfile
import time

from report import table, write

from arena.exploit import Exploited, exploit
from arena.specs import parse
from arena.training import Order, train
from arena.workspace import Workspace

KNOWN = (
    ("cfr", "kuhn_poker", 100, "0.008226"),
    ("cfr", "kuhn_poker", 1_000, "0.000938"),
    ("cfr", "kuhn_poker", 10_000, "0.000113"),
    ("cfr_plus", "kuhn_poker", 1_000, ""),
    ("mccfr", "kuhn_poker", 10_000, ""),
    ("cfr", "leduc_poker", 100, "0.0957"),
    ("cfr", "leduc_poker", 1_000, "0.01182"),
    ("cfr_plus", "leduc_poker", 1_000, "0.000257"),
    ("mccfr", "leduc_poker", 100_000, ""),
)


def solved(trainer: str, game: str, steps: int) -> Exploited:
    """Train with seed 0, and return what the best answers gain."""
    with tempfile.TemporaryDirectory() as home:
        workspace = Workspace.open(home=home)
        train(workspace, Order(parse(trainer), parse(game), "solved", steps, 0))
        return exploit(workspace, parse("solved"), parse(game))


def main() -> None:
    """Measure all, and write the table."""
    begun, rows = time.time(), []
    workspace = Workspace.open(store_url="sqlite://")
    for game, known in (("kuhn_poker", "11/12 = 0.916667"), ("leduc_poker", "4.747222")):
        found = exploit(workspace, parse("random"), parse(game))
        rows.append(("random", game, "", f"NashConv {found.nash_conv:.6f}", f"NashConv {known}"))
    for trainer, game, steps, known in KNOWN:
        found = solved(trainer, game, steps)
        figure = f"{found.exploitability:.6f}"
        rows.append((trainer, game, f"{steps:,}", figure, known or "none"))
        print(rows[-1], flush=True)
    write(
        "poker", "Kuhn and Leduc poker",
        "`python tests/reference/poker.py`: seed 0; an iteration is a step of `arena train`, "
        f"figures are those of `arena exploit`; {time.time() - begun:.0f} s in all.\n\n"
        + table(("agent", "game", "iterations", "exploitability", "reference"), rows),
    )  # fmt: skip


if __name__ == "__main__":
    main()
