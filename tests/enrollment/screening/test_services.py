"""Approach, closing and re-screening: numbers, forms opened, statuses."""

import pytest
from pytest_django import DjangoAssertNumQueries

from enrollment.eligibility import selectors as eligibility_selectors
from enrollment.problems import EnrollmentRefused
from enrollment.screening import selectors as screening_selectors
from enrollment.screening import services as screening
from enrollment.vocabulary import ParticipantStatus
from record.accounts.models import User
from record.audit.models import Entry
from record.capture.problems import SaveRefused
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebook_of
from record.casebook.values import MissingCode
from record.review.models import Query
from tests.enrollment import factories
from tests.enrollment.factories import WHY, form_keys
from tests.enrollment.lines import screening_log
from trial_edc import clock


def test_approach_gives_the_next_number_and_opens_only_the_log(
    coordinator: User,
) -> None:
    first = factories.approached(coordinator)
    second = factories.approached(coordinator)

    assert (first.number, second.number) == ("S-001R", "S-002W")
    assert form_keys(second) == [("SCN", "", 1)]


def test_approach_is_attributed_to_the_person(coordinator: User) -> None:
    person = factories.approached(coordinator)

    entries = Entry.objects.filter(participant_id=person.pk)
    assert {entry.actor for entry in entries} == {"liwei"}
    assert {entry.table_name for entry in entries} == {
        "casebook_participant",
        "casebook_forminstance",
        "enrollment_screeninglog",
    }


def test_approach_without_consent_closes_the_screening(coordinator: User) -> None:
    person = factories.approached(
        coordinator, approach_result="incapable_no_representative"
    )

    form = factories.data(person, "SCN")
    assert form.status == "complete"
    assert screening_selectors.status_of(person) == ParticipantStatus.SCREEN_FAILED
    assert casebook_of(person).value("SCN", "screen_failure_reason") == "other"


def test_closing_freezes_what_failed_and_keeps_it(
    coordinator: User, consented: Participant
) -> None:
    born = {"birth_date": "1950-01-01", "sex": "M"}
    demographics = factories.data(consented, "DEM")
    save(
        demographics,
        born,
        by=coordinator,
        complete=True,
        explanations=dict.fromkeys(("DEM-02", "DEM-04"), "As on the card."),
    )

    screening.close_screening(
        consented, reason="criteria_failed", closed_at=clock.now(), by=coordinator
    )
    save(
        demographics,
        {"birth_date": "1970-01-01"},
        by=coordinator,
        reasons={"birth_date": WHY},
    )

    frozen = casebook_of(consented).value("SCN", "failed_criteria")
    assert str(frozen).split("; ")[:2] == ["I1:unknown", "I2:not_met"]
    assert factories.data(consented, "SCN").status == "complete"
    entry = Entry.objects.filter(actor="process:screening").last()
    assert entry is not None
    assert list(entry.changes) == ["failed_criteria"]


def test_nobody_writes_what_the_system_freezes(
    coordinator: User, consented: Participant
) -> None:
    screening.close_screening(
        consented, reason="time_expired", closed_at=clock.now(), by=coordinator
    )
    line = factories.data(consented, "SCN")

    with pytest.raises(SaveRefused) as refusal:
        save(
            line,
            {"failed_criteria": "none"},
            by=coordinator,
            reasons={"failed_criteria": WHY},
        )

    assert [finding.check_id for finding in refusal.value.findings] == ["SCN-08"]


@pytest.mark.parametrize(
    ("reason", "check"), [("criteria_failed", "SCN-06"), ("not_evaluable", None)]
)
def test_closing_reason_must_fit_the_verdict(
    coordinator: User, consented: Participant, reason: str, check: str | None
) -> None:
    check_ids: list[str] = []
    try:
        screening.close_screening(
            consented, reason=reason, closed_at=clock.now(), by=coordinator
        )
    except SaveRefused as refusal:
        check_ids = [finding.check_id for finding in refusal.findings]

    assert check_ids == ([check] if check else [])


