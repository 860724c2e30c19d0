"""SQL says of each visit on each day what the rules say."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from record.audit.attribution import Source, attributed
from record.casebook.models import Participant
from tests.people import STAGE
from trial_edc.dates import SITE_TZ
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import VisitCode, VisitStatus, WithdrawalKind
from visits.models import VisitOutlook
from visits.outlooks.selectors import outlook_columns, outlooks_at, visit_at, visits_in
from visits.schedule import rules
from visits.schedule.facts import Visit

pytestmark = [pytest.mark.django_db, pytest.mark.verifies("WIN-03")]
DAY_0 = date(2026, 3, 1)
AT_9 = datetime(2026, 3, 1, 9, tzinfo=SITE_TZ)
CODES = (*(slot.code for slot in PROTOCOL.schedule.visits), VisitCode.UNSCHEDULED)
days = st.integers(-40, 140).map(lambda n: DAY_0 + timedelta(days=n))
maybe = st.none() | days
withdrawals = st.builds(rules.DatedWithdrawal, st.sampled_from(WithdrawalKind), days)
stays = st.builds(
    lambda first, length: rules.HospitalStay(
        first, None if length is None else first + timedelta(days=length)
    ),
    days,
    st.none() | st.integers(0, 60),
)
courses = st.builds(
    rules.Course,
    consented_on=maybe,
    screening_closed=st.booleans(),
    randomized_at=st.none() | st.just(AT_9),
    day0=st.none() | st.just(DAY_0),
    will_not_be_infused=st.booleans(),
    death_on=maybe,
    withdrawals=st.lists(withdrawals, max_size=2).map(tuple),
    stays=st.lists(stays, max_size=2).map(tuple),
)
instants = st.integers(-40 * 24, 140 * 24).map(lambda n: AT_9 + timedelta(hours=n))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    course=courses,
    done_on=maybe,
    marked_missed=st.booleans(),
    on_record=st.booleans(),
    moments=st.lists(instants, min_size=8, max_size=8),
)
def test_sql_and_rules_agree(
    course, done_on, marked_missed, on_record, moments
) -> None:
    with attributed(by=STAGE, via=Source.COMMAND):
        person, _new = Participant.objects.get_or_create(number="101A", sequence=101)
    facts = {
        "done_on": done_on,
        "marked_missed": marked_missed,
        "on_record": on_record,
    }
    outlooks = {code: rules.outlook(code, course, **facts) for code in CODES}
    VisitOutlook.objects.all().delete()
    VisitOutlook.objects.bulk_create(
        VisitOutlook(
            participant=person,
            place=place,
            is_watched=False,
            **outlook_columns(Visit(code, outlook, rules.state_at(outlook, AT_9))),
        )
        for place, (code, outlook) in enumerate(outlooks.items())
    )

    for now in [*moments, AT_9 + timedelta(hours=24)]:
        rows = list(outlooks_at(now))
        said = {
            code: rules.visit_status(code, course, now=now, **facts) for code in CODES
        }
        assert {row.visit: row.status_now for row in rows} == {
            code.value: state.status.value for code, state in said.items()
        }
        assert {row.visit: visit_at(row, now).state for row in rows} == said
        by_status = {row for status in VisitStatus for row in visits_in(status, now)}
        assert {row.visit: row.status_now for row in by_status} == {
            row.visit: row.status_now for row in rows
        }
