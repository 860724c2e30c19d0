"""Conditions for randomization; all that fail are reported together."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from randomization.vocabulary import PAUSED, StudyStatus
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_

ELIGIBLE = "eligible"


@dataclass(frozen=True, slots=True)
class RandomizationState:
    """State of a participant at the moment of randomization."""

    study_status: str
    missing: tuple[str, ...]  # what the study itself still lacks, as go-live says it
    is_consented: bool
    is_screening_open: bool
    verdict: str
    reasons: tuple[str, ...]  # criterion and state, such as "E9:present"
    confirmed_at: datetime | None  # of the confirmation that still holds
    was_confirmed: bool  # ever, also where a deciding value changed since
    has_person_key: bool  # the person would be found again
    undecided: tuple[str, ...]  # numbers that may be the same person
    same: tuple[str, ...]  # numbers that are


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason why a participant cannot be randomized now."""

    code: str
    message: str
    detail: str = ""


@implements("RND-01")
def obstacles(
    state: RandomizationState, *, now: datetime, hours: int
) -> tuple[Obstacle, ...]:
    """Every reason against randomization now; none means ready.

    `hours`: how long the confirmation of eligibility holds (strictly older is stale).
    """
    return tuple(_obstacles(state, now, timedelta(hours=hours)))


def _obstacles(
    state: RandomizationState, now: datetime, limit: timedelta
) -> Iterator[Obstacle]:
    if state.study_status in PAUSED:
        message = N_("Randomization is paused until two persons reopen it.")
        yield Obstacle("study", message)
    elif state.study_status != StudyStatus.OPEN:
        yield Obstacle("study", N_("The study is not open for randomization."))
    for problem in state.missing:
        yield Obstacle("go_live", problem)
    if not state.is_consented:
        yield Obstacle("consent", N_("No valid consent is on record."))
    yield from _doubts(state)
    if not state.is_screening_open:
        yield Obstacle("screening", N_("The screening is closed."))
    if state.verdict != ELIGIBLE:
        yield Obstacle("verdict", N_("The participant is not eligible."))
        for reason in state.reasons:
            yield Obstacle("criterion", N_("Criterion not satisfied"), reason)
    if state.confirmed_at is None:
        yield Obstacle("confirmation", _missing_confirmation(state))
    elif now - state.confirmed_at > limit:
        message = N_("The confirmation of eligibility is too old; confirm it again.")
        yield Obstacle("confirmation", message)


def _missing_confirmation(state: RandomizationState) -> str:
    if state.was_confirmed:
        return N_("A deciding value changed after the confirmation; confirm again.")
    return N_("No investigator has confirmed eligibility.")


def _doubts(state: RandomizationState) -> Iterator[Obstacle]:
    """One person has one number, so that nobody is randomized twice."""
    if not state.has_person_key:
        message = N_("No hospital number is on record; enter it as contact details.")
        yield Obstacle("person", message)
    for number in state.undecided:
        message = N_("An investigator has to decide whether this is the same person as")
        yield Obstacle("person", message, number)
    for number in state.same:
        message = N_("An investigator decided that this is the same person as")
        yield Obstacle("person", message, number)
