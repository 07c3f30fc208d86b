"""Runs the real command line, in this process or as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The JSON objects printed, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def home(tmp_path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def arena(home, capfd, monkeypatch) -> Callable[..., Ran]:
    """Run `arena` with arguments in this process; checks the exit code (0 unless given)."""
    from arena.cli import main

    monkeypatch.setenv("ARENA_HOME", str(home))

    def run(*arguments: Any, code: int = 0) -> Ran:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        ran = Ran(int(ended.value.code or 0), *capfd.readouterr())
        assert ran.code == code, ran.out + ran.err
        return ran

    return run


@pytest.fixture
def fails(arena, home) -> Callable[..., str]:
    """Run a command that must fail in one line with exit code 2, and write nothing."""

    def run(*arguments: Any, code: int = 2) -> str:
        before = sorted(home.rglob("*"))
        ran = arena(*arguments, code=code)
        assert ran.out == "" and ran.err.count("\n") == 1, ran.out + ran.err
        assert ran.err.startswith("arena: ") and "Traceback" not in ran.err
        if code == 2:
            assert sorted(home.rglob("*")) == before
        return ran.err

    return run


@pytest.fixture
def process(home) -> Callable[..., subprocess.Popen]:
    """Start `arena` as a process of its own."""

    def start(*arguments: Any) -> subprocess.Popen:
        command = [sys.executable, "-m", "arena.cli", *map(str, arguments)]
        environment = {**os.environ, "ARENA_HOME": str(home)}
        # A test run that was started in the background hands on that interrupts are ignored.
        return subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip

    return start
