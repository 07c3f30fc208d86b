"""Processes started afresh: what they say arrives, what they raise is raised, and none stays."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from types import ModuleType

import pytest

from arena.child import Child
from arena.errors import ArenaError, UsageError


@pytest.fixture
def targets(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """What children run, under a name of its own: some library installs a package `tests`."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    return importlib.import_module("child_targets")


def test_a_child_answers_until_it_is_stopped(targets: ModuleType) -> None:
    child = Child(targets.echo, "hello")
    child.send("you")
    assert child.hear() == "hello you"
    child.stop()
    assert child.process.exitcode == -signal.SIGTERM


def test_what_a_child_raises_is_raised_here(targets: ModuleType) -> None:
    with pytest.raises(UsageError, match="no such thing"):
        Child(targets.fail, UsageError("no such thing")).hear()
    with pytest.raises(ArenaError, match="a worker process failed: ValueError: odd"):
        Child(targets.fail, ValueError("odd")).hear()


def test_a_child_that_dies_is_missed(targets: ModuleType) -> None:
    with pytest.raises(ArenaError, match=r"died \(exit code 3\)"):
        Child(targets.leave).hear()


def test_a_child_dies_with_its_parent(tmp_path: Path) -> None:
    """Even with one that is killed, and even while it computes."""
    program = tmp_path / "parent.py"
    program.write_text(
        textwrap.dedent("""
            import os
            from arena.child import Child

            def forever(connection):
                connection.send(os.getpid())
                while True:
                    pass

            if __name__ == "__main__":
                child = Child(forever)
                print(child.hear(), flush=True)
                child.hear()
        """)
    )
    parent = subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    os.kill(child, 0)  # it is there
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in range(500):
        if not _runs(child):
            return
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    pytest.fail("the child outlived its parent")


def _runs(process: int) -> bool:
    """Whether it runs; one that ended and that nobody has asked about does not."""
    stat = Path(f"/proc/{process}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
