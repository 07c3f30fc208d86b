"""Installs distributions with pip into a folder of their own, and runs the real command on them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Site:
    """A folder that distributions are installed into, and a data folder beside it."""

    folder: Path
    home: Path

    def python(
        self, *arguments: object, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a Python that sees what is installed here."""
        path = os.pathsep.join([str(self.folder), os.environ.get("PYTHONPATH", "")])
        return subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=cwd or self.folder,
            env={**os.environ, "PYTHONPATH": path, "ARENA_HOME": str(self.home)},
            capture_output=True,
            text=True,
            timeout=300,
        )

    def arena(self, *arguments: object, code: int = 0, cwd: Path | None = None) -> str:
        """Run `arena`, check its exit code, and return what it printed (or the error)."""
        done = self.python("-m", "arena.cli", *arguments, cwd=cwd)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout if code == 0 else done.stderr

    def install(self, *sources: Path) -> None:
        """Install source folders, as they stand in a copy, with no network."""
        copies = [
            shutil.copytree(source, self.folder.parent / "sources" / source.name)
            for source in sources
        ]
        flags = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
        done = self.python("-m", "pip", "install", *flags, "--target", self.folder, *copies)
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def make_site(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Site]:
    """Return a function that makes an empty site."""

    def make() -> Site:
        top = tmp_path_factory.mktemp("site")
        (top / "site").mkdir()
        return Site(top / "site", top / "home")

    return make
