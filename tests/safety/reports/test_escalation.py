"""Deadlines nobody has met are told again, once a step, and no longer than right."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from record.audit.attribution import Source
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from record.notices.models import Message
from record.notices.tasks import deliver_queued
from safety.reports.rules.escalation import (
    unassessed_step,
    unsent_step,
    unsubmitted_step,
)
from safety.reports.tasks import watch_deadlines
from tests.outcomes import course
from tests.people import STAGE, person
from tests.safety.sending import send_report
from trial_edc import clock, dates
from trial_edc.dates import SITE_TZ

AWARE = datetime(2026, 3, 5, 10, tzinfo=SITE_TZ)
DUE = date(2026, 3, 20)
SUSAR = {
    "causality_sponsor": "possible",
    "expected_per_rsi": "N",
    "rsi_version": "1.0",
}


@pytest.mark.verifies("SAF-11")
@pytest.mark.parametrize(
    ("hours", "step"),
    [
        (0, None),
        (11.99, None),
        (12, "12h"),
        (19.99, "12h"),
        (20, "20h"),
        (24, "20h"),
        (24.01, "overdue"),
        (500, "overdue"),
    ],
)
def test_step_of_an_unsent_report(hours: float, step: str | None) -> None:
    assert unsent_step(AWARE, AWARE + timedelta(hours=hours)) == step


@pytest.mark.verifies("SAF-11")
@pytest.mark.parametrize(
    ("days", "step"), [(0, None), (1, "1d"), (2, "1d"), (3, "3d"), (9, "3d")]
)
def test_step_of_an_unassessed_report(days: int, step: str | None) -> None:
    assert unassessed_step(DUE, DUE + timedelta(days=days)) == step


@pytest.mark.verifies("SAF-11")
@pytest.mark.parametrize(
    ("days_left", "step"),
    [(4, None), (3, "3d"), (2, "3d"), (1, "1d"), (0, "0d"), (-1, "overdue")],
)
def test_step_of_an_unsubmitted_susar(days_left: int, step: str | None) -> None:
    assert unsubmitted_step(DUE, DUE - timedelta(days=days_left)) == step


def reported(
    participant: Participant, *, hours_ago: float, **event: Any
) -> FormInstance:
    """Report of a serious event that the site knew of so long ago."""
    values = {"serious": "Y", "term": "Sepsis", "seriousness": ["important"], **event}
    course.row(participant, "AE", values)
    report = course.forms(participant, "SAE")[-1]
    aware = {"aware_at": course.days_ago(hours_ago / 24)}
    save(report, aware, by=STAGE, via=Source.COMMAND)
    return report


def notified(occasion: str) -> list[tuple[str, str]]:
    """Whom the messages of an occasion are for, and their steps."""
    stored = Message.objects.filter(occasion=occasion).select_related("recipient")
    return sorted(
        (message.recipient.role, message.key.split(":")[-1]) for message in stored
    )


@pytest.fixture
def staff(db: None) -> dict[str, Any]:
    """People who are told, and one who is not."""
    return {role: person(role) for role in ("IN", "PI", "SO", "CO")}


@pytest.mark.verifies("SAF-11")
def test_unsent_report_is_told_to_the_site_then_to_the_sponsor_too(
    staff: dict[str, Any], django_assert_num_queries: Any
) -> None:
    report = reported(course.randomized(), hours_ago=13)

    assert [watch_deadlines(), watch_deadlines()] == [1, 0]
    assert notified("report_unsent") == [("IN", "12h"), ("PI", "12h")]
    with clock.at(clock.now() + timedelta(days=7)):
        assert [watch_deadlines(), watch_deadlines()] == [1, 0]
        with django_assert_num_queries(4):
            watch_deadlines()
    assert [
        notice for notice in notified("report_unsent") if notice[1] == "overdue"
    ] == [
        ("IN", "overdue"),
        ("PI", "overdue"),
        ("SO", "overdue"),
    ]
    texts = {notice.text for notice in Message.objects.filter(occasion="report_unsent")}
    number = report.participant.number
    assert all(number in text and "Sepsis" not in text for text in texts)


@pytest.mark.verifies("SAF-11")
def test_message_on_a_report_sent_meanwhile_is_withheld(
    staff: dict[str, Any], mailoutbox: list[Any]
) -> None:
    report = reported(course.randomized(), hours_ago=21)
    watch_deadlines()
    deliver = Message.objects.filter(occasion="report_unsent")
    send_report(report, by=staff["IN"])

    deliver_queued()

    assert {message.state for message in deliver} == {"withheld"}
    assert not [message for message in mailoutbox if "Deadline" in message.subject]


@pytest.mark.verifies("SAF-11")
def test_message_on_an_event_serious_no_more_is_withheld(
    staff: dict[str, Any],
) -> None:
    participant = course.randomized()
    reported(participant, hours_ago=21)
    watch_deadlines()
    (event,) = course.forms(participant, "AE")

    save(event, {"serious": "N"}, by=STAGE, via=Source.COMMAND, erase=True)
    deliver_queued()

    messages = Message.objects.filter(occasion="report_unsent")
    assert {message.state for message in messages} == {"withheld"}
    with clock.at(clock.now() + timedelta(days=2)):
        assert watch_deadlines() == 0


@pytest.mark.verifies("SAF-11")
def test_sponsor_is_told_to_assess_then_to_submit_then_to_follow_up(
    staff: dict[str, Any], mailoutbox: list[Any]
) -> None:
    participant = course.randomized()
    report = reported(participant, hours_ago=3, seriousness=["life_threatening"])
    send_report(report, by=staff["IN"])
    (assessment,) = course.forms(participant, "SPA")
    start = clock.now()

    def days_later(days: int, values: dict[str, Any] | None = None) -> None:
        with clock.at(start + timedelta(days=days)):
            if values:
                save(assessment, values, by=STAGE, via=Source.COMMAND)
            watch_deadlines()
            deliver_queued()

    days_later(1)
    days_later(2, SUSAR)  # due on day 7
    days_later(4)
    days_later(6)
    submitted = {"submitted_on": dates.site_date(start + timedelta(days=7))}
    days_later(7, submitted)
    days_later(8)
    days_later(14)  # the complete follow-up is due on day 15
    days_later(20)

    assert notified("report_unassessed") == [("SO", "1d")]
    assert notified("susar_unsubmitted") == [("SO", "1d"), ("SO", "3d")]
    assert notified("susar_incomplete") == [("SO", "1d"), ("SO", "overdue")]
    late = [mail.subject for mail in mailoutbox if "Deadline" in mail.subject]
    assert len(late) == 5
