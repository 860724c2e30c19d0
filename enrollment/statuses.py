"""Where a person stands in the trial, derived from the binder; pure."""

from casebook.sheets import Binder
from enrollment.evidence import consent_answer
from enrollment.rules import Answer
from enrollment.vocabulary import FAILURE_OF_RESULT, ParticipantStatus
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


def status_of(binder: Binder, *, is_confirmed: bool) -> ParticipantStatus:
    """Return the status, the latest that applies.

    `is_confirmed`: an investigator confirmed the present screening, and it holds.
    """
    end = binder.value("EOS", "reason")
    kinds = {row.get("kind") for row in binder.rows("WDR")}
    infused = any(row.get("started_at") for row in binder.rows("INF"))
    reached = (
        (BY_END.get(end, ParticipantStatus.COMPLETED), end in BY_END),
        (ParticipantStatus.DIED, binder.value("DTH", "death_on") is not None),
        (ParticipantStatus.WITHDRAWN, not kinds.isdisjoint(FROM_VISITS)),
        (ParticipantStatus.INFUSED, infused),
        (ParticipantStatus.RANDOMISED, binder.one("RAN") is not None),
        (ParticipantStatus.SCREEN_FAILED, is_screening_over(binder)),
        (ParticipantStatus.ELIGIBLE, is_confirmed),
        (ParticipantStatus.CONSENTED, consent_answer(binder) == Answer.YES),
    )
    return next((s for s, holds in reached if holds), ParticipantStatus.APPROACHED)


def is_screening_over(binder: Binder) -> bool:
    """Tell whether the present screening was closed, or ended with its approach."""
    screening = binder.one("SCN")
    if screening is None:
        return False
    ended = screening.get("approach_result") in FAILURE_OF_RESULT
    return ended or screening.get("screening_closed_at") is not None
