"""Where a person stands in the trial, derived from the casebook; pure."""

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


def status_of(casebook: Casebook, *, is_confirmed: bool) -> ParticipantStatus:
    """The latest status that applies.

    `is_confirmed`: an investigator confirmed the present screening, and it holds.
    """
    end = casebook.value("EOS", "reason")
    infused = any(row.get("started_at") for row in casebook.rows("INF"))
    reached = (
        (BY_END.get(end, ParticipantStatus.COMPLETED), end in BY_END),
        (ParticipantStatus.DIED, has_died(casebook)),
        (ParticipantStatus.WITHDRAWN, has_withdrawn(casebook)),
        (ParticipantStatus.INFUSED, infused),
        (ParticipantStatus.RANDOMIZED, casebook.one("RAN") is not None),
        (ParticipantStatus.SCREEN_FAILED, is_screening_closed(casebook)),
        (ParticipantStatus.ELIGIBLE, is_confirmed),
        (ParticipantStatus.CONSENTED, consent_answer(casebook) == CriterionAnswer.YES),
    )
    return next((s for s, holds in reached if holds), ParticipantStatus.APPROACHED)


def has_died(casebook: Casebook) -> bool:
    return casebook.value("DTH", "death_on") is not None


def has_withdrawn(casebook: Casebook) -> bool:
    """Withdrawn from more than the infusion."""
    return any(row.get("kind") in FROM_VISITS for row in casebook.rows("WDR"))


def is_screening_over(casebook: Casebook) -> bool:
    return (
        is_screening_closed(casebook) or has_died(casebook) or has_withdrawn(casebook)
    )


def is_screening_closed(casebook: Casebook) -> bool:
    screening = casebook.one("SCN")
    if screening is None:
        return False
    ended = screening.get("approach_result") in FAILURE_OF_RESULT
    return ended or screening.get("screening_closed_at") is not None
