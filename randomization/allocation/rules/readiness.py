"""What must hold before a participant is randomised; all that fails is told at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from randomization.vocabulary import StudyStatus
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_

ELIGIBLE = "eligible"
PAUSED = (StudyStatus.PAUSED_RANDOMISATION, StudyStatus.PAUSED_INFUSION)


@dataclass(frozen=True, slots=True)
class RandomizationState:
    """What is known of a participant at the moment of randomisation."""

    study_status: str
    is_consented: bool
    is_screening_open: bool
    verdict: str
    reasons: tuple[str, ...]  # criterion and state, such as "E9:present"
    confirmed_at: datetime | None  # of the confirmation that still holds
    was_confirmed: bool  # ever, also where a deciding value changed since


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason why a participant cannot be randomised now."""

    code: str
    message: str
    detail: str = ""


@implements("RND-01")
def obstacles(
    standing: RandomizationState, *, now: datetime, hours: int
) -> tuple[Obstacle, ...]:
    """Return every reason against randomising; none means ready.

    `hours`: how long the confirmation of eligibility holds (strictly older is stale).
    """
    return tuple(_obstacles(standing, now, timedelta(hours=hours)))


def _obstacles(
    standing: RandomizationState, now: datetime, limit: timedelta
) -> Iterator[Obstacle]:
    if standing.study_status in PAUSED:
        message = N_("Randomization is paused until two persons reopen it.")
        yield Obstacle("study", message)
    elif standing.study_status != StudyStatus.OPEN:
        yield Obstacle("study", N_("The study is not open for randomization."))
    if not standing.is_consented:
        yield Obstacle("consent", N_("No valid consent is on record."))
    if not standing.is_screening_open:
        yield Obstacle("screening", N_("The screening is closed."))
    if standing.verdict != ELIGIBLE:
        yield Obstacle("verdict", N_("The participant is not eligible."))
        for reason in standing.reasons:
            yield Obstacle("criterion", N_("Criterion not satisfied"), reason)
    if standing.confirmed_at is None:
        yield Obstacle("confirmation", _unconfirmed(standing))
    elif now - standing.confirmed_at > limit:
        message = N_("The confirmation of eligibility is too old; confirm it again.")
        yield Obstacle("confirmation", message)


def _unconfirmed(standing: RandomizationState) -> str:
    if standing.was_confirmed:
        return N_("A deciding value changed after the confirmation; confirm again.")
    return N_("No investigator has confirmed eligibility.")
