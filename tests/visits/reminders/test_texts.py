"""The words of a reminder in every form that they can take."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from record.notices.models import Message
from record.notices.services.delivery import Claim, _text_of
from trial_edc.dates import site_date
from trial_edc.protocol import PROTOCOL
from visits.reminders.facts import Reminder
from visits.reminders.texts import NotNeutral, require_neutral, subject_in, text_of
from visits.reminders.vocabulary import Occasion

NOON = datetime(2026, 3, 20, 4, tzinfo=UTC)  # at the site
REMINDER = Reminder(
    Occasion.UPCOMING, "k", NOON, None, NOON, site_date(NOON), site_date(NOON)
)


@pytest.mark.verifies("REM-02")
@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("occasion", Occasion)
def test_no_message_names_what_it_must_not(occasion, language):
    """Whatever date and time is filled in."""
    for days in range(366):
        at = NOON + timedelta(days=days, minutes=days)
        day = site_date(at)
        reminder = Reminder(occasion, "k", at, None, at, day, day)
        text = text_of(reminder, language, phone="010-12345678")

        words = f"{subject_in(language)} {text}".casefold()
        assert [
            word for word in PROTOCOL.reminders.forbidden_words if word in words
        ] == []
        assert "{" not in text


@pytest.mark.verifies("REM-02")
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_a_repeated_message_adds_names_nothing_either(language):
    text = text_of(REMINDER, language, phone="1")
    message = Message(text=text, language=language, may_be_repeated=True)

    require_neutral(_text_of(Claim(message)))
    require_neutral(settings.PARTICIPANT_FROM_EMAIL)
    assert _text_of(Claim(message)).startswith(text)


@pytest.mark.verifies("REM-02")
def test_a_text_that_names_the_disease_is_refused():
    for text in ("About your Kidney", "您的肾脏", "the Study nurse"):
        with pytest.raises(NotNeutral):
            require_neutral(text)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", " Reply STOP to stop these messages."),
        ("zh-hans", "回复“退订”可停止接收此类信息。"),
    ],
)
def test_each_message_tells_how_to_stop_them(language, line):
    for occasion in Occasion:
        text = text_of(replace(REMINDER, occasion=occasion), language, phone="1")

        assert text.count(line) == (occasion != Occasion.OPT_OUT_DONE)
        assert text.endswith(line) == (occasion != Occasion.OPT_OUT_DONE)


def test_date_and_time_are_those_of_the_site():
    late = datetime(2026, 3, 20, 23, 30, tzinfo=UTC)  # the 21st, 07:30, at the site
    reminder = replace(REMINDER, occasion=Occasion.TOMORROW, appointment_at=late)

    assert text_of(reminder, "en", phone="010-1") == (
        "Reminder: your follow-up appointment is tomorrow, 21 March 2026, at 07:30. "
        "Questions? Call 010-1. Reply STOP to stop these messages."
    )
    assert text_of(reminder, "zh-hans", phone="010-1") == (
        "提醒您：您的随访预约在明天（2026年3月21日）07:30。如有疑问，请拨打010-1。"
        "回复“退订”可停止接收此类信息。"
    )
