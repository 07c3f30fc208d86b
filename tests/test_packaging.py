"""The wheel holds all it should, runs from any folder, and starts without its heavy libraries."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
SOURCE = f"{ROOT}{os.pathsep}{ROOT / 'plugins'}"
HEAVY = (
    "torch", "transformers", "trl", "numpy", "scipy", "gymnasium", "pettingzoo", "mpe2", "pyspiel",
    "sqlalchemy", "alembic", "rich", "ray", "axelrod",
)  # fmt: skip
TORCH = ("torch", "transformers", "trl", "ray", "axelrod")
QUICK = [
    "tournament", "tic_tac_toe", "--games", "10", "--agent", "random", "--agent", "first_legal",
]  # fmt: skip


def python(*arguments: str, path: str, cwd: Path) -> str:
    """Run a Python that finds `path` first, in a folder that is not the project's."""
    environment = {**os.environ, "PYTHONPATH": path, "ARENA_HOME": str(cwd / "home")}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    build = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    python("-m", "pip", *build, "-w", str(folder), str(ROOT), path="", cwd=folder)
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the wheel installed in it, and nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    install = ["install", "--quiet", "--no-deps", "--no-index", "--target", str(folder)]
    python("-m", "pip", *install, str(wheel), path="", cwd=folder)
    return folder


def shipped(folder: Path) -> set[str]:
    """Return the files of a source folder, by their paths in it, but for what Python caches."""
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {str(file) for file in files if "__pycache__" not in file.parts}


def test_the_wheel_holds_what_the_source_does_and_no_more(wheel: Path) -> None:
    about = f"arena_games-{PROJECT['version']}.dist-info"
    held = {name for name in zipfile.ZipFile(wheel).namelist() if not name.startswith(about)}
    definitions = shipped(ROOT / "tournaments")
    assert "tic_tac_toe.toml" in definitions
    wanted = {f"arena/{name}" for name in shipped(ROOT / "arena")} | shipped(ROOT / "plugins")
    assert held == wanted | {f"arena/tournaments/{name}" for name in definitions}
    assert f"{about}/licenses/LICENSE" in zipfile.ZipFile(wheel).namelist()


def test_the_wheel_declares_every_entry_point(installed: Path) -> None:
    (distribution,) = metadata.distributions(path=[str(installed)])
    points = distribution.entry_points
    plugins = {point.name: point.value for point in points.select(group="arena")}
    assert plugins == PROJECT["entry-points"]["arena"]
    commands = {point.name: point.value for point in points.select(group="console_scripts")}
    assert commands == PROJECT["scripts"]


def test_the_installed_command_says_its_version(installed: Path, tmp_path: Path) -> None:
    said = python(str(installed / "bin" / "arena"), "--version", path=str(installed), cwd=tmp_path)
    assert PROJECT["version"] in said


def test_the_installed_command_plays_a_shipped_definition(installed: Path, tmp_path: Path) -> None:
    command = [str(installed / "bin" / "arena"), *QUICK, "--json"]
    summary = json.loads(python(*command, path=str(installed), cwd=tmp_path))
    assert summary["matches"] == 10
    assert {row["entrant"] for row in summary["standings"]} == {"random", "first_legal"}


@pytest.mark.parametrize("layout", ["source", "wheel"])
def test_definitions_are_found(layout: str, installed: Path, tmp_path: Path) -> None:
    code = (
        "import json, arena; from arena.config import shipped_tournaments;"
        "print(json.dumps([arena.__file__, sorted(shipped_tournaments())]))"
    )
    path = str(installed) if layout == "wheel" else SOURCE
    home, names = json.loads(python("-c", code, path=path, cwd=tmp_path))
    assert Path(home).is_relative_to(installed if layout == "wheel" else ROOT)
    assert names == sorted(file.stem for file in (ROOT / "tournaments").glob("*.toml"))


@pytest.mark.parametrize(
    ("code", "never"),
    [
        ("import arena", HEAVY),
        ("from arena.cli import main; main(['--help'])", HEAVY),
        ("from arena.cli import main; main(['--version'])", HEAVY),
        ("from arena.cli import main; main(['environments', '--json'])", TORCH),
        (f"from arena.cli import main; main({QUICK!r})", TORCH),
    ],
    ids=["import", "help", "version", "environments", "tournament"],
)
def test_a_start_loads_nothing_heavy(code: str, never: tuple[str, ...], tmp_path: Path) -> None:
    report = f"lambda: print('\\n' + ' '.join(name for name in {never!r} if name in sys.modules))"
    script = f"import atexit, sys; atexit.register({report}); {code}"
    loaded = python("-c", script, path=SOURCE, cwd=tmp_path).splitlines()[-1].split()
    assert loaded == []


def test_constraints_pin_all_that_the_project_installs() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [Requirement(line) for line in lines if not line.startswith("#")]
    pinned = {canonicalize_name(pin.name) for pin in pins}
    assert len(pinned) == len(pins)
    extras = PROJECT["optional-dependencies"].values()
    wanted = [Requirement(r) for group in (PROJECT["dependencies"], *extras) for r in group]
    assert closure(wanted) - pinned - {"arena-games"} == set()


def test_every_import_is_of_a_declared_dependency() -> None:
    files = [file for part in ("arena", "plugins") for file in (ROOT / part).rglob("*.py")]
    imported = {name for file in files for name in third_parties(ast.parse(file.read_text()))}
    providers = metadata.packages_distributions()
    extras = PROJECT["optional-dependencies"].values()
    lines = [line for group in (PROJECT["dependencies"], *extras) for line in group]
    declared = {canonicalize_name(Requirement(line).name) for line in lines}
    for name in imported:
        owners = {canonicalize_name(owner) for owner in providers.get(name, [name])}
        assert owners & declared, f"{name} is imported, and none of {owners} is a dependency"


def test_what_tests_are_skipped_without_is_in_an_extra() -> None:
    asked = re.compile(r'importorskip\(\s*"([\w.]+)"')
    files = (ROOT / "tests").rglob("*.py")
    skipped = {name.partition(".")[0] for f in files for name in asked.findall(f.read_text())}
    extras = PROJECT["optional-dependencies"].values()
    known = closure([Requirement(r) for g in (PROJECT["dependencies"], *extras) for r in g])
    providers = metadata.packages_distributions()
    for name in skipped - sys.stdlib_module_names:
        owners = {canonicalize_name(owner) for owner in providers.get(name, [name])}
        assert owners & known, f"tests are skipped without {name}, and no extra has it"


def third_parties(tree: ast.AST) -> set[str]:
    """Return the top-level packages that a module imports, but Python's own and ours."""
    names = {alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names}
    names |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) if n.module}
    tops = {name.partition(".")[0] for name in names} - sys.stdlib_module_names
    return {top for top in tops if not top.startswith("arena")}


def needs(name: str) -> list[str]:
    """Return what a distribution requires; nothing is known of one that is not installed."""
    try:
        return metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []


def closure(wanted: list[Requirement]) -> set[str]:
    """Return the names of all distributions that these need, as far as they are installed."""
    done: set[tuple[str, frozenset[str]]] = set()
    while wanted:
        need = wanted.pop()
        key = canonicalize_name(need.name), frozenset(need.extras)
        if key in done:
            continue
        done.add(key)
        for line in needs(need.name):
            requirement = Requirement(line)
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": e}) for e in ("", *need.extras)):
                wanted.append(requirement)
    return {name for name, _ in done}
