"""Confirming eligibility: who may, what it binds, and what makes it void."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from enrollment.eligibility import selectors as eligibility_selectors
from enrollment.eligibility.services import confirmation
from enrollment.models import EligibilityConfirmation
from enrollment.problems import EnrollmentRefused
from enrollment.screening import selectors as screening_selectors
from enrollment.vocabulary import ParticipantStatus
from record.accounts.models import User
from record.accounts.proofs import IdentityNotConfirmed, ReAuthenticated
from record.audit.attribution import Source
from record.audit.models import Entry
from record.capture.services.form_status import return_to_draft
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from record.casebook.services import form_instances
from tests.enrollment import factories
from tests.enrollment.factories import WHY
from trial_edc import clock


@pytest.mark.verifies("ELG-CONFIRM", "SIG-03")
def test_confirmation_binds_the_deciding_items(
    investigator: User, eligible: Participant
) -> None:
    current = factories.confirmed(eligible, investigator)

    eligibility = eligibility_selectors.eligibility_of(eligible)
    assert eligibility.confirmation == current
    assert eligibility.is_confirmed_at(clock.now())
    assert current.verdict == "eligible"
    assert len(current.states) == 24
    assert current.settings_version == "1.0"
    assert screening_selectors.status_of(eligible) == ParticipantStatus.ELIGIBLE
    acts = Entry.objects.filter(act="eligibility_confirmed")
    assert [(entry.actor, entry.participant_id) for entry in acts] == [
        ("zhao", eligible.pk)
    ]


@pytest.mark.verifies("ELG-CONFIRM")
def test_confirmation_holds_24_hours(investigator: User, eligible: Participant) -> None:
    current = factories.confirmed(eligible, investigator)

    eligibility = eligibility_selectors.eligibility_of(eligible)

    assert eligibility.is_confirmed_at(current.at + timedelta(hours=24))
    assert not eligibility.is_confirmed_at(current.at + timedelta(hours=24, seconds=1))


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


@pytest.mark.verifies("ELG-CONFIRM", "SIG-04")
def test_a_deciding_form_returned_to_draft_withdraws_the_confirmation(
    coordinator: User, investigator: User, eligible: Participant
) -> None:
    factories.confirmed(eligible, investigator)
    form = factories.data(eligible, "ELG")

    return_to_draft(form, by=coordinator, reason=WHY, via=Source.PAGE)
    save(form, {}, by=investigator, complete=True)

    assert not eligibility_selectors.eligibility_of(eligible).confirmation_stands
    assert screening_selectors.status_of(eligible) == ParticipantStatus.CONSENTED


def test_another_form_returned_to_draft_leaves_the_confirmation(
    coordinator: User, investigator: User, eligible: Participant
) -> None:
    factories.confirmed(eligible, investigator)
    factories.creatinine(eligible, coordinator, "210", factories.ago(hours=1))
    row = FormInstance.objects.filter(code="CRE").latest("pk")

    assert return_to_draft(row, by=coordinator, reason=WHY, via=Source.PAGE)

    assert eligibility_selectors.eligibility_of(eligible).confirmation_stands


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
        confirmation.confirm_eligibility(
            eligible, shown_digest="", proof=mine, by=coordinator
        )
    for proof in (mine, stale):
        with pytest.raises(IdentityNotConfirmed):
            confirmation.confirm_eligibility(
                eligible, shown_digest="", proof=proof, by=investigator
            )


def test_coordinator_may_not_judge(coordinator: User, consented: Participant) -> None:
    with pytest.raises(PermissionDenied):
        save(factories.data(consented, "ELG"), {"e5": "N"}, by=coordinator)


def both_ways(person: Participant) -> tuple[ParticipantStatus, ParticipantStatus]:
    """On the lists, and on the eligibility page."""
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
