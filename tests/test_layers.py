"""The import contracts of pyproject.toml are kept, and each of them fails when it is broken."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PLUGINS = sorted(folder.name for folder in (ROOT / "plugins").glob("arena_*") if folder.is_dir())


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the tree at `root`, with the contracts that its pyproject.toml has."""
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{root / 'plugins'}"},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the code and its contracts, to be spoilt."""
    for name in ("arena", "plugins"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_contracts_are_kept() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("arena/seeds.py", "import arena.runner", "Each layer of arena"),
        ("arena/ratings/elo.py", "def late():\n    import arena.formats", "Each layer of arena"),
        ("arena/stray.py", "", "Each layer of arena"),
        ("arena/agent.py", "from arena import Spec", "Nothing inside arena imports"),
        ("arena/plugins.py", "import arena_search", "The core imports no plugin"),
        ("plugins/arena_search/__init__.py", "from arena.records import Ref", "Plugins import"),
        ("plugins/arena_search/stray.py", "import arena.seeds as s", "Plugins import"),
        ("plugins/arena_search/stray.py", "import arena_deep", "Plugins do not import each other"),
    ],
)
def test_a_violation_breaks_its_contract(copy: Path, file: str, line: str, contract: str) -> None:
    with (copy / file).open("a") as code:
        code.write(f"\n{line}\n")
    done = lint_imports(copy)
    assert done.returncode == 1, done.stderr
    broken = [row for row in done.stdout.splitlines() if " BROKEN" in row]
    assert any(row.startswith(contract) for row in broken), done.stdout


def test_every_plugin_is_shipped_registered_and_under_contract() -> None:
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    contracts = {c["id"]: c for c in PROJECT["tool"]["importlinter"]["contracts"]}
    assert PLUGINS, "no plugin found"
    assert sorted(wheel["packages"]) == sorted(["arena", *(f"plugins/{p}" for p in PLUGINS)])
    assert sorted(PROJECT["tool"]["importlinter"]["root_packages"]) == sorted(["arena", *PLUGINS])
    assert sorted(contracts["door"]["source_modules"]) == PLUGINS
    assert sorted(contracts["core"]["forbidden_modules"]) == PLUGINS
    assert sorted(contracts["apart"]["modules"]) == PLUGINS
    points = PROJECT["project"]["entry-points"]["arena"]
    assert sorted(points.values()) == sorted(["arena.stock", *PLUGINS])


def test_the_architecture_document_lists_the_same_layers() -> None:
    contracts = {c["id"]: c for c in PROJECT["tool"]["importlinter"]["contracts"]}
    held = re.findall(r"\w+", " ".join(reversed(contracts["layers"]["layers"])))
    section = (ROOT / "docs" / "architecture.md").read_text().partition("## Layers")[2]
    listed = " ".join(re.findall(r"^    (.*)$", section.partition("## ")[0], flags=re.M))
    assert re.findall(r"\w+", listed) == held
