"""Work for the workers: nobody waits for the broker, and one worker does it."""

import time
from threading import Event, Thread

import pytest
from django.db import connection

from trial_edc.background import Sender
from trial_edc.locks import exclusively

KIND = 7  # no room's own


@pytest.fixture
def broker():
    """What the sender waits for, as for a broker that hangs."""
    broker = Event()
    yield broker
    broker.set()


def test_nobody_waits_for_a_broker_that_hangs(broker):
    sender, sent = Sender(), []
    started = time.perf_counter()

    for number in range(50):
        sender.submit(lambda number=number: sent.append((broker.wait(), number)))
    took = time.perf_counter() - started
    broker.set()
    sender.finish()

    assert took < 0.5
    assert sent == [(True, number) for number in range(50)]


def test_a_broker_that_hangs_fills_no_memory(broker):
    sender, taken, sent = Sender(most=3), Event(), []
    sender.submit(lambda: (taken.set(), broker.wait()))
    taken.wait()

    for number in range(100):
        sender.submit(lambda number=number: sent.append(number))
    broker.set()
    sender.finish()

    assert sent == [0, 1, 2]


def test_a_failure_keeps_no_later_work_back():
    sender, sent = Sender(), []

    def fail():
        raise ConnectionError

    sender.submit(fail)
    sender.submit(lambda: sent.append("later"))
    sender.finish()

    assert sent == ["later"]


@pytest.mark.django_db(transaction=True)
def test_one_worker_at_a_time_and_each_key_apart():
    seen = []

    def other():
        for kind, key in ((KIND, 1), (KIND, 2), (KIND + 1, 1)):
            with exclusively(kind, key) as is_alone:
                seen.append(is_alone)
        connection.close()

    with exclusively(KIND, 1) as first:
        worker = Thread(target=other)
        worker.start()
        worker.join()
    with exclusively(KIND, 1) as again:
        pass

    assert (first, seen, again) == (True, [False, True, True], True)
