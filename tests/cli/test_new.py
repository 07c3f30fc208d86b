"""`arena new` writes plugins that pip installs and whose tests pass at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from arena.errors import UsageError
from arena.scaffold import kinds, write_plugin

KINDS = ("agent", "environment", "trainer")


def run(site: Path, *arguments: Any, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a Python that sees what is installed in `site`."""
    path = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": path, "ARENA_HOME": str(site.parent / "home")},
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Write one plugin of each kind with the command, and install all three."""
    top = tmp_path_factory.mktemp("new")
    site = top / "site"
    site.mkdir()
    told = {}
    for kind in KINDS:
        done = run(site, "-m", "arena.cli", "new", kind, f"odd-{kind}", cwd=top)
        assert done.returncode == 0, done.stderr
        told[kind] = done.stdout
    flags = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target", site]
    folders = [top / f"arena-odd-{kind}" for kind in KINDS]
    done = run(site, "-m", "pip", "install", *flags, *folders, cwd=top)
    assert done.returncode == 0, done.stderr
    return {"top": top, "site": site, "told": told}


@pytest.mark.parametrize("kind", KINDS)
def test_it_lists_what_it_wrote(written: dict[str, Any], kind: str) -> None:
    folder = written["top"] / f"arena-odd-{kind}"
    files, _, rest = written["told"][kind].partition("\nNext:\n")
    told = {line.partition("/")[2] for line in files.splitlines()}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"pyproject.toml", "README.md", f"tests/test_odd_{kind}.py"} <= told
    assert told <= there
    assert f"  cd arena-odd-{kind}\n  pip install -e .\n  python -m pytest\n" in rest


@pytest.mark.parametrize("kind", KINDS)
def test_its_own_tests_pass_at_once(written: dict[str, Any], kind: str) -> None:
    folder = written["top"] / f"arena-odd-{kind}"
    done = run(written["site"], "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


def test_what_it_says_to_type_next_works(written: dict[str, Any]) -> None:
    for kind in KINDS:
        lines = written["told"][kind].partition("Next:\n")[2].splitlines()
        commands = [line.split()[1:] for line in lines if line.startswith("  arena ")]
        assert commands
        for command in commands:
            if command[0] != "play":  # it asks a person
                done = run(written["site"], "-m", "arena.cli", *command, cwd=written["top"])
                assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_what_it_wrote_keeps_the_rules(written: dict[str, Any], kind: str) -> None:
    command = ["-m", "arena.cli", "check", kind, f"odd_{kind}", "--json"]
    done = run(written["site"], *command, cwd=written["top"])
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["checked"] == f"{kind} odd_{kind}"


def test_it_is_formatted(written: dict[str, Any]) -> None:
    for arguments in (
        ["format", "--check"],
        ["check", "--select", "E,F,W,UP,B", "--ignore", "B905"],
    ):
        ruff = [
            Path(sys.executable).parent / "ruff",
            *arguments,
            "--line-length",
            "100",
            "--isolated",
        ]
        folders = [written["top"] / f"arena-odd-{kind}" for kind in KINDS]
        done = subprocess.run([*map(str, ruff), *map(str, folders)], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_templates_for_what_the_command_takes() -> None:
    assert tuple(kinds()) == KINDS


def test_it_overwrites_nothing(arena: Any, fails: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    arena("new", "agent", "bold")
    file = tmp_path / "arena-bold" / "arena_bold" / "agent.py"
    file.write_text("mine")
    error = fails("new", "environment", "bold")
    assert "arena-bold exists already" in error and file.read_text() == "mine"


@pytest.mark.parametrize(
    "name", ["Bold", "2bold", "bold bot", "bold--bot", "", "é", "class", "a/b"]
)
def test_a_bad_name_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot name a plugin"):
        write_plugin("agent", name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_taken_is_refused(fails: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    assert "belongs to plugin 'search'" in fails("new", "agent", "random")
    assert "arena_search installed already" in fails("new", "agent", "search")
    assert "'agent', 'environment', 'trainer'" in fails("new", "robot", "bold")
    assert list(tmp_path.iterdir()) == []
