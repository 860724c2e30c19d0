"""Approach, consent, re-screening, closing and confirming, through the services."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from pytest_django import DjangoAssertNumQueries

from enrollment.eligibility import selectors as eligibility_selectors
from enrollment.eligibility.services import confirmation
from enrollment.models import EligibilityConfirmation, PersonKey
from enrollment.problems import AlreadyApproached, EnrollmentRefused
from enrollment.screening import selectors as screening_selectors
from enrollment.screening import services as screening
from enrollment.screening.page import screening_log
from enrollment.vocabulary import ParticipantStatus
from record.accounts.models import User
from record.accounts.proofs import IdentityNotConfirmed, ReAuthenticated
from record.accounts.services.accounts import change_details
from record.audit.attribution import Reason, Source
from record.audit.models import Entry
from record.capture.problems import SaveRefused
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebook_of
from record.casebook.services import form_instances
from record.casebook.values import MissingCode
from tests.enrollment import factories
from tests.people import STAGE
from trial_edc import clock

WHY = Reason("wrong", "Typed wrong.")


def codes(participant: Participant) -> list[tuple[str, str, int]]:
    forms = FormInstance.objects.filter(participant=participant)
    return sorted(forms.values_list("code", "visit", "occurrence"))


def test_approach_gives_the_next_number_and_opens_only_the_log(
    coordinator: User,
) -> None:
    first = factories.approached(coordinator)
    second = factories.approached(coordinator)

    assert (first.number, second.number) == ("S-001R", "S-002W")
    assert codes(second) == [("SCN", "", 1)]


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


def test_consent_opens_the_screening_forms(
    coordinator: User, approached: Participant
) -> None:
    factories.consent(approached, coordinator)

    assert codes(approached) == [
        ("CNS", "", 1),
        ("CTC", "", 1),
        ("DEM", "", 1),
        ("ELG", "", 1),
        ("LAB", "SCR", 1),
        ("MHX", "", 1),
        ("SCN", "", 1),
        ("VIS", "SCR", 1),
        ("VIT", "SCR", 1),
    ]
    assert casebook_of(approached).value("SCN", "approach_result") == "consented"
    assert screening_selectors.status_of(approached) == ParticipantStatus.CONSENTED


def test_refused_consent_ends_the_screening(
    coordinator: User, approached: Participant
) -> None:
    factories.consent(approached, coordinator, decision="refused")

    line = casebook_of(approached).one("SCN")
    assert line is not None
    assert line.get("screen_failure_reason") == "consent_refused"
    assert codes(approached) == [("CNS", "", 1), ("SCN", "", 1)]


def test_refusal_when_capacity_returns_opens_a_withdrawal_once(
    coordinator: User, consented: Participant
) -> None:
    for hours in (2, 1):
        factories.consent(
            consented,
            coordinator,
            kind="capacity_regained",
            decision="refused",
            decided_at=factories.ago(hours=hours),
        )

    opened = FormInstance.objects.filter(participant=consented, code="WDR")
    assert opened.count() == 1
    assert not casebook_of(consented).fact("is_consented")


def test_consent_by_somebody_without_delegation_is_refused(
    coordinator: User, approached: Participant
) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    newcomer = factories.account("wang", "CO")
    begins = {"delegated_from": tomorrow}
    change_details(user=newcomer, by=STAGE, details=begins)

    with pytest.raises(SaveRefused) as refusal:
        factories.consent(approached, coordinator, obtained_by=newcomer.pk)

    assert [finding.check_id for finding in refusal.value.findings] == ["CNS-05"]
    assert codes(approached) == [("CNS", "", 1), ("SCN", "", 1)]


def contact(person: Participant, by: User, hospital_no: str) -> None:
    values = {
        "name": "王小明",
        "hospital_no": hospital_no,
        "phones": [{"number": "138 0000 1234", "owner": "participant", "works": "Y"}],
    }
    save(factories.data(person, "CTC"), values, by=by, complete=True)


def test_the_hospital_number_finds_the_same_person(coordinator: User) -> None:
    person = factories.consented(coordinator)
    contact(person, coordinator, "zy 12345")

    with pytest.raises(AlreadyApproached) as refusal:
        factories.approached(coordinator, hospital_no="ZY12345")

    assert refusal.value.participant == person
    assert Participant.objects.count() == 1


def test_one_hospital_number_belongs_to_one_person(coordinator: User) -> None:
    first = factories.consented(coordinator)
    second = factories.consented(coordinator)
    contact(first, coordinator, "ZY12345")

    with pytest.raises(SaveRefused) as refusal:
        contact(second, coordinator, "ZY12345")

    assert [finding.check_id for finding in refusal.value.findings] == ["CTC-03"]


def test_contact_details_stand_nowhere_in_clear(coordinator: User) -> None:
    person = factories.consented(coordinator)
    contact(person, coordinator, "ZY12345")

    audit_text = "".join(f"{e.changes}{e.reasons}" for e in Entry.objects.all())
    key = PersonKey.objects.get()
    assert "王小明" not in audit_text
    assert "12345" not in audit_text + key.digest
    entries = Entry.objects.filter(table_name="enrollment_personkey")
    assert [entry.confidentiality for entry in entries] == ["identity"]


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
        explanations={"DEM-02": "As on the card."},
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
    assert ("ELG", "", 2) in codes(eligible)
    assert ("LAB", "SCR", 2) in codes(eligible)
    assert ("DEM", "", 2) not in codes(eligible)
    assert "E3:unknown" in eligibility.assessment.reasons
    assert screening_log(investigator)[0].number == f"{eligible.number}.1"
    line = casebook_of(eligible).one("SCN")
    assert line is not None
    assert line.get("rescreening_of") == factories.data(eligible, "SCN").pk


@pytest.mark.verifies("ELG-CONFIRM", "SIG-03")
def test_confirmation_binds_the_deciding_items(
    investigator: User, eligible: Participant
) -> None:
    given = factories.confirmed(eligible, investigator)

    eligibility = eligibility_selectors.eligibility_of(eligible)
    assert eligibility.confirmation == given
    assert eligibility.is_confirmed_at(clock.now())
    assert given.verdict == "eligible"
    assert len(given.states) == 24
    assert given.settings_version == "1.0"
    assert screening_selectors.status_of(eligible) == ParticipantStatus.ELIGIBLE
    acts = Entry.objects.filter(act="eligibility_confirmed")
    assert [(entry.actor, entry.participant_id) for entry in acts] == [
        ("zhao", eligible.pk)
    ]


@pytest.mark.verifies("ELG-CONFIRM")
def test_confirmation_holds_24_hours(investigator: User, eligible: Participant) -> None:
    given = factories.confirmed(eligible, investigator)

    eligibility = eligibility_selectors.eligibility_of(eligible)

    assert eligibility.is_confirmed_at(given.at + timedelta(hours=24))
    assert not eligibility.is_confirmed_at(given.at + timedelta(hours=24, seconds=1))


@pytest.mark.verifies("ELG-CONFIRM")
def test_a_row_that_decides_nothing_leaves_the_confirmation(
    coordinator: User, investigator: User, eligible: Participant
) -> None:
    factories.confirmed(eligible, investigator)

    factories.creatinine(eligible, coordinator, "210", factories.ago(hours=1))

    assert eligibility_selectors.eligibility_of(eligible).confirmation_stands


@pytest.mark.verifies("ELG-CONFIRM")
def test_a_row_that_moves_the_baseline_voids_the_confirmation(
    coordinator: User, investigator: User, eligible: Participant
) -> None:
    factories.confirmed(eligible, investigator)

    factories.creatinine(eligible, coordinator, "70", factories.ago(days=20))

    assert not eligibility_selectors.eligibility_of(eligible).confirmation_stands


@pytest.mark.verifies("ELG-CONFIRM", "SIG-03")
def test_a_value_changed_and_changed_back_does_not_revive_the_confirmation(
    coordinator: User, investigator: User, eligible: Participant
) -> None:
    factories.confirmed(eligible, investigator)
    form = factories.data(eligible, "ELG")

    for lvef in ("55", "60"):
        save(form, {"lvef_pct": lvef}, by=coordinator, reasons={"lvef_pct": WHY})

    eligibility = eligibility_selectors.eligibility_of(eligible)
    assert eligibility.is_eligible
    assert not eligibility.confirmation_stands
    assert screening_selectors.status_of(eligible) == ParticipantStatus.CONSENTED


def test_a_deciding_row_struck_out_voids_the_confirmation(
    coordinator: User, investigator: User, eligible: Participant
) -> None:
    factories.confirmed(eligible, investigator)
    form = factories.data(eligible, "CRE", occurrence=3)

    form_instances.strike(form, by=coordinator, reason=WHY, via=Source.PAGE)

    assert not eligibility_selectors.eligibility_of(eligible).confirmation_stands
    assert screening_selectors.status_of(eligible) == ParticipantStatus.CONSENTED


def test_confirmation_tells_every_reason_against(
    coordinator: User, investigator: User, consented: Participant
) -> None:
    save(factories.data(consented, "DEM"), {"sex": "M"}, by=coordinator)

    with pytest.raises(EnrollmentRefused) as refusal:
        factories.confirmed(consented, investigator)

    not_eligible, drafts = refusal.value.reasons
    assert not_eligible.startswith("Not yet decided: I1, I2, I4, E1")
    assert drafts == "Not complete yet: DEM."
    assert not EligibilityConfirmation.objects.exists()


def test_only_an_investigator_with_a_fresh_proof_of_their_own_confirms(
    coordinator: User, investigator: User, eligible: Participant
) -> None:
    mine = ReAuthenticated(coordinator.pk, clock.now())
    stale = ReAuthenticated(investigator.pk, clock.now() - timedelta(minutes=6))

    with pytest.raises(PermissionDenied):
        confirmation.confirm_eligibility(eligible, proof=mine, by=coordinator)
    for proof in (mine, stale):
        with pytest.raises(IdentityNotConfirmed):
            confirmation.confirm_eligibility(eligible, proof=proof, by=investigator)


def test_coordinator_may_not_judge(coordinator: User, consented: Participant) -> None:
    with pytest.raises(PermissionDenied):
        save(factories.data(consented, "ELG"), {"e5": "N"}, by=coordinator)


def both_ways(person: Participant) -> tuple[ParticipantStatus, ParticipantStatus]:
    """Return the status that lists show, and the one of the eligibility page."""
    return screening_selectors.status_of(person), eligibility_selectors.eligibility_of(
        person
    ).status


@pytest.mark.verifies("ELG-CONFIRM")
def test_lists_and_eligibility_page_agree_whatever_comes_to_decide(
    coordinator: User, investigator: User, eligible: Participant
) -> None:
    consented_status, eligible_status = (
        ParticipantStatus.CONSENTED,
        ParticipantStatus.ELIGIBLE,
    )
    seen = []

    factories.confirmed(eligible, investigator)
    seen.append(both_ways(eligible))
    factories.creatinine(eligible, coordinator, "210", factories.ago(hours=1))
    seen.append(both_ways(eligible))
    lower = factories.creatinine(eligible, coordinator, "70", factories.ago(days=20))
    seen.append(both_ways(eligible))
    factories.confirmed(eligible, investigator)
    seen.append(both_ways(eligible))
    form_instances.strike(lower, by=coordinator, reason=WHY, via=Source.PAGE)
    seen.append(both_ways(eligible))
    factories.confirmed(eligible, investigator)
    seen.append(both_ways(eligible))

    expected = [
        eligible_status,
        eligible_status,
        consented_status,
        eligible_status,
        consented_status,
        eligible_status,
    ]
    assert seen == [(status, status) for status in expected]


@pytest.mark.verifies("ELG-CONFIRM")
def test_a_drug_that_comes_to_decide_voids_the_confirmation_in_lists_too(
    coordinator: User, investigator: User, eligible: Participant
) -> None:
    nothing = factories.data(eligible, "IST")
    factories.confirmed(eligible, investigator)

    form_instances.strike(nothing, by=coordinator, reason=WHY, via=Source.PAGE)

    status = ParticipantStatus.CONSENTED
    assert both_ways(eligible) == (status, status)
    episode = eligibility_selectors.eligibility_of(eligible).episode
    assert eligibility_selectors.confirmations_of(eligible, episode, status) == {
        1: False
    }


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