def test_a_closed_screening_is_not_closed_again(
    coordinator: User, approached: Participant
) -> None:
    now = clock.now()
    closing = {"reason": "time_expired", "closed_at": now, "approach_result": "other"}
    screening.close_screening(approached, by=coordinator, **closing)  # type: ignore[arg-type]

    with pytest.raises(EnrollmentRefused):
        screening.close_screening(approached, by=coordinator, **closing)  # type: ignore[arg-type]


def test_rescreening_is_refused_while_the_screening_is_open(
    coordinator: User, consented: Participant
) -> None:
    with pytest.raises(EnrollmentRefused) as refusal:
        screening.rescreen(consented, by=coordinator, approached_at=clock.now())

    assert refusal.value.reasons == ("The present screening is not closed yet.",)


def test_rescreening_keeps_the_person_and_asks_the_criteria_anew(
    coordinator: User, investigator: User, eligible: Participant
) -> None:
    screening.close_screening(
        eligible, reason="time_expired", closed_at=clock.now(), by=coordinator
    )

    screening.rescreen(eligible, by=coordinator, approached_at=clock.now())

    eligibility = eligibility_selectors.eligibility_of(eligible)
    assert eligibility.episode == 2
    assert ("ELG", "", 2) in form_keys(eligible)
    assert ("LAB", "SCR", 2) in form_keys(eligible)
    assert ("DEM", "", 2) not in form_keys(eligible)
    assert "E3:unknown" in eligibility.assessment.reasons
    assert screening_log(investigator)[0].number == f"{eligible.number}.1"
    line = casebook_of(eligible).one("SCN")
    assert line is not None
    assert line.get("rescreening_of") == factories.data(eligible, "SCN").pk


@pytest.mark.parametrize("people", [1, 3])
def test_statuses_read_in_as_many_selects_for_any_number(
    people: int,
    coordinator: User,
    investigator: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(people):
        person = factories.eligible(coordinator, investigator)
        factories.confirmed(person, investigator)

    with django_assert_num_queries(4):  # people, casebooks, confirmations, evidence
        statuses = screening_selectors.statuses_of(Participant.objects.all())

    assert set(statuses.values()) == {ParticipantStatus.ELIGIBLE}
    assert len(statuses) == people


@pytest.mark.verifies("ELG-VERDICT")
def test_every_criterion_that_failed_is_kept_at_closing(
    coordinator: User, investigator: User, eligible: Participant
) -> None:
    answers = factories.data(eligible, "ELG")
    against = {"e5": "Y", "e5_why": "Lymphoma.", "e19": "now", "lvef_pct": "30"}
    save(
        answers,
        against,
        by=investigator,
        reasons=dict.fromkeys(against, WHY),
        erase=True,
    )
    unsure = {"e6": MissingCode.UNKNOWN}
    save(answers, unsure, by=investigator, reasons=dict.fromkeys(unsure, WHY))

    screening.close_screening(
        eligible, reason="criteria_failed", closed_at=clock.now(), by=coordinator
    )

    assert casebook_of(eligible).value("SCN", "failed_criteria") == (
        "E5:present; E6:unknown; E11:present; E19:present"
    )


def test_a_corrected_registration_asks_about_the_demographics_or_no_more(
    coordinator: User, consented: Participant
) -> None:
    demographics, log = (factories.data(consented, code) for code in ("DEM", "SCN"))
    born = {"birth_date": "1970-03-15", "sex": "M"}
    save(demographics, born, by=coordinator, complete=True)
    why = dict.fromkeys(("age_years", "sex"), WHY)
    states = [query_states(demographics)]

    for age, sex in ((41, "F"), (57, "M")):
        values = {"age_years": age, "sex": sex}
        save(log, values, by=coordinator, reasons=why)
        states.append(query_states(demographics))

    places = {("birth_date", "DEM-04"), ("sex", "DEM-03")}
    assert states == [
        {},
        dict.fromkeys(places, "open"),
        dict.fromkeys(places, "closed"),
    ]


def query_states(form: FormInstance) -> dict[tuple[str, str], str]:
    return {query.place: query.state for query in Query.objects.filter(form=form)}
