"""The outbox: once for each occasion, and never lost."""

import smtplib
from datetime import timedelta

import pytest
from celery import current_app
from django.core import mail
from django.utils.translation import gettext_lazy, override

from record.audit.attribution import Source, attributed
from record.casebook.services.form_instances import HIDDEN_KEYS
from record.notices.models import Message
from record.notices.selectors import messages_visible_to
from record.notices.services import delivery
from record.notices.services.delivery import deliver, due_for_delivery
from record.notices.services.outbox import NotFinished, queue, queue_all, resend
from record.notices.tasks import deliver_queued
from tests.people import STAGE, person
from trial_edc import clock

pytestmark = pytest.mark.django_db
GONE = smtplib.SMTPServerDisconnected("gone")


def queued(*to, key="sae-1", subject="New SAE"):
    with attributed(by=STAGE, via=Source.TASK):
        return queue(
            occasion="sae", key=key, to=to, subject=subject, text="Please look."
        )


def test_a_message_is_queued_once_for_each_person_and_occasion():
    pi, safety = person("PI"), person("SO")

    first = queued(pi, safety)
    again = queued(pi, safety)

    assert [message.recipient for message in first] == [pi, safety]
    assert again == []


def test_queued_messages_are_sent_once():
    queued(person("PI"), subject="New\r\nSAE")

    counts = [deliver_queued(), deliver_queued()]

    assert counts == [1, 0]
    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (
        ["pi@example.org"],
        "New SAE",
        "Please look.",
    )
    assert Message.objects.get().state == "sent"


def test_a_message_without_address_is_withheld():
    nobody = person("PI")
    with attributed(by=STAGE, via=Source.TASK):
        nobody.email = ""
        nobody.save()
    (message,) = queued(nobody)

    assert deliver(message.pk) is None
    message.refresh_from_db()
    assert (message.state, message.problem, mail.outbox) == (
        "withheld",
        "no e-mail address",
        [],
    )


def test_a_silent_mail_server_is_tried_again_later_and_later(monkeypatch):
    def fail(self):
        raise GONE

    monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)
    (message,) = queued(person("PI"))
    now = clock.now()
    attempts = 0
    with clock.at(now):
        deliver(message.pk)
    assert not due_for_delivery()

    for wait in delivery.WAITS:
        now += wait
        with clock.at(now - timedelta(seconds=1)):
            assert not due_for_delivery()
        with clock.at(now):
            assert list(due_for_delivery()) == [message]
            deliver(message.pk)
            attempts += 1

    message.refresh_from_db()
    assert (message.state, message.attempts, message.problem) == (
        "failed",
        attempts + 1,
        "gone",
    )


@pytest.mark.django_db(transaction=True)
def test_a_message_is_stored_although_no_broker_is_there(settings, monkeypatch):
    def fail(*_task, **_options):
        raise ConnectionError

    monkeypatch.setattr(current_app, "send_task", fail)
    (message,) = queued(person("PI"))

    assert Message.objects.get(pk=message.pk).state == "queued"


def test_nothing_goes_to_an_account_closed_meanwhile():
    somebody = person("PI")
    (message,) = queued(somebody)
    with attributed(by=STAGE, via=Source.TASK):
        somebody.is_active = False
        somebody.save()

    assert deliver_queued() == 0
    message.refresh_from_db()
    assert (message.state, message.problem) == ("withheld", "account closed")


def test_a_finished_message_is_sent_once_more_on_demand():
    pi = person("PI")
    (message,) = queued(pi)
    with pytest.raises(NotFinished):
        resend(message.pk, by=pi)
    deliver_queued()

    resend(message.pk, by=pi)

    assert deliver_queued() == 1
    assert len(mail.outbox) == 2


def test_each_person_is_written_to_in_their_own_language():
    readers = [
        person("PI", language="zh-hans"),
        person("IN", language="en"),
        person("CO"),
    ]
    written = {}

    for language in ("en", "zh-hans"):
        with override(language), attributed(by=STAGE, via=Source.TASK):
            messages = queue(
                occasion="sae",
                key=language,
                to=readers,
                subject="Serious adverse event: %(number)s",
                text="Report %(version)s on participant %(number)s awaits your "
                "assessment.",
                details={"number": "S-001X", "version": gettext_lazy("Day 7")},
            )
        written[language] = [(message.subject, message.text) for message in messages]

    in_english = (
        "Serious adverse event: S-001X",
        "Report Day 7 on participant S-001X awaits your assessment.",
    )
    assert written["en"] == written["zh-hans"]
    assert written["en"][1:] == [in_english, in_english]
    assert "第7天" in written["en"][0][1].replace(" ", "")
    assert written["en"][0][0].endswith("S-001X")
    assert "Serious" not in written["en"][0][0]


@pytest.mark.verifies("RND-05")
def test_no_gap_among_the_keys_counts_messages_to_the_unblinded():
    coordinator, pharmacist = person("CO"), person("UP")
    [first] = queued(coordinator, key="1")

    queued(pharmacist, key="2")
    with attributed(by=STAGE, via=Source.TASK):
        for _ in range(2):  # the second time they are there already
            queue_all(
                [Message(recipient=pharmacist, key="3", occasion="digest", text="x")]
            )
    [last] = queued(coordinator, key="4")

    assert last.pk == first.pk + 1
    hidden = Message.objects.filter(recipient=pharmacist)
    assert min(message.pk for message in hidden) >= HIDDEN_KEYS.start
    assert sorted(hidden.values_list("key", flat=True)) == ["2", "3"]
    newest = messages_visible_to(coordinator)
    assert [message.key for message in newest] == ["4", "1"]
