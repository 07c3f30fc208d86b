"""What is quick is always fresh; what is slow is a moment old, and made by one."""

from __future__ import annotations

import threading
import time

import pytest

from arena.web import memo
from arena.web.memo import Memo


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
