"""What is quick is always fresh; what is slow is a moment old, and made by one."""

from __future__ import annotations

import threading
import time

import pytest

from arena.web import memo
from arena.web.memo import Memo, Pending


def test_an_answer_is_remembered_while_its_version_stays():
    asked = []
    remembers = Memo()
    for _ in range(3):
        assert remembers.get("key", 1, lambda: asked.append(1) or 7) == 7
    assert len(asked) == 1
    assert remembers.get("key", 2, lambda: 8) == 8


def test_what_is_slow_is_renewed_behind_the_readers_back(monkeypatch):
    monkeypatch.setattr(memo, "QUICK", -1.0)
    monkeypatch.setattr(memo, "REST", 0.0)
    remembers, renewed = Memo(), threading.Event()

    def make():
        renewed.set()
        return "new"

    assert remembers.get("key", 1, lambda: "old") == "old"
    assert remembers.get("key", 2, make, moving=True) == "old"
    assert renewed.wait(10)
    give_up = time.monotonic() + 10
    while remembers.get("key", 2, make, moving=True) != "new":
        assert time.monotonic() < give_up


def test_what_is_slow_rests(monkeypatch):
    monkeypatch.setattr(memo, "QUICK", -1.0)
    monkeypatch.setattr(memo, "REST", 1e9)
    remembers = Memo()
    remembers.get("key", 1, lambda: time.sleep(0.001) or "old")
    for version in range(2, 20):
        assert remembers.get("key", version, lambda: "new", moving=True) == "old"
    assert remembers.get("key", 20, lambda: "new") == "new"


def test_failures_are_not_remembered():
    remembers = Memo()
    with pytest.raises(ZeroDivisionError):
        remembers.get("key", 1, lambda: 1 / 0)
    assert remembers.get("key", 1, lambda: 2) == 2


def test_many_at_once_get_what_one_made():
    asked, remembers = [], Memo()

    def make():
        asked.append(1)
        time.sleep(0.05)
        return 7

    threads = [threading.Thread(target=lambda: remembers.get("key", 1, make)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 1


def test_a_reader_without_patience_is_not_kept_waiting_and_gets_it_later():
    remembers, go = Memo(), threading.Event()
    asked = []

    def make():
        asked.append(1)
        assert go.wait(30)
        return "made"

    for _ in range(3):
        with pytest.raises(Pending):
            remembers.get("key", 1, make, patience=0.01)
    go.set()
    assert remembers.get("key", 1, make, patience=30) == "made"
    assert remembers.get("key", 1, make, patience=0) == "made"
    assert len(asked) == 1
    assert remembers.get("key", 2, lambda: "quick", patience=30) == "quick"


def test_what_was_begun_for_an_older_version_is_not_taken_for_this_one():
    remembers, go = Memo(), threading.Event()
    with pytest.raises(Pending):
        remembers.get("key", 1, lambda: go.wait(30) and "old", patience=0)
    with pytest.raises(Pending):
        remembers.get("key", 2, lambda: "new", patience=0)
    go.set()
    give_up = time.monotonic() + 30
    while True:
        assert time.monotonic() < give_up
        try:
            assert remembers.get("key", 2, lambda: "new", patience=1) == "new"
            break
        except Pending:
            continue


def test_a_failure_is_told_to_whoever_asks_next_and_then_forgotten():
    remembers, go = Memo(), threading.Event()

    def fail():
        assert go.wait(30)
        raise ZeroDivisionError

    with pytest.raises(Pending):
        remembers.get("key", 1, fail, patience=0)
    go.set()
    with pytest.raises(ZeroDivisionError):
        remembers.get("key", 1, fail, patience=30)
    assert remembers.get("key", 1, lambda: 2, patience=30) == 2


def test_an_answer_is_made_of_answers_of_its_own_version(monkeypatch):
    """A part that is slow and moves is not a moment old in what is remembered for good."""
    monkeypatch.setattr(memo, "QUICK", -1.0)
    monkeypatch.setattr(memo, "REST", 1e9)
    remembers, version = Memo(), [1]

    def part():
        return remembers.get("part", version[0], lambda: version[0], moving=True, patience=0)

    remembers.get("part", 1, lambda: 1)
    version[0] = 2
    assert part() == 1
    assert remembers.get("whole", 2, part, patience=30) == 2
