"""A later version of a report has 24 hours of its own."""

from datetime import datetime, timedelta

import pytest

from record.audit.attribution import Source
from record.capture.services.forms import save
from record.casebook.form_data import Casebook, FormData
from record.casebook.models import FormInstance
from record.casebook.selectors import row_of
from safety.reports.facts import clock_starts_at
from safety.reports.selectors.reports import ReportLine, report_lines
from safety.reports.services.follow_ups import add_follow_up
from tests.outcomes import course
from tests.people import STAGE, person
from tests.safety.sending import send_report
from trial_edc import clock
from trial_edc.dates import SITE_TZ

AWARE = datetime(2026, 3, 1, 9, tzinfo=SITE_TZ)
MINUTE = timedelta(minutes=1)


def version(number: int, aware_at: datetime | None, event: int = 7) -> FormData:
    values = {"ae": event, "aware_at": aware_at}
    return FormData("SAE", values, occurrence=number, form_id=number)


@pytest.mark.parametrize(
    ("aware_at", "starts_at"),
    [
        (None, None),
        (AWARE - MINUTE, None),
        (AWARE, None),
        (AWARE + MINUTE, AWARE + MINUTE),
    ],
)
def test_time_of_an_earlier_version_starts_no_later_clock(aware_at, starts_at):
    follow_up = version(2, aware_at)
    others = (version(1, AWARE), version(3, AWARE + 2 * MINUTE))

    assert clock_starts_at(follow_up, Casebook.of([*others, follow_up])) == starts_at


@pytest.mark.parametrize("earlier", [[], [version(1, None)], [version(1, AWARE, 8)]])
def test_a_first_version_runs_from_its_awareness(earlier):
    report = version(2, AWARE)

    assert clock_starts_at(report, Casebook.of([*earlier, report])) == AWARE


def line_of(report: FormInstance) -> ReportLine:
    return next(line for line in report_lines() if line.form == report)


@pytest.mark.django_db
@pytest.mark.parametrize("new_hours", [None, -14 * 24, -1])
def test_a_follow_up_two_weeks_on_is_not_late(new_hours):
    who, investigator = course.randomized(), person("IN")
    course.row(
        who, "AE", {"term": "Sepsis", "serious": "Y", "seriousness": ["important"]}
    )
    (first,) = course.forms(who, "SAE")
    aware = {"aware_at": course.days_ago(0), "narrative": "Fever on the ward."}
    save(first, aware, by=STAGE, via=Source.COMMAND)
    send_report(first, by=investigator)

    with clock.at(clock.now() + timedelta(days=14)):
        follow_up = add_follow_up(first, by=investigator)
        if new_hours is not None:
            aware = {"aware_at": course.days_ago(-new_hours / 24)}
            save(follow_up, aware, by=STAGE, via=Source.COMMAND)
        line = line_of(follow_up)
        assert (line.state.value, line.hours <= 1.1) == ("due", True)
        if new_hours is not None:
            send_report(follow_up, by=investigator)
            assert not line_of(follow_up).was_late

    deviations = [row_of(form) for form in course.forms(who, "DEV")]
    assert "safety_report" not in [row.value_of("category") for row in deviations]
