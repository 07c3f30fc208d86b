"""A history that cannot be used says why, in one line with the cure, and nothing is written."""

import multiprocessing
import os
import shutil
import sqlite3
import tempfile
from pathlib import Path

import pytest

from arena.errors import StoreError
from arena.store.schema import HEAD, REVISIONS
from arena.store.sql import SqlStore


def at(path):
    return SqlStore(f"sqlite:///{path}")


def refused(store, make_record, *said):
    """Hold that reading and writing are both refused with one line that has these words."""
    for call in (lambda: list(store.tournaments()), lambda: store.begin(make_record())):
        with pytest.raises(StoreError) as error:
            call()
        text = str(error.value)
        assert "\n" not in text
        assert all(word in text for word in said), text


def test_reading_makes_nothing(tmp_path):
    store = at(tmp_path / "deep" / "history.db")
    assert list(store.tournaments()) == list(store.matches()) == []
    store.close()
    assert list(tmp_path.iterdir()) == []


def test_the_first_write_makes_folder_and_file(tmp_path, make_record):
    store = at(tmp_path / "very deep" / "a 100% history#.db")
    store.begin(make_record())
    store.close()
    assert [path.name for path in (tmp_path / "very deep").iterdir()] == ["a 100% history#.db"]


def test_memory(make_record, make_episodes):
    store = SqlStore("sqlite://")
    assert list(store.tournaments()) == []
    store.add(store.begin(make_record()), make_episodes(range(3)))
    assert len(list(store.matches())) == 3


def test_an_empty_file_is_an_empty_history(tmp_path, make_record):
    path = tmp_path / "history.db"
    path.touch()
    assert list(at(path).tournaments()) == []
    assert path.stat().st_size == 0
    assert at(path).begin(make_record()) == 1


def test_a_home_folder_is_found(tmp_path, monkeypatch, make_record):
    monkeypatch.setenv("HOME", str(tmp_path))
    at("~/history.db").begin(make_record())
    assert (tmp_path / "history.db").exists()


def test_not_a_database(tmp_path, make_record):
    path = tmp_path / "history.db"
    path.write_text("these are notes, and not a database at all\n" * 50)
    before = path.read_bytes()
    refused(at(path), make_record, str(path), "file is not a database", "--store")
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_anothers_database(tmp_path, make_record):
    path = tmp_path / "books.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE books (title TEXT)")
    before = path.read_bytes()
    refused(at(path), make_record, str(path), "not a history of Arena", "'books'", "--store")
    assert path.read_bytes() == before


def test_a_damaged_history(tmp_path, make_record, make_episodes):
    path = tmp_path / "history.db"
    store = at(path)
    tournament = store.begin(make_record())
    store.add(tournament, make_episodes(range(2000)))
    store.close()
    data = bytearray(path.read_bytes())
    data[4096 * 8 :] = b"\xff" * len(data[4096 * 8 :])
    path.write_bytes(data)
    with pytest.raises(StoreError, match=r"malformed; it is damaged: restore a copy") as error:
        list(at(path).matches())
    assert "\n" not in str(error.value)


def test_a_newer_history(store, url, make_record):
    """Both databases: the table of revisions is all that tells."""
    store.begin(make_record())
    with store._database.write() as connection:
        connection.exec_driver_sql(f"UPDATE {REVISIONS} SET version_num = '9999'")
    refused(SqlStore(url), make_record, "revision 9999", f"newer than this Arena's {HEAD}",
            "pip install --upgrade arena-games", "--store")  # fmt: skip


def test_a_folder(tmp_path, make_record):
    refused(at(tmp_path), make_record, "is a folder", "--store")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc, where nobody may write")
def test_where_nothing_can_be_made(make_record):
    store = at("/proc/arena/history.db")
    assert list(store.tournaments()) == []
    with pytest.raises(StoreError, match=r"/proc/arena/history.db: .*; see that .*--store"):
        store.begin(make_record())


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("history", "not the URL of a history: write sqlite:///FILE"),
        ("", "not the URL of a history"),
        ("mysql://localhost/arena", "no store for 'mysql'"),
        ("sqlserver://x", "no store for 'sqlserver'"),
        ("sqlite://history.db", "three slashes"),
    ],
)
def test_urls_that_mean_nothing(url, said):
    with pytest.raises(StoreError, match=said):
        SqlStore(url)


def test_a_server_that_is_not_there_is_one_line_without_the_password(make_record):
    pytest.importorskip("psycopg")
    store = SqlStore("postgresql://me:secret@localhost:1/arena?connect_timeout=2")
    refused(store, make_record, "postgresql://me:***@localhost:1/arena", "--store")
    with pytest.raises(StoreError) as error:
        store.tournaments()
    assert "secret" not in str(error.value)


def test_numbers_too_large_for_the_database(store, make_record):
    store.begin(make_record())
    with pytest.raises(StoreError, match=r"no tournament|large|range"):
        store.tournament(2**70)


@pytest.fixture
def open_folder():
    """Return a folder that everybody may enter (pytest's own are closed to others)."""
    folder = Path(tempfile.mkdtemp(prefix="arena-read-only-"))
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def read_as_nobody(path, said):
    """Say how many matches there are, and what a write is answered."""
    if os.geteuid() == 0:  # who may write anywhere
        os.setgid(65534)
        os.setuid(65534)
    store = at(path)
    said.put(len(list(store.matches())))
    try:
        store.set_state(1, "finished")
    except StoreError as error:
        said.put(str(error))


def test_a_history_in_a_read_only_folder_can_be_read(open_folder, make_record, make_episodes):
    path = open_folder / "history.db"
    store = at(path)
    store.add(store.begin(make_record()), make_episodes(range(7)))
    store.close()
    path.chmod(0o444)
    open_folder.chmod(0o555)
    context = multiprocessing.get_context("fork")  # another user might not find this Python
    said = context.SimpleQueue()
    reader = context.Process(target=read_as_nobody, args=(path, said))
    reader.start()
    reader.join()
    assert reader.exitcode == 0
    assert said.get() == 7
    assert said.get().startswith(
        f"sqlite:///{path}: attempt to write a readonly database; see that"
    )
