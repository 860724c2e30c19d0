"""The trial as typed, frozen, validated objects: `PROTOCOL`, read from protocol.toml.

Sections, keys and reasons are those of the file. No logic lives here; a value that
makes no sense is refused when the program starts, with a message that names its key.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from trial_edc.protocol.messages import ReminderSettings, StaffMail
from trial_edc.registry import Arm, Criterion, Endpoint, Registry
from trial_edc.requirements import implements
from trial_edc.typed_toml import read, require, require_unique
from trial_edc.vocabulary import VerificationTier, VisitCode

HOURS_A_DAY, DAYS_A_WEEK, ALL_PCT = 24, 7, 100
FILE = Path(__file__).parent.with_name("protocol.toml")


class EgfrEquation(StrEnum):
    """Equations that estimate the glomerular filtration rate from creatinine."""

    CKD_EPI_2021 = "ckdepi2021"
    CKD_EPI_2009 = "ckdepi2009"


class Month3Rule(StrEnum):
    """How "month 3" is counted; one setting drives every use of it."""

    CALENDAR = "calendar"
    DAYS_90 = "days90"


class Anchor(StrEnum):
    """Which end of an infusion a time point counts from."""

    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True)
class EligibilitySettings:
    """Thresholds of the eligibility rules; units are in the names."""

    i1_fold: Decimal
    i1_pair_hours: int
    i1_allow_attested_onset: bool
    i1_urine_ml_kg_h: Decimal
    i1_urine_hours: int
    minimum_age_years: int
    maximum_age_years: int
    e9_applies_below_years: int
    e9_egfr: Decimal
    egfr_equation: EgfrEquation
    e11_lvef_pct: Decimal
    e13_more_than_organs: int
    e13_organs: tuple[str, ...]
    e17_stable_months: int
    e17_prednisone_mg_day: Decimal
    e17_window_days: int
    e17_chronic_days: int
    e17_systemic_routes: tuple[str, ...]
    e17_local_routes: tuple[str, ...]
    e18_platelets_10e9_l: Decimal
    baseline_days: int
    baseline_fallback_days: int
    baseline_impute_for_outcomes: bool
    imputed_egfr: Decimal
    mdrd_constant: Decimal
    kdigo_anuria_ml: Decimal
    steroid_equivalents_mg: dict[str, Decimal]

    def __post_init__(self) -> None:
        require(
            "maximum_age_years",
            that=0 < self.minimum_age_years <= self.maximum_age_years,
            problem="is below minimum_age_years",
        )
        require(
            "baseline_fallback_days",
            that=0 < self.baseline_days <= self.baseline_fallback_days,
            problem="is below baseline_days",
        )
        require("i1_fold", that=self.i1_fold > 1, problem="is not above 1")
        for drug, mg in self.steroid_equivalents_mg.items():
            require(
                f"steroid_equivalents_mg.{drug}", that=mg > 0, problem="is not above 0"
            )


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old evidence may be at randomization before the page warns."""

    hcg_days: int
    echo_days: int
    platelets_hours: int
    qualifying_sample_hours: int
    reconfirmation_hours: int
    rescreening_consent_days: int


@dataclass(frozen=True, slots=True)
class IdentitySettings:
    """When two participants are alike enough to ask whether they are one person."""

    question_days: int

    def __post_init__(self) -> None:
        require("question_days", that=self.question_days > 0, problem="is not above 0")


@dataclass(frozen=True, slots=True)
class VisitSlot:
    """One visit of the schedule; `target_day` None: no fixed day after day 0."""

    code: VisitCode
    before_days: int
    after_days: int
    lead_days: int
    grace_days: int
    target_day: int | None = None
    in_hospital_only: bool = False

    def __post_init__(self) -> None:
        for name in ("before_days", "after_days", "lead_days", "grace_days"):
            require(name, that=getattr(self, name) >= 0, problem="is below 0")


