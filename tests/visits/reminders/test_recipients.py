"""Whom a reminder reaches: participant or representative, by telephone or e-mail."""

import pytest
from django.core import mail

from tests.visits.reminders.outbox import (
    book,
    out_patient,
    run_workers,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.verifies("REM-01"),
    pytest.mark.usefixtures("box"),
]


@pytest.mark.parametrize(
    "phone", [{"works": "N"}, {"owner": "representative"}, {"owner": "relative"}]
)
def test_only_a_number_of_the_recipient_that_works_is_used(phone):
    book(out_patient(phone=phone), "D28", 9)

    assert run_workers(6) == 0


def test_a_representative_may_be_the_recipient(box):
    contact = {"recipient": "representative", "message_language": "zh"}
    who = out_patient(contact=contact, phone={"owner": "representative"})
    book(who, "D28", 9)

    run_workers(8)

    assert box.bodies[0]["text"].startswith("提醒您：您的随访预约在明天")


def test_both_ways_may_be_chosen(box):
    contact = {"channel": ["sms", "email"]}
    book(out_patient(contact=contact, email="li@example.org"), "D28", 9)

    assert run_workers(6) == 2
    (letter,) = mail.outbox
    assert (letter.subject, letter.to, letter.reply_to) == (
        "Reminder",
        ["li@example.org"],
        ["clinic@example.org"],
    )
    stop = "<mailto:clinic@example.org?subject=STOP>"
    assert letter.extra_headers == {"List-Unsubscribe": stop}
    assert letter.body == box.bodies[0]["text"]
