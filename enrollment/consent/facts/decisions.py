"""The decisions of a participant, and which of them stand; pure.

A row counts from the moment that it names a decision and its time: a row begun or left
empty decides nothing.
"""

from collections.abc import Sequence
from datetime import date, datetime

from enrollment.eligibility.rules import (
    CriterionAnswer,
)
from enrollment.vocabulary import ConsentDecision, ConsentKind
from record.casebook.form_data import Casebook, FormData
from trial_edc.dates import site_date


def decisions(casebook: Casebook) -> Sequence[FormData]:
    """In the order of their times."""
    rows = (
        row
        for row in casebook.rows("CNS")
        if row.get("kind") and row.get("decision") and row.get("decided_at")
    )
    return sorted(rows, key=lambda row: (row.get("decided_at"), row.occurrence))


def latest_decision(casebook: Casebook) -> FormData | None:
    """About taking part or going on."""
    rows = [r for r in decisions(casebook) if r.get("kind") != ConsentKind.CONTACT]
    return rows[-1] if rows else None


def latest_contact_decision(casebook: Casebook) -> FormData | None:
    """About messages."""
    rows = [r for r in decisions(casebook) if r.get("kind") == ConsentKind.CONTACT]
    return rows[-1] if rows else None


def initial_consents(casebook: Casebook) -> Sequence[FormData]:
    """One for each screening; a later screening may rest on an earlier consent."""
    return [
        row
        for row in decisions(casebook)
        if row.get("kind") == ConsentKind.INITIAL
        and row.get("decision") == ConsentDecision.GIVEN
    ]


def initial_consent(casebook: Casebook) -> FormData | None:
    """The one on which the present screening rests; ages count from it."""
    consents = initial_consents(casebook)
    return consents[-1] if consents else None


def consented_at(casebook: Casebook) -> datetime | None:
    data = initial_consent(casebook)
    return data.get("decided_at") if data else None


def consent_on(casebook: Casebook) -> date | None:
    decided_at = consented_at(casebook)
    return site_date(decided_at) if decided_at else None


def first_consented_at(casebook: Casebook) -> datetime | None:
    """Since when the person takes part, in an earlier screening or this."""
    consents = initial_consents(casebook)
    return consents[0].get("decided_at") if consents else None


def consent_answer(casebook: Casebook) -> CriterionAnswer | None:
    """I3: a later refusal ends the consent."""
    decision = latest_decision(casebook)
    if decision is None:
        return None
    if decision.get("decision") != ConsentDecision.GIVEN:
        return CriterionAnswer.NO
    return CriterionAnswer.YES if initial_consent(casebook) else None
