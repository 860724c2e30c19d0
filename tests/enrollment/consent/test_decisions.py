"""One initial consent: decided rows alone, read alike by everybody who asks."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from enrollment.consent.facts import decisions
from enrollment.consent.facts.reconsent import reconsents_due_of
from enrollment.consent.selectors import consent_days
from enrollment.contact.facts import contact_consent
from enrollment.eligibility.facts.evidence import evidence_of
from enrollment.eligibility.rules import CriterionAnswer
from record.casebook.form_data import Casebook, FormData
from record.casebook.models import Participant
from record.casebook.selectors import casebook_of
from tests.outcomes import course
from trial_edc.dates import SITE_TZ, site_date
from visits.schedule.facts import course_of

NOON = datetime(2026, 3, 8, 12, tzinfo=SITE_TZ)
LATER = NOON + timedelta(days=30)
# What keeps a row from being a decision.
UNDECIDED: list[dict[str, Any]] = [
    {"decision": None},
    {"decided_at": None},
    {"decision": None, "decided_at": None},
    {"kind": None},
]


def row(occurrence: int, **values: Any) -> FormData:
    consent = {"kind": "initial", "decision": "given", "decided_at": NOON, **values}
    return FormData("CNS", consent, occurrence=occurrence)


def answers(*rows: FormData) -> tuple[Any, ...]:
    """What is asked of consent, everywhere."""
    casebook = Casebook.of(rows)
    return (
        decisions.initial_consent(casebook),
        decisions.latest_decision(casebook),
        decisions.consented_at(casebook),
        decisions.first_consented_at(casebook),
        decisions.consent_answer(casebook),
        evidence_of(casebook).consent_on,
        evidence_of(casebook).answers["I3"],
        course_of(casebook, no_go_signed=False).consented_on,
        contact_consent(casebook),
        reconsents_due_of(casebook, [], site_date(LATER)),
    )


@pytest.mark.parametrize("blank", UNDECIDED)
@pytest.mark.parametrize("kind", ["initial", "new_version", "contact"])
@pytest.mark.parametrize("decision", ["given", "refused"])
def test_a_row_that_is_not_decided_changes_no_answer(
    blank: dict[str, Any], kind: str, decision: str
) -> None:
    contact = row(2, kind="contact", channel=["sms"], signer="representative")
    begun = {"kind": kind, "decision": decision, "decided_at": LATER, **blank}

    assert answers(row(1), contact, row(3, **begun)) == answers(row(1), contact)


def test_rows_count_in_the_order_of_their_times() -> None:
    earlier, later = row(2), row(1, decided_at=LATER)

    casebook = Casebook.of([later, earlier])

    assert decisions.initial_consent(casebook) == later
    assert decisions.first_consented_at(casebook) == NOON


@pytest.mark.parametrize(
    ("rows", "initial", "answer"),
    [
        ([row(1, decision="refused")], None, CriterionAnswer.NO),
        ([row(1), row(2, decision="refused", decided_at=LATER)], 1, CriterionAnswer.NO),
        ([row(1, decision="refused"), row(2, decided_at=LATER)], 2, "Y"),
        ([row(1), row(2, kind="new_version", decided_at=LATER)], 1, "Y"),
        ([row(1, kind="new_version")], None, None),
    ],
)
def test_a_refusal_ends_the_consent_and_leaves_the_day_it_was_given(
    rows: list[FormData], initial: int | None, answer: str | None
) -> None:
    casebook = Casebook.of(rows)

    consent = decisions.initial_consent(casebook)

    assert (consent.occurrence if consent else None) == initial
    assert decisions.consent_answer(casebook) == answer


def ages_of(person: Participant) -> set[date | None]:
    """The day from which eligibility, schedule and exports count, as each reads it."""
    casebook = casebook_of(person)
    return {
        evidence_of(casebook).consent_on,
        course_of(casebook, no_go_signed=False).consented_on,
        consent_days([person]).get(person.pk),
    }


@pytest.mark.django_db
def test_eligibility_schedule_and_exports_count_from_the_same_consent() -> None:
    person = course.participant(consented=40)
    again = {"kind": "initial", "decision": "given", "decided_at": course.days_ago(3)}

    before = ages_of(person)
    course.row(person, "CNS", again)
    after = ages_of(person)
    course.row(person, "CNS", {"kind": "initial"})

    assert before == {course.day(40)}
    assert after == ages_of(person) == {course.day(3)}
