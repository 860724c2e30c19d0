"""What screening says as somebody is randomised: obstacles, and values to freeze."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from enrollment.eligibility.selectors import Eligibility
from enrollment.screening.facts.participant_status import is_screening_over
from randomization.allocation.rules.readiness import (
    Obstacle,
    RandomizationState,
    obstacles,
)
from randomization.models import (
    Allocation,
)
from randomization.study.selectors import study_status
from record.casebook.models import Participant
from trial_edc.protocol import PROTOCOL


@dataclass(frozen=True)
class Frozen:
    """The screening values as they stand when the slot is taken."""

    digest: str
    baseline_source: str
    baseline_umol_l: Decimal | None
    baseline_sample: int | None


def readiness(found: Eligibility, now: datetime) -> tuple[Obstacle, ...]:
    """Return every reason against randomising now; none means ready."""
    given = found.confirmation
    standing = RandomizationState(
        study_status=study_status(),
        is_consented=found.is_consented,
        is_screening_open=not is_screening_over(found.casebook),
        verdict=found.assessment.verdict,
        reasons=found.assessment.reasons,
        confirmed_at=given.at if given and found.confirmation_stands else None,
        was_confirmed=given is not None,
    )
    hours = PROTOCOL.freshness.reconfirmation_hours
    return obstacles(standing, now=now, hours=hours)


def frozen(found: Eligibility) -> Frozen:
    baseline = found.assessment.baseline
    sample = baseline.sample
    return Frozen(
        digest=found.deciding_items.digest,
        baseline_source=baseline.source,
        baseline_umol_l=baseline.umol_l,
        baseline_sample=int(sample.id) if sample else None,
    )


def allocation_of(participant: Participant) -> Allocation | None:
    held = Allocation.objects.select_related("randomised_by")
    return held.filter(participant=participant).first()
