"""Where a person stands in the trial, derived from the binder; pure."""

from enrollment.consent.facts.decisions import consent_answer
from enrollment.eligibility.rules import CriterionAnswer
from enrollment.vocabulary import FAILURE_OF_RESULT, ParticipantStatus
from record.casebook.form_data import Casebook
from trial_edc.vocabulary import WithdrawalKind

# The forms that a status is read from.
CODES = ("SCN", "CNS", "RAN", "INF", "DTH", "WDR", "EOS")

BY_END = {
    "completed": ParticipantStatus.COMPLETED,
    "died": ParticipantStatus.DIED,
    "withdrew": ParticipantStatus.WITHDRAWN,
    "lost": ParticipantStatus.LOST,
}
FROM_VISITS = (WithdrawalKind.VISITS_LOOKUP_ALLOWED, WithdrawalKind.EVERYTHING)


def status_of(binder: Casebook, *, is_confirmed: bool) -> ParticipantStatus:
    """Return the status, the latest that applies.

    `is_confirmed`: an investigator confirmed the present screening, and it holds.
    """
    end = binder.value("EOS", "reason")
    infused = any(row.get("started_at") for row in binder.rows("INF"))
    reached = (
        (BY_END.get(end, ParticipantStatus.COMPLETED), end in BY_END),
        (ParticipantStatus.DIED, has_died(binder)),
        (ParticipantStatus.WITHDRAWN, has_withdrawn(binder)),
        (ParticipantStatus.INFUSED, infused),
        (ParticipantStatus.RANDOMISED, binder.one("RAN") is not None),
        (ParticipantStatus.SCREEN_FAILED, is_screening_closed(binder)),
        (ParticipantStatus.ELIGIBLE, is_confirmed),
        (ParticipantStatus.CONSENTED, consent_answer(binder) == CriterionAnswer.YES),
    )
    return next((s for s, holds in reached if holds), ParticipantStatus.APPROACHED)


def has_died(binder: Casebook) -> bool:
    """Tell whether a death is on record."""
    return binder.value("DTH", "death_on") is not None


def has_withdrawn(binder: Casebook) -> bool:
    """Tell whether the person has withdrawn from more than the infusion."""
    return any(row.get("kind") in FROM_VISITS for row in binder.rows("WDR"))


def is_screening_over(binder: Casebook) -> bool:
    """Tell whether nobody may be randomised on the present screening any more."""
    return is_screening_closed(binder) or has_died(binder) or has_withdrawn(binder)


def is_screening_closed(binder: Casebook) -> bool:
    """Tell whether the present screening was closed, or ended with its approach."""
    screening = binder.one("SCN")
    if screening is None:
        return False
    ended = screening.get("approach_result") in FAILURE_OF_RESULT
    return ended or screening.get("screening_closed_at") is not None
