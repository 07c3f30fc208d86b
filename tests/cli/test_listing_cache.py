"""What listings remember, and when they look again."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from arena.cli import listing_cache
from arena.cli.listing_cache import ListingCache
from arena.plugins import Entry

ENTRY = Entry("agents", "slow", "some plugin", "slow_to_import.agents:Slow")
SOURCE = """
open({notes!r}, "a").write("read ")
class Slow:
    '''{about}'''
    def __init__(self, depth: int = 3) -> None: ...
"""


class Package:
    """A package on the path, whose import leaves a note."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.notes = folder / "slow_to_import", folder / "notes.txt"
        self.folder.mkdir()
        (self.folder / "__init__.py").write_text("")
        self.write("Takes its time.")

    def write(self, about: str) -> None:
        """Write the module, as it may be changed between two commands."""
        source = SOURCE.format(notes=str(self.notes), about=about)
        (self.folder / "agents.py").write_text(source)

    @property
    def imports(self) -> int:
        """How often it has been imported."""
        return len(self.notes.read_text().split()) if self.notes.exists() else 0


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    monkeypatch.syspath_prepend(str(tmp_path))
    return Package(tmp_path)


def listed(home: Path) -> dict[str, object]:
    """Return the row as a command of its own would."""
    for name in ("slow_to_import", "slow_to_import.agents"):
        sys.modules.pop(name, None)
    listing_cache._sources.cache_clear()
    cache = ListingCache(home)
    row = cache.row(ENTRY)
    cache.save()
    return row


def test_what_was_listed_is_not_imported_again(package: Package, tmp_path: Path) -> None:
    first = listed(tmp_path)
    assert first == {
        "name": "slow", "parameters": ["depth: int = 3"], "plugin": "some plugin",
        "about": "Takes its time.",
    }  # fmt: skip
    assert listed(tmp_path) == first and package.imports == 1


def test_a_source_that_changed_is_read_again(package: Package, tmp_path: Path) -> None:
    listed(tmp_path)
    package.write("Takes even longer than before.")
    assert listed(tmp_path)["about"] == "Takes even longer than before."
    assert package.imports == 2


def test_what_cannot_be_imported_is_tried_again(package: Package, tmp_path: Path) -> None:
    whole = (package.folder / "agents.py").read_text()
    (package.folder / "agents.py").write_text("import a_library_that_nobody_has\n")
    assert "a_library_that_nobody_has" in str(listed(tmp_path)["about"])
    assert not (tmp_path / "cache").exists()
    (package.folder / "agents.py").write_text(whole)
    assert listed(tmp_path)["about"] == "Takes its time."


def test_a_damaged_file_is_written_anew(package: Package, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "listings.json").write_text("{")
    assert listed(tmp_path) == listed(tmp_path) and package.imports == 1
