"""What every table owes: `check_table`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from arena.columns import host, like, stack
from arena.environment import Environment
from arena.loop_table import LoopTable
from arena.seeds import derive
from arena.table import Table
from arena.table_game import TableGame
from arena.testing.probe import (
    global_luck,
    global_luck_kept,
    random_action,
    same,
    stir,
    touched,
)
from arena.testing.report import Report, short

RULES = {
    "spec": "it has the size asked for and the spaces of the environment's seats",
    "shapes": "masks are bool and pay is (size, seats)",
    "acting": "the seats that are asked are the environment's, whatever other rows do",
    "legal": "the legal actions are the environment's, whatever seat each row is asked for",
    "observe": "what is seen is what the environment shows",
    "pay": "each step pays what the environment pays",
    "over": "games end, and are cut off, when the environment's do",
    "drawn": "nature draws what it draws in the environment",
    "raises": "it plays every legal game, whenever rows begin anew",
    "luck": "the process-wide generators are left alone",
}
_ANEW = 0.03  # the share of games in progress that begin anew before a tick
_IDLE = 0.3  # the share of games over that are left alone for a tick


def check_table(
    make: Callable[[int], Table],
    make_environment: Callable[[], Environment] | None = None,
    size: int = 7,
    ticks: int = 200,
    tolerance: float = 1e-6,
    observations: bool = True,
    seed: int = 0,
) -> Report:
    """Hold `make(size)` to the single games of the same rules, move for move, for `ticks` ticks.

    `make_environment` makes one of those; left out, it is a table of one row as `TableGame` plays
    it, which holds rows to be apart from each other and nature to be the same either way. Games
    begin and end out of step, and some are broken off. `tolerance` is for floats, relative and
    absolute; with `observations` off what is seen is not compared (where the two show the same
    position in different ways). Raises AssertionError, naming the rule that is broken.
    """
    single = make_environment or (lambda: TableGame(lambda rows, device: make(rows)))
    with global_luck_kept():
        check = _Check(make(size), LoopTable(single, size), tolerance, observations)
        check.spec(size)
        for tick in range(ticks):
            check.tick(derive(seed, tick))
        check.close()
    return check.report


class _Check:
    def __init__(
        self, table: Table, single: LoopTable, tolerance: float, observations: bool
    ) -> None:
        self.table, self.single = table, single
        self.tolerance, self.observations = tolerance, observations
        self.report = Report(f"table {table.spec.name!r}", RULES)
        self.seats = range(len(single.spec.seats))
        self.ended = 0

    def spec(self, size: int) -> None:
        mine, theirs = self.table.spec.seats, self.single.spec.seats
        if self.table.size != size or mine != theirs:
            raise self.report.broken(
                "spec", f"it has size {self.table.size} and seats {short(mine)}, not {size} and "
                f"{short(theirs)}", "take size and spaces as given",
            )  # fmt: skip
        if not self.observations:
            self.report.skipped["observe"] = "observations=False"

    def tick(self, luck: int) -> None:
        stir(luck)
        rng = np.random.default_rng(luck)
        over = self.single.over()
        chance = rng.random(self.single.size)
        rows = np.where(over, chance > _IDLE, chance < _ANEW)
        deals = rng.integers(0, 2**63 - 1, self.single.size)
        before = global_luck()
        with self.report.guard(
            "raises", "let every row take any legal move, and begin anew any time"
        ):
            self.table.reset(self.put(rows), self.put(deals))
            self.single.reset(rows, deals)
            self.compare("reset")
            self.drawn("reset")
            self.step(luck)
            self.drawn("step")
            self.compare("step")
        if moved := touched(before):
            raise self.report.broken(
                "luck", f"it draws from the process-wide {' and '.join(moved)}",
                "draw from counter-based luck (arena.seeds.uniform)",
            )  # fmt: skip
        self.ended += int((self.single.over() & ~(over & ~rows)).sum())

    def close(self) -> None:
        self.table.close()
        if not self.ended:
            self.report.notes.append("no game ended within these ticks; give it more")

    def compare(self, moment: str) -> None:
        """Compare everything that can be asked."""
        asked = self.single.acting()
        self.equal("acting", self.table.acting(), asked, f"acting() after {moment}", np.bool_)
        self.equal(
            "over", self.table.over(), self.single.over(), f"over() after {moment}", np.bool_
        )
        ended = self.single.over()
        self.equal(
            "over", host(self.table.truncated())[ended], self.single.truncated()[ended],
            f"truncated() after {moment}", np.bool_,
        )  # fmt: skip
        cut = self.single.truncated()
        for seat in self.seats:
            self.look(seat, asked[:, seat], f"of seat {seat} after {moment}", cut=cut)
        first, *others = self.single.spec.seats
        if others and all(seat == first for seat in others):
            last = len(self.seats) - 1 - asked[:, ::-1].argmax(axis=1)
            mixed = np.where(np.arange(len(asked)) % 2, asked.argmax(axis=1), last)
            self.look(self.put(mixed), asked.any(axis=1), f"of seats {mixed} after {moment}", mixed)

    def look(self, seats: Any, rows: Any, which: str, mixed: Any = None, cut: Any = False) -> None:
        """Compare what may be done and is seen, in the rows that ask (seen also in those cut)."""
        plain = seats if mixed is None else mixed
        mine, theirs = self.table.legal(seats), self.single.legal(plain)
        if (mine is None) != (theirs is None):
            raise self.report.broken(
                "legal", f"legal() {which} is {short(mine)}, not {short(theirs)}",
                "return None exactly where the action space is not Discrete",
            )  # fmt: skip
        if mine is not None and theirs is not None:
            self.equal("legal", host(mine)[rows], theirs[rows], f"legal() {which}", np.bool_)
        rows = rows | cut
        if self.observations and rows.any():
            seen, shown = self.table.observe(seats), self.single.observe(plain)
            self.equal(
                "observe", self.pick(seen, rows), self.pick(shown, rows), f"observe() {which}"
            )

    def step(self, luck: int) -> None:
        """Play one random action in every row that is not over."""
        asked, actions = self.single.acting(), []
        for seat in self.seats:
            space = self.single.spec.seats[seat].action_space
            mask = self.single.legal(seat)
            start = int(getattr(space, "start", 0))
            rows = []
            for row in range(self.single.size):
                legal = None
                if mask is not None and asked[row, seat]:
                    legal = (np.flatnonzero(mask[row]) + start).tolist()
                rows.append(random_action(space, legal, derive(luck, "move", seat, row)))
            actions.append(stack(rows))
        pay = self.table.step([self.put(column) for column in actions])
        self.equal("pay", pay, self.single.step(actions), "what step() paid")

    def drawn(self, moment: str) -> None:
        theirs = self.single.drawn()
        mine = self.table.drawn()
        if mine is not None or theirs.size:
            mine = np.zeros((self.single.size, 0), np.int64) if mine is None else host(mine)
            width = max(mine.shape[1], theirs.shape[1])
            self.equal("drawn", _widen(mine, width), _widen(theirs, width), f"drawn() in {moment}")

    def equal(self, rule: str, mine: Any, theirs: Any, what: str, dtype: Any = None) -> None:
        if dtype is not None and host(mine).dtype != dtype:
            raise self.report.broken("shapes", f"{what} is {host(mine).dtype}", "make it bool")
        if not isinstance(mine, (dict, tuple)) and np.shape(host(mine)) != np.shape(theirs):
            raise self.report.broken(
                "shapes", f"{what} has shape {np.shape(host(mine))}, not {np.shape(theirs)}",
                "see arena.Table for the shapes",
            )  # fmt: skip
        if not same(mine, theirs, self.tolerance):
            raise self.report.broken(
                rule, f"{what} is {short(host(mine))}, the environment's {short(theirs)}",
                "follow the environment's rules in each row alone",
            )  # fmt: skip

    def pick(self, tree: Any, rows: Any) -> Any:
        """Return the chosen rows of what was observed."""
        if isinstance(tree, dict):
            return {key: self.pick(part, rows) for key, part in tree.items()}
        if isinstance(tree, tuple):
            return tuple(self.pick(part, rows) for part in tree)
        if len(tree) != len(rows):
            raise self.report.broken(
                "shapes", f"what observe() returned has {len(tree)} rows, not {len(rows)}",
                "put the rows first",
            )  # fmt: skip
        if isinstance(tree, list):
            return [text for text, chosen in zip(tree, rows) if chosen]
        return host(tree)[rows]

    def put(self, array: Any) -> Any:
        """Return a numpy array (or a tree of them) as the table's kind of array."""
        return like(array, self.table.over())


def _widen(drawn: Any, width: int) -> Any:
    return np.pad(drawn, ((0, 0), (0, width - drawn.shape[1])), constant_values=-1)
