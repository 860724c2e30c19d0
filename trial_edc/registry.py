"""What the registry record says, word for word: title, arms, endpoints, criteria."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class CriterionKind(StrEnum):
    """What a criterion does to a candidate."""

    INCLUSION = "inclusion"
    EXCLUSION = "exclusion"


class EndpointKind(StrEnum):
    """Rank of an endpoint."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


@dataclass(frozen=True, slots=True)
class Registry:
    """What the registry record says about the trial as a whole."""

    id: str
    other_id: str
    brief_title: str
    official_title: str
    sponsor: str
    principal_investigator: str
    site: str
    city: str
    country: str
    conditions: tuple[str, ...]
    study_type: str
    phase: str
    allocation: str
    intervention_model: str
    masking: str
    primary_purpose: str
    recruitment_status: str
    enrolment: int
    first_posted: date
    last_update_posted: date
    start: date
    primary_completion: date
    completion: date
    sexes: str
    accepts_healthy_volunteers: bool
    plan_to_share_ipd: bool
    ipd_time_frame: str


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm in the record's words."""

    code: str
    kind: str
    name: str
    intervention: str
    description: str
    planned: int


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One outcome measure in the record's words."""

    id: str
    kind: EndpointKind
    title: str
    time_frame: str
    description: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """One eligibility criterion in the record's words."""

    id: str
    kind: CriterionKind
    text: str
