"""Consent given, refused, and taken by somebody without delegation."""

from datetime import timedelta

import pytest

from enrollment.screening import selectors as screening_selectors
from enrollment.vocabulary import ParticipantStatus
from record.accounts.models import User
from record.accounts.services.accounts import change_details
from record.capture.problems import SaveRefused
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebook_of
from tests.enrollment import factories
from tests.enrollment.factories import form_keys
from tests.people import STAGE
from trial_edc import clock


def test_consent_opens_the_screening_forms(
    coordinator: User, approached: Participant
) -> None:
    factories.consent(approached, coordinator)

    assert form_keys(approached) == [
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
    assert form_keys(approached) == [("CNS", "", 1), ("SCN", "", 1)]


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
    assert form_keys(approached) == [("CNS", "", 1), ("SCN", "", 1)]
