"""The decisions of a participant that stand; pure."""

from datetime import date

from enrollment.eligibility.rules import (
    Answer,
)
from enrollment.vocabulary import ConsentKind, Decision
from record.casebook.sheets import Binder, Sheet
from trial_edc.dates import site_date


def initial_consent(binder: Binder) -> Sheet | None:
    """Return the last decision about taking part at all."""
    asked = [s for s in binder.rows("CNS") if s.get("kind") == ConsentKind.INITIAL]
    return asked[-1] if asked else None


def standing_decision(binder: Binder) -> Sheet | None:
    """Return the last decision about taking part or going on."""
    decided = [s for s in binder.rows("CNS") if s.get("kind") != ConsentKind.CONTACT]
    return max(
        (s for s in decided if s.get("decision") and s.get("decided_at")),
        key=lambda s: (s.get("decided_at"), s.occurrence),
        default=None,
    )


def consent_on(binder: Binder) -> date | None:
    """Return the date of the initial consent, by whoever signed it."""
    sheet = initial_consent(binder)
    if sheet is None or sheet.get("decision") != Decision.GIVEN:
        return None
    decided_at = sheet.get("decided_at")
    return site_date(decided_at) if decided_at else None


def consent_answer(binder: Binder) -> Answer | None:
    """Answer I3: the consent that stands; a refusal later on ends it."""
    decision = standing_decision(binder)
    if decision is None or initial_consent(binder) is None:
        return None
    return Answer.YES if decision.get("decision") == Decision.GIVEN else Answer.NO
