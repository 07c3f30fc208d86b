"""What moves on the terminal while a tournament is played."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import click

from arena.cli.session import seconds_text

if TYPE_CHECKING:
    from arena.campaign import Run

_LINE_EVERY = 10.0
"""Seconds between lines where standard error is not a terminal."""
_SHARE = 0.05
"""The share of the time that may go into drawing standings."""


class Progress:
    """A bar with games a second and time left above moving standings; lines if not a terminal."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.before = run.played
        self.due = 0.0 if sys.stderr.isatty() else time.monotonic() + _LINE_EVERY
        self.live: Any = None

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            from rich.live import Live

            from arena.cli.show import console

            self.live = Live(console=console(stderr=True), transient=True, auto_refresh=False)
            self.live.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        if self.live is not None:
            self.live.__exit__(*error)

    def update(self, run: Run) -> None:
        """Show how the run stands, if it is time to."""
        begun = time.monotonic()
        if begun < self.due:
            return
        if self.live is None:
            click.echo(self._line(), err=True)
            self.due = begun + _LINE_EVERY
            return
        self.live.update(self._drawing(), refresh=True)
        self.due = time.monotonic() + max(0.25, (time.monotonic() - begun) / _SHARE)

    def _speed(self) -> tuple[float, float]:
        """Return matches a second, and the seconds left."""
        spent = max(time.monotonic() - self.run.began, 1e-6)
        speed = (self.run.played - self.before) / spent
        return speed, (self.run.total - self.run.played) / speed if speed else 0.0

    def _line(self) -> str:
        speed, left = self._speed()
        return (
            f"{self.run.played:,} of {self.run.total:,} matches, {speed:,.0f} a second, "
            f"{seconds_text(left)} left"
        )

    def _drawing(self) -> Any:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        from arena.cli.tables import standings_of

        run = self.run
        head = Table.grid(padding=(0, 1))
        bar = ProgressBar(total=max(run.total, 1), completed=run.played, width=30)
        head.add_row(bar, Text(self._line()))
        results = run.results.rated
        if len(results) == 0:
            return head
        return Group(head, Text(""), standings_of(results, run.plan.spec, None))


class Ticker:
    """A line that is written over; now and then a new one if standard error is no terminal."""

    def __init__(self) -> None:
        self.terminal = sys.stderr.isatty()
        self.due = time.monotonic() + (0.0 if self.terminal else _LINE_EVERY)
        self.shown = False

    def __enter__(self) -> Ticker:
        return self

    def __exit__(self, *error: Any) -> None:
        self._wipe()

    def _wipe(self) -> None:
        if self.shown and self.terminal:
            click.echo("\r\x1b[K", err=True, nl=False)
        self.shown = False

    def tell(self, text: str) -> None:
        """Print a line that stays."""
        self._wipe()
        click.echo(text, err=True)

    def show(self, text: str) -> None:
        """Show how far things are, if it is time to."""
        now = time.monotonic()
        if now < self.due:
            return
        self.shown, self.due = True, now + (0.25 if self.terminal else _LINE_EVERY)
        click.echo(
            f"\r\x1b[K{text[:160]}" if self.terminal else text, err=True, nl=not self.terminal
        )
