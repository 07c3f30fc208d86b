"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


def _checked(context: click.Context, option: click.Parameter, device: str) -> str:
    """Return the device. Raises `BadParameter` at once where "cuda" is not there."""
    from arena.devices import resolve

    return resolve(device) if device == "cuda" else device


device_option = click.option(
    "--device", default="auto", show_default=True, metavar="auto|cpu|cuda", callback=_checked,
    type=click.Choice(["auto", "cpu", "cuda"]), help="For networks and tensors.",
)  # fmt: skip


def playing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how matches are played, which changes no result."""
    for option in (
        device_option,
        click.option("--slots", type=click.IntRange(1), metavar="N",
                     help="Games in flight in a process (512; on tables 4,096)."),
        click.option("--workers", type=click.IntRange(1), default=1, show_default=True,
                     metavar="N", help="Processes; more than 1 means --executor processes."),
        click.option("--executor", metavar="NAME", help="Where matches are played."),
    ):  # fmt: skip
        command = option(command)
    return command
