"""The decisions of a participant that stand; pure."""

from datetime import date, datetime

from enrollment.eligibility.rules import (
    CriterionAnswer,
)
from enrollment.vocabulary import ConsentDecision, ConsentKind
from record.casebook.form_data import Casebook, FormData
from trial_edc.dates import site_date


def initial_consent(casebook: Casebook) -> FormData | None:
    """Latest decision about taking part at all."""
    decisions = [
        s for s in casebook.rows("CNS") if s.get("kind") == ConsentKind.INITIAL
    ]
    return decisions[-1] if decisions else None


def latest_decision(casebook: Casebook) -> FormData | None:
    """Latest decision about taking part or going on."""
    rows = [s for s in casebook.rows("CNS") if s.get("kind") != ConsentKind.CONTACT]
    return max(
        (s for s in rows if s.get("decision") and s.get("decided_at")),
        key=lambda s: (s.get("decided_at"), s.occurrence),
        default=None,
    )


def consented_at(casebook: Casebook) -> datetime | None:
    data = initial_consent(casebook)
    if data is None or data.get("decision") != ConsentDecision.GIVEN:
        return None
    decided_at: datetime | None = data.get("decided_at")
    return decided_at


def consent_on(casebook: Casebook) -> date | None:
    decided_at = consented_at(casebook)
    return site_date(decided_at) if decided_at else None


def first_consented_at(casebook: Casebook) -> datetime | None:
    """Instant at which the person first took part, in an earlier screening or this."""
    instants = (
        data.get("decided_at")
        for data in casebook.rows("CNS")
        if data.get("kind") == ConsentKind.INITIAL
        and data.get("decision") == ConsentDecision.GIVEN
    )
    return min((at for at in instants if at), default=None)


def consent_answer(casebook: Casebook) -> CriterionAnswer | None:
    """I3: a later refusal ends the consent."""
    decision = latest_decision(casebook)
    if decision is None or initial_consent(casebook) is None:
        return None
    return (
        CriterionAnswer.YES
        if decision.get("decision") == ConsentDecision.GIVEN
        else CriterionAnswer.NO
    )
