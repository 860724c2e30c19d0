"""Sending a report to the sponsor: its minimum, its clock, the assessment after it."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from record.audit.attribution import Source
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import row_of
from record.notices.models import Message
from safety.models import SentReport
from safety.reports.services.reports import NotReadyToSend
from tests.outcomes import course
from tests.people import STAGE, person
from tests.safety.sending import send_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def randomized() -> Participant:
    return course.randomized()


def report_on(participant: Participant, **event: Any) -> FormInstance:
    course.row(participant, "AE", {"serious": "Y", **event})
    return course.forms(participant, "SAE")[-1]


def test_report_lacking_its_minimum_is_not_sent(randomized: Participant) -> None:
    report, investigator = report_on(randomized), person("IN")

    with pytest.raises(NotReadyToSend) as refused:
        send_report(report, by=investigator)

    assert str(refused.value) == (
        "Before sending, enter the term of the event, a criterion of seriousness, "
        "when the site became aware."
    )
    assert not SentReport.objects.exists()


def test_coordinator_drafts_and_does_not_send(randomized: Participant) -> None:
    with pytest.raises(PermissionDenied):
        send_report(report_on(randomized), by=person("CO"))


@pytest.mark.verifies("SAF-01")
@pytest.mark.parametrize(("hours", "late"), [(23.9, 0), (24.1, 1)])
def test_late_report_is_a_deviation(
    randomized: Participant, hours: float, late: int
) -> None:
    report = report_on(randomized, term="Sepsis", seriousness=["important"])
    aware = {"aware_at": course.days_ago(hours / 24)}
    save(report, aware, by=STAGE, via=Source.COMMAND)

    send_report(report, by=person("IN"))
    send_report(report, by=person("PI"))

    assert SentReport.objects.count() == 1
    reported_late = [
        form
        for form in course.forms(randomized, "DEV")
        if row_of(form).value_of("category") == "safety_report"
    ]
    assert len(reported_late) == late


def test_sent_report_awaits_the_sponsors_assessment(randomized: Participant) -> None:
    officer = person("SO")
    report = report_on(randomized, term="Sepsis", seriousness=["important"])
    aware = {"aware_at": course.days_ago(0.2)}
    save(report, aware, by=STAGE, via=Source.COMMAND)

    sent = send_report(report, by=person("IN"))

    (assessment,) = course.forms(randomized, "SPA")
    assert assessment.occurrence == report.occurrence
    to_the_minute = sent.sent_at.replace(second=0, microsecond=0)
    assert row_of(assessment).value_of("sponsor_aware_at") == to_the_minute
    (message,) = Message.objects.filter(occasion="report_sent")
    assert message.recipient == officer