@dataclass(frozen=True, slots=True)
class ScheduleSettings:
    """Visits with their windows, and the rules round them."""

    month3_rule: Month3Rule
    month3_months: int
    month3_days: int
    day0_hours_after_randomization: int
    infusion_2_last_day: int
    lost_attempts: int
    lost_days: int
    visits: tuple[VisitSlot, ...]

    def __post_init__(self) -> None:
        require_unique("visits", [slot.code for slot in self.visits])

    def slot(self, code: VisitCode) -> VisitSlot:
        return next(slot for slot in self.visits if slot.code == code)


@dataclass(frozen=True, slots=True)
class InfusionPlan:
    """The planned infusion: the record leaves it open, two persons enter it."""

    planned_dose_e6_per_kg: Decimal
    planned_volume_ml: Decimal
    planned_rate_ml_min: Decimal
    premedication: str


@dataclass(frozen=True, slots=True)
class VitalSignTime:
    """When vital signs are due around an infusion."""

    code: str
    anchor: Anchor
    minute: int
    tolerance_min: int
    only_while_running: bool = False


@dataclass(frozen=True, slots=True)
class InfusionSettings:
    """Limits of the infusion record and of the plan that two persons enter."""

    dose_low_pct: Decimal
    dose_high_pct: Decimal
    viability_low_pct: Decimal
    thaw_to_start_max_min: int
    opened_to_start_max_min: int
    preparation_lead_min: int
    release_lead_min: int
    rate_max_ml_min: Decimal
    stop_after_reaction_grade: int
    vital_sign_times: tuple[VitalSignTime, ...]
    plan_dose_min_e6_per_kg: Decimal
    plan_dose_max_e6_per_kg: Decimal
    plan_volume_max_ml: Decimal
    precedent: InfusionPlan


@dataclass(frozen=True, slots=True)
class OutcomeSettings:
    """Windows and limits of the endpoints."""

    day28: int
    creatinine_window_days: int
    rrt_lookback_days: int
    rrt_transplant_counts: bool
    recovery_ratio: Decimal
    stay_decimals: int


@dataclass(frozen=True, slots=True)
class AuditReviewSettings:
    """What the review reports of the audit trail look for; items as `CODE.item`."""

    late_entry_days: int
    duty_from_hour: int
    duty_until_hour: int
    duty_weekdays: tuple[int, ...]
    bulk_forms: int
    observed_items: tuple[str, ...]
    endpoint_items: tuple[str, ...]

    def __post_init__(self) -> None:
        hours = 0 <= self.duty_from_hour < self.duty_until_hour <= HOURS_A_DAY
        require("duty_until_hour", that=hours, problem="is not after duty_from_hour")
        days = set(self.duty_weekdays) <= set(range(1, DAYS_A_WEEK + 1))
        require("duty_weekdays", that=days, problem="are not days from 1 to 7")
        require("bulk_forms", that=self.bulk_forms > 1, problem="is not above 1")


@dataclass(frozen=True, slots=True)
class SafetySettings:
    """Clocks of safety reporting."""

    ctcae_version: str
    report_to_sponsor_hours: int
    report_to_ethics_hours: int
    susar_fatal_days: int
    susar_followup_days: int
    susar_other_days: int
    remind_unsent_hours: tuple[int, ...]
    remind_unassessed_days: tuple[int, ...]
    remind_unsubmitted_days: tuple[int, ...]
    related_causalities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """How long a new address of an account opens nothing."""

    hours_without_reset: int


@dataclass(frozen=True, slots=True)
class Blinding:
    """Who besides the product staff may see an arm."""

    arm_visible_to_investigator: bool
    revealing_words: tuple[str, ...]
    medicines: tuple[str, ...]  # of them, which may be named as a medicine


@dataclass(frozen=True, slots=True)
class RandomizationSettings:
    """When the keepers of the allocation list are warned; shares from 0 to 1."""

    largest_certain_share: Decimal
    largest_rightly_guessed_share: Decimal
    places_left_to_tell: int


