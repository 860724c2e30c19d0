"""What the sponsor still owes an authority, version by version."""

from datetime import date, timedelta
from typing import Any

import pytest

from record.audit.attribution import Source
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from safety.reports.selectors.cases import SponsorCase, by_urgency, cases_of
from safety.reports.selectors.reports import report_lines
from safety.reports.services.follow_ups import add_follow_up
from tests.outcomes import course
from tests.people import STAGE
from tests.randomization.stage import colleague
from tests.safety.sending import send_report
from trial_edc import clock

pytestmark = pytest.mark.django_db
SUSAR = {"causality_sponsor": "possible", "expected_per_rsi": "N", "rsi_version": "1"}
SUBMITTED = {"authority": ["nmpa"], "reference": "N-1"}


@pytest.fixture
def first() -> FormInstance:
    """Sent report of a life-threatening event, assessed and submitted."""
    participant = course.randomized()
    values = {"serious": "Y", "term": "Shock", "seriousness": ["life_threatening"]}
    course.row(participant, "AE", values)
    report = sent(course.forms(participant, "SAE")[0])
    assess(report, **SUSAR, **SUBMITTED, submitted_on=clock.today())
    return report


def sent(report: FormInstance) -> FormInstance:
    """Send a report that the site knew of just now."""
    aware = {"aware_at": course.days_ago(0.01)}
    save(report, aware, by=STAGE, via=Source.COMMAND)
    send_report(report, by=colleague("IN"))
    return report


def assess(report: FormInstance, **values: Any) -> None:
    """Enter the sponsor's assessment of a version."""
    forms = course.forms(report.participant, "SPA")
    (form,) = [
        candidate for candidate in forms if candidate.occurrence == report.occurrence
    ]
    save(form, values, by=STAGE, via=Source.COMMAND)


def cases(participant: Participant) -> list[SponsorCase]:
    """Cases of a participant, in order."""
    lines = [line for line in report_lines() if line.participant == participant]
    return sorted(cases_of(lines), key=lambda case: case.line.form.occurrence)


def states_and_days(
    participant: Participant,
) -> list[tuple[str, date | None, date | None]]:
    return [(str(c.state), c.due_on, c.complete_due_on) for c in cases(participant)]


def test_what_is_to_be_done_stands_first(first: FormInstance) -> None:
    participant = course.randomized(2)
    course.row(
        participant,
        "AE",
        {"serious": "Y", "term": "Fall", "seriousness": ["important"]},
    )
    fall = sent(course.forms(participant, "SAE")[0])

    def order() -> list[str]:
        return [str(case.state) for case in by_urgency(cases_of(report_lines()))]

    assert order() == ["to_assess", "submitted"]
    assess(fall, **{**SUSAR, "expected_per_rsi": "Y"})
    assert order() == ["submitted", "no_susar"]  # its complete follow-up is awaited


@pytest.mark.verifies("SAF-03", "SAF-10")
def test_complete_follow_up_is_awaited_until_a_later_version_is_submitted(
    first: FormInstance,
) -> None:
    participant, today = first.participant, clock.today()
    week, fortnight = today + timedelta(days=7), today + timedelta(days=15)
    assert states_and_days(participant) == [("submitted", week, fortnight)]

    second = sent(add_follow_up(first, by=colleague("IN")))
    assert [state for state, *_days in states_and_days(participant)] == [
        "submitted",
        "to_assess",
    ]
    assess(second, **SUSAR)
    assert states_and_days(participant) == [
        ("submitted", week, fortnight),
        ("to_submit", week, None),
    ]
    assess(second, **SUBMITTED, submitted_on=today)

    assert states_and_days(participant) == [
        ("submitted", week, None),
        ("submitted", week, None),
    ]


def test_version_that_is_a_susar_no_more_ends_the_wait(first: FormInstance) -> None:
    second = sent(add_follow_up(first, by=colleague("IN")))

    assess(second, **{**SUSAR, "expected_per_rsi": "Y"})

    assert [
        (state, later) for state, _due, later in states_and_days(first.participant)
    ] == [
        ("submitted", None),
        ("no_susar", None),
    ]


def test_late_submission_is_called_so(first: FormInstance) -> None:
    late = clock.today() + timedelta(days=8)
    with clock.at(clock.now() + timedelta(days=9)):
        assess(first, submitted_on=late)

        (case,) = cases(first.participant)

        assert (case.was_late, case.state_text, case.authorities, case.reference) == (
            True,
            "Submitted",
            "National Medical Products Administration",
            "N-1",
        )
