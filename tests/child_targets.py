"""What the children of test_child.py run: a module that a process started afresh can import."""

from __future__ import annotations

import os
from multiprocessing.connection import Connection


def echo(connection: Connection, greeting: str) -> None:
    while True:
        connection.send(f"{greeting} {connection.recv()}")


def fail(connection: Connection, error: Exception) -> None:
    raise error


def leave(connection: Connection) -> None:
    os._exit(3)