@dataclass(frozen=True, slots=True)
class ConsentSettings:
    """Who may open the scan of a signed consent, which bears the name."""

    scan_open_to_monitor: bool


@dataclass(frozen=True, slots=True)
class ConsentVersion:
    """A version of the consent document with which the trial opens."""

    version: str
    effective_from: date


@dataclass(frozen=True, slots=True)
class GoLive:
    """What must be in place before the trial may open, and how fresh a proof is."""

    investigators: int
    product_staff: int
    unblinded_monitors: int
    list_custodians: int
    unblinded_statisticians: int
    safety_officers: int
    administrators: int
    heartbeat_minutes: int
    proof_hours: int


@dataclass(frozen=True, slots=True)
class QuerySettings:
    """Days in which a query is to be answered, by priority."""

    answer_days: dict[str, int]

    def __post_init__(self) -> None:
        for priority, days in self.answer_days.items():
            require(f"answer_days.{priority}", that=days > 0, problem="is not above 0")


@dataclass(frozen=True, slots=True)
class TierSettings:
    """Forms of a tier, and of which share of the participants they are verified."""

    code: VerificationTier
    share_pct: int
    forms: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        is_share = 0 < self.share_pct <= ALL_PCT
        require("share_pct", that=is_share, problem="is not from 1 to 100")


@dataclass(frozen=True, slots=True)
class VerificationSettings:
    """What the monitor compares with the source, by tier in their order."""

    raise_pct: int
    tiers: tuple[TierSettings, ...]

    def __post_init__(self) -> None:
        require("raise_pct", that=self.raise_pct > 0, problem="is not above 0")
        codes = [tier.code for tier in self.tiers]
        is_whole = codes == list(VerificationTier)
        require("tiers", that=is_whole, problem="are not all tiers in their order")
        require_unique("tiers.forms", [f for tier in self.tiers for f in tier.forms])
        is_rest = [bool(tier.forms) for tier in self.tiers][-1:] == [False]
        require("tiers", that=is_rest, problem="do not end with one that names no form")


@dataclass(frozen=True, slots=True)
class Protocol:
    """The whole trial."""

    version: str
    registry: Registry
    arms: tuple[Arm, ...]
    endpoints: tuple[Endpoint, ...]
    criteria: tuple[Criterion, ...]
    eligibility: EligibilitySettings
    freshness: Freshness
    identity: IdentitySettings
    schedule: ScheduleSettings
    infusion: InfusionSettings
    outcomes: OutcomeSettings
    audit_review: AuditReviewSettings
    safety: SafetySettings
    reminders: ReminderSettings
    staff_mail: StaffMail
    queries: QuerySettings
    verification: VerificationSettings
    accounts: AccountSettings
    blinding: Blinding
    randomization: RandomizationSettings
    consent: ConsentSettings
    consent_versions: tuple[ConsentVersion, ...]
    go_live: GoLive

    def __post_init__(self) -> None:
        require_unique("arms", [arm.code for arm in self.arms])
        require_unique("endpoints", [endpoint.id for endpoint in self.endpoints])
        require_unique("criteria", [criterion.id for criterion in self.criteria])
        require(
            "arms",
            that=sum(arm.planned for arm in self.arms) == self.registry.enrolment,
            problem="planned numbers do not add up to registry.enrolment",
        )
        for name in ("largest_certain_share", "largest_rightly_guessed_share"):
            require(
                f"randomization.{name}",
                that=0 <= getattr(self.randomization, name) <= 1,
                problem="is not between 0 and 1",
            )

    def criterion(self, criterion_id: str) -> Criterion:
        return next(c for c in self.criteria if c.id == criterion_id)


@implements("PRT-01", "PRT-02")
def load(path: Path = FILE) -> Protocol:
    """Read and validate the protocol; raises `OddValue` naming the key."""
    with path.open("rb") as file:
        table = tomllib.load(file, parse_float=Decimal)
    return read(Protocol, table, "")


PROTOCOL = load()
