"""Versions of a report: carried over, sent and assessed each on its own."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from record.audit.attribution import Reason, Source, attributed
from record.capture.problems import ReasonNeeded, SaveRefused
from record.capture.services.form_status import (
    restore_row,
    return_to_draft,
    strike_row,
)
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import row_of
from record.notices.models import Message
from record.notices.tasks import deliver_queued
from safety.models import SentReport
from safety.reports.selectors.reports import (
    ReportLine,
    ReportState,
    listed_reports,
    open_report_lines,
    report_lines,
)
from safety.reports.services.follow_ups import add_follow_up
from safety.reports.services.reports import NotReadyToSend
from tests.outcomes import course
from tests.people import STAGE, person
from tests.safety.sending import send_report
from trial_edc import clock

pytestmark = pytest.mark.django_db
MISTAKE = Reason("error", "wrong person")
LATER = {"sponsor_aware_at": Reason("correction", "the line was down")}


@pytest.fixture
def randomized() -> Participant:
    return course.randomized()


def reported(
    participant: Participant, **event: Any
) -> tuple[FormInstance, FormInstance]:
    """A serious event and its initial report, ready to be sent."""
    values = {"serious": "Y", "term": "Sepsis", "seriousness": ["important"], **event}
    row = course.row(participant, "AE", values)
    report = course.forms(participant, "SAE")[-1]
    aware = {"aware_at": course.days_ago(0.1), "narrative": "Fever on the ward."}
    save(report, aware, by=STAGE, via=Source.COMMAND)
    return row, report


def work_among(lines: list[ReportLine]) -> set[int]:
    return {line.form.pk for line in lines if line.is_waiting or line.changed}


def in_sql(one: Any) -> tuple[Any, ...]:
    hours = one.hours.total_seconds() / 3600
    return one.state, one.due_at, one.is_changed, one.term, one.sent_at, round(hours, 3)


def in_python(line: ReportLine) -> tuple[Any, ...]:
    sure = line.state.value, line.due_at, bool(line.changed), line.term, line.sent_at
    return *sure, round(line.hours, 3)


def versions(participant: Participant) -> list[tuple[str, str, list[str]]]:
    """Reports of a participant: version, state, what changed since.

    What My work and the list show is found without reading the others.
    """
    lines = sorted(report_lines(), key=lambda line: line.form.occurrence)
    assert work_among(open_report_lines()) == work_among(lines)
    listed = list(listed_reports())
    assert {one.pk: in_sql(one) for one in listed} == {
        line.form.pk: in_python(line) for line in lines
    }
    assert [in_sql(one)[:2] for one in listed] == [
        in_python(line)[:2] for line in report_lines()
    ]
    return [
        (line.version, line.state.value, line.changed)
        for line in lines
        if line.participant == participant
    ]


def late_reports(participant: Participant) -> int:
    rows = [row_of(form) for form in course.forms(participant, "DEV")]
    return sum(row.value_of("category") == "safety_report" for row in rows)


@pytest.mark.verifies("SAF-10")
def test_follow_up_carries_over_what_stands_and_nothing_else(
    randomized: Participant,
) -> None:
    event, report = reported(randomized)
    send_report(report, by=person("IN"))
    coordinator = person("CO")

    second = add_follow_up(report, by=coordinator)
    again = add_follow_up(report, by=coordinator)

    assert again == second
    row = row_of(second)
    assert {name: v for name in row.crf_items() if (v := row.value_of(name))} == {
        "ae": event.pk,
        "report_kind": "follow_up",
        "narrative": "Fever on the ward.",
    }
    assert versions(randomized) == [
        ("Initial", "done", []),
        ("Follow-up 1", "due", []),
    ]


@pytest.mark.verifies("SAF-10")
def test_each_version_is_sent_and_assessed_on_its_own(randomized: Participant) -> None:
    _event, report = reported(randomized)
    investigator = person("IN")
    send_report(report, by=investigator)
    second = add_follow_up(report, by=investigator)

    with pytest.raises(NotReadyToSend, match="when the site became aware"):
        send_report(second, by=investigator)
    aware = {"aware_at": course.days_ago(0.05)}
    save(second, aware, by=STAGE, via=Source.COMMAND)
    send_report(second, by=investigator)

    assert [
        assessment.occurrence for assessment in course.forms(randomized, "SPA")
    ] == [1, 2]
    assert SentReport.objects.count() == 2


def test_watchers_add_no_follow_up(randomized: Participant) -> None:
    _event, report = reported(randomized)

    with pytest.raises(PermissionDenied):
        add_follow_up(report, by=person("MO"))


@pytest.mark.verifies("SAF-10")
def test_change_after_sending_asks_for_a_follow_up(randomized: Participant) -> None:
    event, report = reported(randomized)
    send_report(report, by=person("IN"))
    assert versions(randomized) == [("Initial", "done", [])]

    save(event, {"outcome": "recovering"}, by=STAGE, via=Source.COMMAND)
    save(report, {"tests": "CRP 200"}, by=STAGE, via=Source.COMMAND)

    assert versions(randomized) == [("Initial", "done", ["Outcome", "Tests"])]
    add_follow_up(report, by=person("CO"))
    assert [changed for _v, _s, changed in versions(randomized)] == [[], []]


def test_two_events_of_one_participant_have_their_own_versions(
    randomized: Participant,
) -> None:
    _one, first = reported(randomized)
    _two, other = reported(randomized, term="Stroke")
    investigator = person("IN")
    send_report(first, by=investigator)
    send_report(other, by=investigator)

    add_follow_up(first, by=investigator)
    add_follow_up(other, by=investigator)

    assert [version for version, _s, _c in versions(randomized)] == [
        "Initial",
        "Initial",
        "Follow-up 1",
        "Follow-up 1",
    ]


@pytest.mark.verifies("SAF-10")
def test_sent_report_outlives_seriousness_taken_back(randomized: Participant) -> None:
    event, report = reported(randomized)
    officer, investigator = person("SO"), person("IN")
    send_report(report, by=investigator)

    save(event, {"serious": "N"}, by=STAGE, via=Source.COMMAND, erase=True)

    assert course.forms(randomized, "SAE") == [report]
    message = Message.objects.get(occasion="event_withdrawn")
    assert (message.recipient, "Sepsis" in message.text) == (officer, False)
    follow_up = add_follow_up(report, by=investigator)
    aware = {"aware_at": course.days_ago(0.01)}
    save(follow_up, aware, by=STAGE, via=Source.COMMAND)
    assert send_report(follow_up, by=investigator).form == follow_up


def test_report_worked_on_is_void_while_its_event_is_not_serious(
    randomized: Participant,
) -> None:
    event, report = reported(randomized)
    save(report, {"narrative": "On the ward."}, by=person("CO"), via=Source.PAGE)

    save(event, {"serious": "N"}, by=STAGE, via=Source.COMMAND, erase=True)

    assert versions(randomized) == [("Initial", ReportState.VOID, [])]
    with pytest.raises(NotReadyToSend, match="strike this report out"):
        send_report(report, by=person("IN"))
    seriousness = {"serious": "Y", "seriousness": ["important"]}
    save(event, seriousness, by=STAGE, via=Source.COMMAND)
    assert [state for _v, state, _c in versions(randomized)] == ["due"]


def test_event_struck_and_restored_has_one_report_again(
    randomized: Participant,
) -> None:
    event = course.row(randomized, "AE", {"serious": "Y", "term": "Sepsis"})

    strike_row(event, by=STAGE, reason=MISTAKE, via=Source.COMMAND)
    assert course.forms(randomized, "SAE") == []
    restore_row(event, by=STAGE, reason=MISTAKE, via=Source.COMMAND)

    assert len(course.forms(randomized, "SAE")) == 1


def test_struck_event_with_a_sent_report_takes_no_follow_up(
    randomized: Participant,
) -> None:
    event, report = reported(randomized)
    investigator = person("IN")
    send_report(report, by=investigator)

    strike_row(event, by=STAGE, reason=MISTAKE, via=Source.COMMAND)

    with pytest.raises(NotReadyToSend, match="restore it"):
        add_follow_up(report, by=investigator)
    assert versions(randomized) == [("Initial", "done", [])]


@pytest.mark.verifies("SAF-10")
def test_report_that_is_needed_or_was_sent_is_not_struck_out(
    randomized: Participant,
) -> None:
    _event, report = reported(randomized)

    with pytest.raises(SaveRefused, match="needs a report"):
        strike_row(report, by=STAGE, reason=MISTAKE, via=Source.COMMAND)
    send_report(report, by=person("IN"))
    with pytest.raises(SaveRefused, match="add a follow-up instead"):
        strike_row(report, by=STAGE, reason=MISTAKE, via=Source.COMMAND)
    with attributed(by=STAGE, via=Source.COMMAND):
        FormInstance.objects.filter(pk=report.pk).update(status="complete")
    with pytest.raises(SaveRefused, match="add a follow-up instead"):
        return_to_draft(report, by=STAGE, reason=MISTAKE, via=Source.COMMAND)
    (assessment,) = course.forms(randomized, "SPA")
    with pytest.raises(SaveRefused, match="correct it instead"):
        strike_row(assessment, by=STAGE, reason=MISTAKE, via=Source.COMMAND)
    assert course.forms(randomized, "SAE") == [report]


@pytest.mark.verifies("SAF-03")
def test_sponsor_knows_when_its_officer_was_told_of_the_event(
    randomized: Participant, mailoutbox: list[Any]
) -> None:
    officer = person("SO")
    _event, report = reported(randomized)
    deliver_queued()
    told_at = Message.objects.get(recipient=officer).sent_at
    assert told_at is not None
    with clock.at(clock.now() + timedelta(hours=5)):
        sent = send_report(report, by=person("IN"))

    (assessment,) = course.forms(randomized, "SPA")
    assert sent.notified_at == told_at
    default = told_at.replace(second=0, microsecond=0)
    assert row_of(assessment).value_of("sponsor_aware_at") == default
    assert len(mailoutbox) == 1


@pytest.mark.verifies("SAF-03")
def test_later_awareness_of_the_sponsor_needs_a_reason(randomized: Participant) -> None:
    officer = person("SO")
    _event, report = reported(randomized)
    send_report(report, by=person("IN"))
    (assessment,) = course.forms(randomized, "SPA")
    default = row_of(assessment).value_of("sponsor_aware_at")
    earlier, later = default - timedelta(hours=2), default + timedelta(minutes=1)

    with clock.at(clock.now() + timedelta(hours=1)):
        save(assessment, {"sponsor_aware_at": earlier}, by=officer, complete=False)
        with pytest.raises(ReasonNeeded):
            save(assessment, {"sponsor_aware_at": later}, by=officer, complete=False)
        values = {"sponsor_aware_at": later}
        save(assessment, values, by=officer, complete=False, reasons=LATER)

    assert row_of(assessment).value_of("sponsor_aware_at") == later


@pytest.mark.verifies("SAF-01")
def test_awareness_corrected_after_sending_may_show_that_it_was_late(
    randomized: Participant,
) -> None:
    _event, report = reported(randomized)
    send_report(report, by=person("IN"))
    assert late_reports(randomized) == 0

    for _ in range(2):
        save(report, {"aware_at": course.days_ago(2)}, by=STAGE, via=Source.COMMAND)

    assert late_reports(randomized) == 1


def test_a_report_that_names_no_event_keeps_its_clock(randomized: Participant) -> None:
    reports = [reported(randomized, term=term)[1] for term in ("Sepsis", "Fever")]
    colleague = person("CO")
    for report in reports:
        why = {"ae": MISTAKE}
        save(report, {"ae": None}, by=colleague, via=Source.PAGE, reasons=why)

    assert versions(randomized) == [("Initial", "due", []), ("Initial", "due", [])]
    client = Client()
    client.force_login(colleague)
    page = client.get(reverse("safety:reports"), {"state": "waiting"})
    assert len(page.context["table"].lines) == len(reports)
