"""What participants answer: STOP stops at once, and is confirmed once."""

import json
from datetime import time, timedelta
from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import reverse

from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from record.casebook.models import FormInstance
from record.casebook.selectors import casebook_of
from record.casebook.services import form_instances
from record.notices.models import Message
from tests.people import STAGE, person
from tests.visits import stage
from tests.visits.reminders.outbox import (
    PHONE,
    at,
    book,
    out_patient,
    outbox,
    run_workers,
)
from trial_edc import clock
from visits.reminders.services.answers import means_stop
from visits.reminders.views import inbound
from visits.reminders.views.inbound import MOST_BYTES

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.verifies("REM-01"),
    pytest.mark.usefixtures("box"),
]
SECRET = "only-for-tests"
NUMBER = "13800001234"  # as the network writes it: without the country


@pytest.fixture(autouse=True)
def _secret(settings):
    settings.SMS_INBOUND_SECRET = SECRET


def answer_status(text, *, number=NUMBER, secret=SECRET, body=None):
    return (
        Client(enforce_csrf_checks=True)
        .post(
            reverse("visits:inbound"),
            body if body is not None else json.dumps({"from": number, "text": text}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}"},
        )
        .status_code
    )


def opted_out_at(who):
    return casebook_of(who).value("CTC", "opted_out_at")


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop ",
        " Stop.",
        "ＳＴＯＰ",
        "STOP STOP",
        "退订",
        "“退订”",
        "退订！谢谢",
    ],
)
def test_stop_is_recognized_however_it_is_typed(text):
    assert means_stop(text)


@pytest.mark.parametrize(
    "text", ["", "?", "Don't stop", "I stop by at nine", "不要退订", "好的"]
)
def test_another_text_is_no_stop(text):
    assert not means_stop(text)


def test_stop_withholds_queued_messages_and_is_confirmed_once(box):
    who = out_patient()
    book(who, "D28", 9)
    run_workers(6)
    with clock.at(at(7)):
        assert answer_status("Stop ") == HTTPStatus.NO_CONTENT
        assert opted_out_at(who) == clock.now()
        assert answer_status("退订") == HTTPStatus.NO_CONTENT

    run_workers(7)
    run_workers(8)

    assert [row[:2] for row in outbox()] == [
        ("visit_upcoming", "sent"),
        ("opt_out_done", "sent"),
    ]
    assert box.bodies[-1]["text"] == (
        "You will receive no more reminders. Your care and your place in the "
        "follow-up are not affected."
    )


def test_an_opt_out_names_the_process_that_wrote_it():
    who = out_patient()
    book(who, "D28", 9)
    run_workers(6)
    answer_status("STOP")

    form = FormInstance.objects.get(participant=who, code="CTC")
    entry = Entry.objects.filter(form_id=form.pk, table_name__contains="contact").last()
    assert (entry.actor, entry.via) == ("process:inbound-messages", "api")


def test_a_message_that_waits_for_the_morning_is_stopped():
    who = out_patient()
    book(who, "D28", 9)
    run_workers(6)
    run_workers(8, time(22))  # the next one waits for the morning
    with clock.at(at(8, time(22)) + timedelta(minutes=1)):
        answer_status("STOP")

    run_workers(9, time(8))

    assert outbox() == [
        ("visit_upcoming", "sent", ""),
        ("visit_tomorrow", "withheld", "the participant wants no messages"),
        ("opt_out_done", "sent", ""),
    ]


def test_an_unknown_number_gets_the_same_answer_and_changes_nothing(caplog):
    who = out_patient()
    book(who, "D28", 9)
    run_workers(6)
    before = Entry.objects.count()

    assert answer_status("STOP", number="13900009999") == HTTPStatus.NO_CONTENT

    assert Entry.objects.count() == before
    assert "nobody's here" in caplog.text
    assert "13900009999" not in caplog.text


def test_a_number_that_is_the_participants_no_more_stops_nothing():
    who = out_patient()
    book(who, "D28", 9)
    run_workers(6)
    stage.enter(who, "CTC", {"phones": [PHONE | {"number": "13700007777"}]})

    answer_status("STOP")

    assert opted_out_at(who) is None


def test_another_answer_notifies_staff_and_its_words_are_not_kept():
    coordinator = person("CO")
    who = out_patient()
    book(who, "D28", 9)
    run_workers(6)

    answer_status("I feel very ill")

    message = Message.objects.get(recipient=coordinator)
    assert message.subject == f"Participant {who.number} answered a message"
    assert "very ill" not in message.text
    assert opted_out_at(who) is None


def test_an_opt_out_that_cannot_be_recorded_notifies_staff():
    coordinator = person("CO")
    who = out_patient()
    book(who, "D28", 9)
    run_workers(6)
    form = FormInstance.objects.get(participant=who, code="CTC")
    freeze_form(form)

    assert answer_status("STOP") == HTTPStatus.NO_CONTENT

    message = Message.objects.get(recipient=coordinator)
    assert message.subject == f"Participant {who.number} wants no more messages"
    assert "it stops them" in message.text


def freeze_form(form):
    with attributed(by=STAGE, via=Source.COMMAND):
        form_instances.lock(form.participant)
        FormInstance.objects.filter(pk=form.pk).update(frozen_at=clock.now())


@pytest.mark.parametrize("secret", ["", "wrong", "ünlike"])
def test_only_the_gateway_is_heard(secret):
    assert answer_status("STOP", secret=secret) == HTTPStatus.UNAUTHORIZED


def test_without_a_secret_set_up_nobody_is_heard(settings):
    settings.SMS_INBOUND_SECRET = ""

    assert answer_status("STOP", secret="") == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("[" * 7_000, HTTPStatus.BAD_REQUEST),
        ("[1]", HTTPStatus.BAD_REQUEST),
        ("{}", HTTPStatus.BAD_REQUEST),
        ('{"from": 1, "text": "STOP"}', HTTPStatus.BAD_REQUEST),
        ("", HTTPStatus.BAD_REQUEST),
        ("x" * (MOST_BYTES + 1), HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    ],
)
def test_odd_requests_are_refused(body, status):
    assert answer_status("", body=body) == status


def test_a_flood_is_answered_later(monkeypatch, settings):
    settings.TRIES_WINDOW_MINUTES = 1
    monkeypatch.setattr(inbound, "MOST_A_MINUTE", 3)

    statuses = [answer_status("STOP") for _ in range(4)]

    assert statuses == [HTTPStatus.NO_CONTENT] * 3 + [HTTPStatus.TOO_MANY_REQUESTS]


@pytest.mark.verifies("ACC-16")
def test_a_wrong_secret_is_recorded_and_its_flood_counted():
    statuses = [answer_status("STOP", secret="guess") for _ in range(40)]
    right = answer_status("STOP")

    refused = Entry.objects.filter(act="answer_refused")
    assert statuses == (
        [HTTPStatus.UNAUTHORIZED] * 30 + [HTTPStatus.TOO_MANY_REQUESTS] * 10
    )
    assert right == HTTPStatus.NO_CONTENT
    assert [entry.via for entry in refused] == ["api"] * 10
