"""The documents say what the code does: hooks are complete, and what can be run is run."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import arena
from arena import Agent, Environment, Executor, Format, Rater, Scorer, hookspecs
from arena.plugins import Registry, make_registry

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
ROLES = {
    "agents": Agent, "environments": Environment, "executors": Executor, "formats": Format,
    "raters": Rater, "scorers": Scorer,
}  # fmt: skip


def hooks() -> dict[str, str]:
    """Return the hooks in the order of the code: name -> "name(arguments)"."""
    found = {name: value for name, value in vars(hookspecs).items() if name.startswith("arena_")}
    return {n: f"{n}({', '.join(inspect.signature(h).parameters)})" for n, h in found.items()}


def sections() -> dict[str, str]:
    """Return the sections of the hook reference: "name(arguments)" -> text."""
    parts = re.split(r"^### `(.+)`\n", (DOCS / "hooks.md").read_text(), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def blocks(text: str) -> list[tuple[str, str, str]]:
    """Return the fenced blocks of a document: language, the rest of the fence, and content."""
    return re.findall(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", text, flags=re.M | re.S)


EXAMPLES = [
    pytest.param(hook.partition("(")[0], code, id=f"{hook}-{number}")
    for hook, text in sections().items()
    for number, (_, _, code) in enumerate(blocks(text))
]


def test_every_hook_is_documented_and_no_other() -> None:
    assert list(sections()) == list(hooks().values())


@pytest.mark.parametrize(("hook", "code"), EXAMPLES)
def test_the_examples_of_the_hook_reference_work(hook: str, code: str, tmp_path: Path) -> None:
    file = tmp_path / "example.py"
    file.write_text(code)
    registry = make_registry([str(file)], entry_points=False)
    assert [impl.plugin_name for impl in getattr(registry.hook, hook).get_hookimpls()]
    kind = hook.removeprefix("arena_")
    if kind in ROLES:
        assert_made(registry, kind)


def assert_made(registry: Registry, kind: str) -> None:
    """Make all that the example provides, with defaults."""
    for entry in registry.table(kind).values():
        if not entry.name.endswith("/*"):
            assert isinstance(entry.make({}), ROLES[kind])
    for _, family in registry.families(kind):
        for name in family.names():
            family.describe(name)
            family.parameters(name)


@pytest.mark.parametrize("document", sorted(DOCS.glob("*.md")), ids=lambda path: path.name)
def test_names_of_the_public_door_exist(document: Path) -> None:
    named = set(re.findall(r"\barena\.([A-Z]\w*)", document.read_text()))
    assert named <= set(arena.__all__)


@pytest.mark.parametrize(
    ("document", "commands"),
    [
        ("docs/tutorial.md", 8),
        ("README.md", 5),
        ("docs/statistics.md", 7),
        ("docs/gymnasium.md", 2),
        ("docs/tables.md", 2),
        pytest.param("docs/sb3.md", 3, marks=pytest.mark.slow),
        pytest.param("docs/multi_agent.md", 1, marks=pytest.mark.slow),
        pytest.param("docs/populations.md", 1, marks=pytest.mark.slow),
    ],
)
def test_a_document_works_as_written(document: str, commands: int, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    text = (ROOT / document).read_text()
    written = blocks(re.sub(r"^<!-- ci -->\n```bash\n.*?^```$", "", text, flags=re.M | re.S))
    followers = [*written[1:], ("", "", "")]
    ran = 0
    for (language, name, content), (follower, _, shown) in zip(written, followers):
        if name:
            (folder / name).write_text(content)
        elif language == "bash":
            said = run_as_written(content, folder, fails=shown.startswith("arena: "))
            assert_shows(said, shown if follower == "text" else "")
            ran += 1
    assert ran >= commands


def run_as_written(command: str, folder: Path, fails: bool) -> str:
    """Run a command as a document has it, and return all that it prints.

    `pip install` goes into a folder of its own, and needs neither a network nor what is there.
    """
    site = folder.parent / "site"
    environment = {
        **os.environ, "ARENA_HOME": str(folder.parent / "home"), "COLUMNS": "200",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH")])),
        "PIP_TARGET": str(site), "PIP_NO_DEPS": "1",
        "PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0",
    }  # fmt: skip
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert (done.returncode != 0) == fails, f"{command}\n{done.stdout}"
    return done.stdout


def assert_shows(said: str, shown: str) -> None:
    """Hold that the lines shown, but for "...", are printed in this order."""
    lines = iter(line.rstrip() for line in said.splitlines())
    for line in shown.splitlines():
        assert line == "..." or line in lines, f"{line!r} is not (or not in this place) in:\n{said}"
