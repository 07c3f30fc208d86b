"""`arena web`: the pages."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import click

from arena.errors import UsageError

PORT = 8642
PATIENCE = 0.15
"""Seconds that a page waits for what must be counted first."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True,
              metavar="N", help="0 takes a free one.")  # fmt: skip
@click.option("--token", metavar="TEXT", help="What a browser must show; needed beside --host.")
@click.option("--read-only", is_flag=True, help="Nothing can be started, played or voted on.")
@click.pass_obj
def web(session: Any, host: str, port: int, token: str | None, read_only: bool) -> None:
    """Show everything in a browser, at http://127.0.0.1:8642."""
    if not _loopback(host) and not token:
        raise UsageError(
            f"--host {host} lets others in: say --token TEXT too, which they must show"
        )
    import uvicorn

    from arena.web.app import make_app
    from arena.web.site import Options

    listener = _listen(host, port)
    options = Options((_bracketed(host).lower(),), token, read_only, PATIENCE)
    app = make_app(session.workspace, options)
    address = f"http://{_bracketed(host)}:{listener.getsockname()[1]}/"
    click.echo(f"Arena is at {address}{f'?token={token}' if token else ''} (Ctrl-C ends it)")
    settings = uvicorn.Config(
        app, log_level="warning", server_header=False, timeout_graceful_shutdown=1
    )
    uvicorn.Server(settings).run(sockets=[listener])


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises `UsageError` where that cannot be."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise UsageError(
            f"cannot listen at {_bracketed(host)}:{port} ({error.strerror}); "
            "choose another --port (0 takes a free one) or --host"
        ) from error
