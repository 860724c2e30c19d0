"""What participants answer: STOP stops at once, and is confirmed once."""

import json
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from record.audit.models import Entry
from record.casebook.models import FormInstance
from record.casebook.selectors import casebook_of
from record.casebook.services import form_instances
from record.notices.models import Message
from tests.people import STAGE, person
from tests.visits.reminders import test_queue as reminding
from tests.visits.reminders.test_queue import booked, out_patient, outbox, worked
from trial_edc import clock
from visits.reminders.services.answers import means_stop
from visits.reminders.views.inbound import MOST_A_MINUTE, MOST_BYTES

pytestmark = [pytest.mark.django_db, pytest.mark.verifies("REM-01")]
SECRET = "only-for-tests"
NUMBER = "13800001234"  # as the network writes it: without the country
box = reminding.box


@pytest.fixture(autouse=True)
def _secret(settings):
    settings.SMS_INBOUND_SECRET = SECRET
    cache.clear()


def answered(text, *, number=NUMBER, secret=SECRET, body=None):
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
def test_a_stop_is_known_however_it_is_typed(text):
    assert means_stop(text)


@pytest.mark.parametrize(
    "text", ["", "?", "Don't stop", "I stop by at nine", "不要退订", "好的"]
)
def test_another_text_is_none(text):
    assert not means_stop(text)


def test_stop_ends_what_waits_and_is_confirmed_once(box):
    who = out_patient()
    booked(who, "D28", 9)
    worked(6)
    with clock.at(reminding.at(7)):
        assert answered("Stop ") == HTTPStatus.NO_CONTENT
        assert opted_out_at(who) == clock.now()
        assert answered("退订") == HTTPStatus.NO_CONTENT

    worked(7)
    worked(8)

    assert [told[:2] for told in outbox()] == [
        ("visit_upcoming", "sent"),
        ("opt_out_done", "sent"),
    ]
    assert box.bodies[-1]["text"] == (
        "You will receive no more reminders. Your care and your place in the "
        "follow-up are not affected."
    )


def test_an_opt_out_names_the_process_that_wrote_it():
    who = out_patient()
    booked(who, "D28", 9)
    worked(6)
    answered("STOP")

    form = FormInstance.objects.get(participant=who, code="CTC")
    entry = Entry.objects.filter(form_id=form.pk, table_name__contains="contact").last()
    assert (entry.actor, entry.via) == ("process:inbound-messages", "api")


def test_a_message_that_waits_for_the_morning_is_stopped():
    who = out_patient()
    booked(who, "D28", 9)
    worked(6)
    worked(8, reminding.time(22))  # the next one waits for the morning
    with clock.at(reminding.at(8, reminding.time(22)) + timedelta(minutes=1)):
        answered("STOP")

    worked(9, reminding.time(8))

    assert outbox() == [
        ("visit_upcoming", "sent", ""),
        ("visit_tomorrow", "withheld", "the participant wants no messages"),
        ("opt_out_done", "sent", ""),
    ]


def test_an_unknown_number_gets_the_same_answer_and_changes_nothing(caplog):
    who = out_patient()
    booked(who, "D28", 9)
    worked(6)
    before = Entry.objects.count()

    assert answered("STOP", number="13900009999") == HTTPStatus.NO_CONTENT

    assert Entry.objects.count() == before
    assert "nobody's here" in caplog.text
    assert "13900009999" not in caplog.text


def test_a_number_that_is_the_participants_no_more_stops_nothing():
    who = out_patient()
    booked(who, "D28", 9)
    worked(6)
    reminding.stage.enter(
        who, "CTC", {"phones": [reminding.PHONE | {"number": "13700007777"}]}
    )

    answered("STOP")

    assert opted_out_at(who) is None


def test_another_answer_is_told_to_people_and_its_words_are_not_kept():
    coordinator = person("CO")
    who = out_patient()
    booked(who, "D28", 9)
    worked(6)

    answered("I feel very ill")

    told = Message.objects.get(recipient=coordinator)
    assert told.subject == f"Participant {who.number} answered a message"
    assert "very ill" not in told.text
    assert opted_out_at(who) is None


def test_an_opt_out_that_cannot_be_recorded_is_told_to_people():
    coordinator = person("CO")
    who = out_patient()
    booked(who, "D28", 9)
    worked(6)
    form = FormInstance.objects.get(participant=who, code="CTC")
    casebook_frozen(form)

    assert answered("STOP") == HTTPStatus.NO_CONTENT

    told = Message.objects.get(recipient=coordinator)
    assert told.subject == f"Participant {who.number} wants no more messages"
    assert "it stops them" in told.text


def casebook_frozen(form):
    with reminding.stage.attributed(by=STAGE, via=reminding.Via.COMMAND):
        form_instances.lock(form.participant)
        FormInstance.objects.filter(pk=form.pk).update(frozen_at=clock.now())


@pytest.mark.parametrize("secret", ["", "wrong", "ünlike"])
def test_only_the_gateway_is_heard(secret):
    assert answered("STOP", secret=secret) == HTTPStatus.UNAUTHORIZED


def test_without_a_secret_set_up_nobody_is_heard(settings):
    settings.SMS_INBOUND_SECRET = ""

    assert answered("STOP", secret="") == HTTPStatus.UNAUTHORIZED


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
    assert answered("", body=body) == status


def test_a_flood_is_answered_later():
    found = [answered("STOP") for _ in range(MOST_A_MINUTE + 1)]

    assert found[-2:] == [HTTPStatus.NO_CONTENT, HTTPStatus.TOO_MANY_REQUESTS]
