"""The command line: thin commands, imported on use.

Every command, ours or a plugin's, comes through the hook `arena_commands`.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any

import click

from arena.cli.session import Session
from arena.errors import ArenaError, PluginError

OPTIONS_OF_ARENA = ("plugin", "home", "store_url", "debug", "trust")
CORE = "stock"  # the plugin that comes with the core


class ArenaGroup(click.Group):
    """A group whose commands are what plugins bring."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, the core's first."""
        commands = _session(ctx).registry.table("commands").items()
        return [name for name, entry in sorted(commands, key=lambda item: item[1].owner != CORE)]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import and return one command, None if there is none of this name."""
        entry = _session(ctx).registry.table("commands").get(name)
        try:
            return entry.load() if entry else None
        except PluginError as error:
            return _broken(name, error)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Find the command; an unknown one says what was probably meant."""
        name = args[0]
        if not name.startswith("-") and name not in _session(ctx).registry.table("commands"):
            _session(ctx).registry.find("commands", name)
        return super().resolve_command(ctx, args)


def _broken(name: str, error: PluginError) -> click.Command:
    """Return a command that says why it cannot be used, so that the others still can."""

    def fail(**arguments: Any) -> None:
        raise error

    settings = {"ignore_unknown_options": True, "allow_extra_args": True}
    return click.Command(
        name, callback=fail, short_help="(cannot be loaded)", context_settings=settings
    )


def _session(ctx: click.Context) -> Session:
    """Return the session of this call, made of the options before the command."""
    if ctx.obj is None:
        given = {name: ctx.params.get(name) for name in OPTIONS_OF_ARENA}
        ctx.obj = Session.open(**given)
    session: Session = ctx.obj
    return session


@click.group(cls=ArenaGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--plugin", multiple=True, metavar="FILE.py", help="Load a file as a plugin.")
@click.option("--home", metavar="DIR", help="The data folder (else ARENA_HOME, else the user's).")
@click.option(
    "--store", "store_url", metavar="URL", help="The history: sqlite:/// or postgresql://"
)
@click.option("--debug", is_flag=True, help="Show tracebacks.")
@click.option("--trust", is_flag=True, help="Let models be unpickled: only those you made.")
@click.version_option(package_name="arena-games", prog_name="arena")
@click.pass_context
def root(ctx: click.Context, /, **options: Any) -> None:
    """Arena: one table at which every kind of agent meets every other."""
    _session(ctx)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; a failure is one line on standard error."""
    warnings.showwarning = _show_warning
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = root.main(arguments, prog_name="arena", standalone_mode=False)
        sys.stdout.flush()
    except Exception as error:
        if "--debug" in arguments and not isinstance(error, click.ClickException):
            raise
        sys.exit(_fail(error))
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(error: Exception) -> int:
    """Tell of an error in one line and return the exit code."""
    if isinstance(error, BrokenPipeError):  # the reader (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.ctx.get_help() if error.ctx else "", err=True)
        return 2
    if isinstance(error, click.ClickException):
        command = getattr(error, "ctx", None)
        hint = f" (`{command.command_path} --help` shows how)" if command else ""
        return _say(" ".join(error.format_message().split()) + hint, error.exit_code)
    if isinstance(error, click.Abort):
        return 130
    if isinstance(error, ArenaError):
        return _say(" ".join(str(error).split()), error.exit_code)
    told = f"{type(error).__name__}: {error}"
    return _say(f"{told} (a fault of Arena's or a plugin's; `arena --debug ...` shows where)", 1)


def _say(text: str, code: int) -> int:
    click.echo(f"arena: {text}", err=True)
    return code


def _show_warning(
    message: Warning | str, category: type[Warning], *where: Any, **more: Any
) -> None:
    """Show our own warnings in a line; keep those of libraries out of a user's way."""
    if category is UserWarning and str(message).startswith("plugin "):
        click.echo(f"arena: warning: {message}", err=True)
    elif "--debug" in sys.argv:
        click.echo(f"{category.__name__}: {message}", err=True)
