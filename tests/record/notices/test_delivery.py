"""Delivery through a real mail server: killed, twofold, late; nothing is lost."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta

import pytest

from record.accounts.models import User
from record.audit.attribution import Source, attributed
from record.notices import send_checks
from record.notices.models import Message, MessageState
from record.notices.services.delivery import LEASE, deliver_due
from record.notices.services.outbox import queue
from tests.people import STAGE, person
from tests.record.notices.figures import Figures, figures_of
from tests.record.notices.postbox import kill, postbox
from tools.launch import folders
from trial_edc import clock

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.real_clock,
    pytest.mark.slow,
]
WORK = """
import django
django.setup()
from record.notices.services.delivery import deliver_due
deliver_due()
"""
FIXED = 6  # transactions: what was abandoned; nothing more waits
A_MESSAGE = 7  # transactions: checked and claimed; result recorded
SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture(autouse=True)
def _real_mail(settings, unused_tcp_port):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
    settings.EMAIL_PORT = unused_tcp_port


def queued(count):
    pi = User.objects.filter(role="PI").first() or person("PI")
    with attributed(by=STAGE, via=Source.TASK):
        for number in range(count):
            queue(
                occasion="sae", key=f"{number}", to=[pi], subject=f"{number}", text="?"
            )
    return {f"{number}" for number in range(count)}


def worker(port):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "trial_edc.settings",
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
    }
    return subprocess.Popen(
        [sys.executable, "-c", WORK], cwd=folders.PROJECT, env=environment
    )


@pytest.mark.parametrize(
    ("moment", "times_sent"), [("before", 1), ("after", 2)], ids=["unsent", "unnoted"]
)
def test_a_killed_worker_loses_nothing_and_repeats_one_message(
    settings, moment, times_sent
):
    expected = queued(4)
    with postbox(settings.EMAIL_PORT) as box:
        first = worker(settings.EMAIL_PORT)
        reached = 1 if moment == "before" else 2  # the second mail in both cases

        def power_cut():
            if len(box.subjects) == reached:
                kill(first.pid)

        setattr(box, moment, power_cut)
        assert first.wait(60) < 0
        setattr(box, moment, lambda: None)
        deliver_due()
        assert Counter(Message.objects.values_list("state", flat=True)) == {
            MessageState.SENT: 3,
            MessageState.SENDING: 1,
        }
        with clock.at(clock.now() + LEASE + timedelta(minutes=2)):
            deliver_due()  # waits a minute more after the failed attempt
        with clock.at(clock.now() + LEASE + timedelta(minutes=4)):
            deliver_due()

    assert Counter(box.subjects) == Counter(
        {**dict.fromkeys(expected, 1), "1": times_sent}
    )
    repeated = Message.objects.get(may_be_repeated=True)
    assert (repeated.subject, repeated.state) == ("1", MessageState.SENT)
    assert box.texts[-1] == "?\n\nYou may have received this message before."
    assert not Message.objects.exclude(state=MessageState.SENT).exists()


def test_two_workers_share_the_messages(settings):
    expected = queued(30)
    with postbox(settings.EMAIL_PORT) as box:
        workers = [worker(settings.EMAIL_PORT) for _ in range(2)]
        assert [process.wait(60) for process in workers] == [0, 0]

    assert Counter(box.subjects) == Counter(expected)


def test_after_a_week_without_a_worker_each_message_is_sent_once(settings):
    expected = queued(3)
    with postbox(settings.EMAIL_PORT) as box, clock.at(clock.now() + timedelta(days=7)):
        assert [deliver_due(), deliver_due()] == [3, 0]

    assert Counter(box.subjects) == Counter(expected)


def test_a_mail_server_that_comes_back_gets_everything(settings):
    expected = queued(2)
    assert deliver_due() == 0

    with (
        postbox(settings.EMAIL_PORT) as box,
        clock.at(clock.now() + timedelta(minutes=2)),
    ):
        assert deliver_due() == 2

    assert Counter(box.subjects) == Counter(expected)


@pytest.mark.parametrize(
    ("moment", "resumed", "times"),
    [("after", "at once", 1), ("after", "late", 2), ("before", "late", 2)],
)
def test_a_worker_stopped_while_the_clock_jumps_a_week_repeats_one_message(
    settings, moment, resumed, times, note
):
    """A machine that slept: its worker goes on as if nothing had been."""
    expected = queued(1)
    week = clock.now() + timedelta(days=7)
    with postbox(settings.EMAIL_PORT) as box:
        sleeper = worker(settings.EMAIL_PORT)
        asleep = threading.Event()

        def sleep():
            setattr(box, moment, lambda: None)
            sleeper.send_signal(signal.SIGSTOP)
            asleep.set()

        setattr(box, moment, sleep)
        assert asleep.wait(60)
        with clock.at(week):
            assert deliver_due() == 0  # it is taken back and waits a minute
        if resumed == "at once":
            sleeper.send_signal(signal.SIGCONT)
            assert sleeper.wait(60) == 0
        with clock.at(week + timedelta(minutes=2)):
            assert deliver_due() == times - 1
        sleeper.send_signal(signal.SIGCONT)
        assert sleeper.wait(60) == 0
        with clock.at(week + timedelta(days=1)):
            assert deliver_due() == 0

    figures = figures_of(box.subjects, box.texts, expected)
    note(f"{figures}")
    assert figures == Figures(expected=1, sent=1, twice=times - 1)


def test_a_mail_that_was_taken_without_an_answer_says_that_it_comes_again(
    settings, note
):
    expected = queued(3)
    with postbox(settings.EMAIL_PORT) as box:
        box.silent = 1
        assert deliver_due() == 2
        with clock.at(clock.now() + timedelta(minutes=2)):
            assert deliver_due() == 1

    figures = figures_of(box.subjects, box.texts, expected)
    note(f"{figures}")
    assert figures == Figures(expected=3, sent=3, twice=1)


def test_a_message_takes_a_fixed_number_of_statements(
    settings, django_assert_num_queries
):
    queued(1)
    with postbox(settings.EMAIL_PORT), django_assert_num_queries(FIXED + A_MESSAGE):
        assert deliver_due() == 1
    queued(5)

    with postbox(settings.EMAIL_PORT), django_assert_num_queries(FIXED + 4 * A_MESSAGE):
        assert deliver_due() == 4


def test_a_message_that_fails_unexpectedly_keeps_no_other_back(settings, monkeypatch):
    expected = queued(3)
    monkeypatch.setattr(send_checks, "_send_checks", {"sae": [only_two]})
    with postbox(settings.EMAIL_PORT) as box:
        with pytest.raises(ExceptionGroup, match="Not every message"):
            deliver_due()
        assert set(box.subjects) == expected - {"1"}
        broken = Message.objects.get(subject="1")
        assert (broken.state, broken.attempts, broken.problem) == (
            MessageState.QUEUED,
            1,
            "ZeroDivisionError",
        )
        monkeypatch.setattr(send_checks, "_send_checks", {})
        assert deliver_due() == 0
        with clock.at(clock.now() + timedelta(minutes=1)):
            assert deliver_due() == 1

    assert Counter(box.subjects) == Counter(expected)


def only_two(message):
    if message.subject == "1":
        raise ZeroDivisionError
