"""An interrupt is felt between blocks, or at once; it is never lost."""

import contextlib
import signal
import threading

import pytest

from arena.interrupts import Interrupts


def interrupt():
    signal.raise_signal(signal.SIGINT)


@pytest.fixture(autouse=True)
def _default():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_it_is_felt_at_once():
    with pytest.raises(KeyboardInterrupt), Interrupts():
        interrupt()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_is_held_is_done_first():
    done = []
    with Interrupts() as interrupts:
        with interrupts.held():
            interrupt()
            done.append(1)
        with pytest.raises(KeyboardInterrupt):
            interrupts.check()
    assert done == [1]


def test_one_that_was_swallowed_is_raised_again():
    with Interrupts() as interrupts:
        interrupts.check()
        with contextlib.suppress(KeyboardInterrupt):
            interrupt()
        with pytest.raises(KeyboardInterrupt):
            interrupts.check()


def test_where_it_is_ignored_it_stays_ignored():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Interrupts() as interrupts:
        interrupt()
        interrupts.check()


def test_other_threads_are_left_alone():
    raised = []

    def run():
        with Interrupts() as interrupts:
            interrupts.check()
        raised.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert raised == [signal.default_int_handler]
