"""Laws of the reminder rule, and the words in every form they can take."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from record.notices.models import Message
from record.notices.services.delivery import _text_of
from trial_edc.dates import SITE_TZ, site_date
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import VisitStatus
from visits.reminders.facts import Reminder
from visits.reminders.rules import (
    CLOSED,
    Action,
    Limits,
    SendDecision,
    Situation,
    SuppressionReason,
    send_decision,
)
from visits.reminders.texts import NotNeutral, require_neutral, subject_in, text_of
from visits.reminders.vocabulary import Occasion

NOON = datetime(2026, 3, 20, 4, tzinfo=UTC)  # at the site
WELL = Situation(
    has_consent=True,
    has_opted_out=False,
    has_died=False,
    has_withdrawn=False,
    visit_status=VisitStatus.UPCOMING,
    is_in_hospital=False,
    has_address=True,
    sent_for_visit=0,
)
instants = st.integers(0, 3_000_000).map(
    lambda minutes: NOON + timedelta(minutes=minutes)
)
times = st.times().map(lambda at: at.replace(microsecond=0))
situations = st.builds(
    Situation,
    visit_status=st.sampled_from([None, *VisitStatus]),
    sent_for_visit=st.integers(0, 5),
    **dict.fromkeys(
        (
            "has_consent",
            "has_opted_out",
            "has_died",
            "has_withdrawn",
            "is_in_hospital",
            "has_address",
        ),
        st.booleans(),
    ),
)


def is_quiet(instant, limits):
    at = instant.astimezone(SITE_TZ).time()
    if limits.quiet_from <= limits.quiet_until:
        return limits.quiet_from <= at < limits.quiet_until
    return not limits.quiet_until <= at < limits.quiet_from


@pytest.mark.verifies("REM-01")
@given(instants, situations)
def test_who_died_is_never_written_to(due_at, situation):
    decision = send_decision(due_at, replace(situation, has_died=True))

    assert decision == SendDecision(Action.SUPPRESS, None, SuppressionReason.DECEASED)


@pytest.mark.verifies("REM-01")
@given(instants, st.builds(Limits, st.integers(1, 5), times, times))
def test_nothing_due_is_dropped_and_nothing_leaves_in_quiet_hours(due_at, limits):
    decision = send_decision(due_at, WELL, limits)

    assert decision.send_at is not None
    assert due_at <= decision.send_at < due_at + timedelta(days=1)
    assert not is_quiet(decision.send_at, limits)
    is_late = decision.send_at > due_at
    assert is_late == is_quiet(due_at, limits)
    assert decision.action == (Action.DEFER if is_late else Action.SEND)
    if is_late:
        assert decision.send_at.astimezone(SITE_TZ).time() == limits.quiet_until


@pytest.mark.verifies("REM-01")
@given(instants, situations)
def test_only_who_consented_and_went_on_is_written_to(due_at, situation):
    decision = send_decision(due_at, situation)

    right = replace(
        WELL,
        visit_status=situation.visit_status,
        sent_for_visit=situation.sent_for_visit,
    )
    may_go = (
        situation == right
        and situation.visit_status not in CLOSED
        and situation.sent_for_visit < PROTOCOL.reminders.maximum_per_visit
    )
    assert (decision.action != Action.SUPPRESS) == may_go
    assert (decision.reason is None) == (decision.action == Action.SEND)


@pytest.mark.verifies("REM-01")
@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"has_withdrawn": True}, SuppressionReason.WITHDRAWN),
        ({"has_consent": False}, SuppressionReason.NO_CONSENT),
        ({"has_opted_out": True}, SuppressionReason.OPTED_OUT),
        ({"visit_status": VisitStatus.DONE}, SuppressionReason.VISIT_CLOSED),
        ({"is_in_hospital": True}, SuppressionReason.IN_HOSPITAL),
        ({"has_address": False}, SuppressionReason.NO_ADDRESS),
        ({"sent_for_visit": 3}, SuppressionReason.MAXIMUM),
    ],
)
def test_the_decision_names_its_reason(changed, reason):
    assert send_decision(NOON, replace(WELL, **changed)).reason == reason


def test_quiet_hours_may_lie_within_a_day():
    limits = Limits(quiet_from=time(12), quiet_until=time(14))

    decision = send_decision(NOON, WELL, limits)

    assert decision.send_at == NOON + timedelta(hours=2)


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

    require_neutral(_text_of(message))
    require_neutral(settings.PARTICIPANT_FROM_EMAIL)
    assert _text_of(message).startswith(text)


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
