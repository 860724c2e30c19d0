"""Reads for a randomization: obstacles, and the values to freeze."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from enrollment.eligibility.selectors import Eligibility
from enrollment.identity.selectors import doubts_about, has_person_key
from enrollment.screening.facts.participant_status import is_screening_over
from randomization.allocation.rules.readiness import (
    Obstacle,
    RandomizationState,
    obstacles,
)
from randomization.go_live import selectors as go_live
from randomization.models import (
    Allocation,
)
from randomization.study.selectors import study_status
from randomization.vocabulary import StudyStatus
from record.casebook.models import Participant
from trial_edc.protocol import PROTOCOL


@dataclass(frozen=True)
class FrozenValues:
    """The screening values as they stand when the slot is taken."""

    digest: str
    baseline_source: str
    baseline_umol_l: Decimal | None
    baseline_sample: int | None


def readiness(eligibility: Eligibility, now: datetime) -> tuple[Obstacle, ...]:
    confirmation = eligibility.confirmation
    doubts = doubts_about(eligibility.participant)
    status = study_status()
    state = RandomizationState(
        study_status=status,
        missing=_missing(status),
        is_consented=eligibility.is_consented,
        is_screening_open=not is_screening_over(eligibility.casebook),
        verdict=eligibility.assessment.verdict,
        reasons=eligibility.assessment.reasons,
        confirmed_at=confirmation.at
        if confirmation and eligibility.confirmation_stands
        else None,
        was_confirmed=confirmation is not None,
        has_person_key=has_person_key(eligibility.participant),
        undecided=tuple(doubts.undecided),
        same=tuple(doubts.same),
    )
    hours = PROTOCOL.freshness.reconfirmation_hours
    return obstacles(state, now=now, hours=hours)


def _missing(status: StudyStatus) -> tuple[str, ...]:
    """What was there when two persons opened the study; the plan is asked for anew."""
    if status == StudyStatus.SETUP:
        return tuple(go_live.missing())
    return tuple(filter(None, (go_live.plan_problem(),)))


def values_to_freeze(eligibility: Eligibility) -> FrozenValues:
    baseline = eligibility.assessment.baseline
    sample = baseline.sample
    return FrozenValues(
        digest=eligibility.deciding_items.digest,
        baseline_source=baseline.source,
        baseline_umol_l=baseline.umol_l,
        baseline_sample=int(sample.id) if sample else None,
    )


def allocation_of(participant: Participant) -> Allocation | None:
    allocations = Allocation.objects.select_related("randomised_by")
    return allocations.filter(participant=participant).first()
