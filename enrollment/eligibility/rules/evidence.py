"""What the eligibility rules look at: plain values, as entered, unknown as None."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from trial_edc.dates import site_date, site_midnight, whole_seconds
from trial_edc.protocol import PROTOCOL, EligibilitySettings
from trial_edc.units import CREATININE, PLATELETS, standard
from trial_edc.vocabulary import N_, Codelist, Sex


class CriterionAnswer(Codelist):
    """An investigator's answer; a question that does not apply counts as no."""

    YES = "Y", N_("Yes")
    NO = "N", N_("No")
    NOT_APPLICABLE = "not_applicable", N_("Not applicable")


class BurstDecision(Codelist):
    """Whether a short steroid course above the limit counts against E17."""

    COUNTS = "counts", N_("Counts")
    DOES_NOT_COUNT = "does_not_count", N_("Does not count")


@dataclass(frozen=True, slots=True)
class Sample:
    """One serum creatinine; `date_only`: the time of day is unknown, `at` is 00:00.

    With a `comparator` (< or >) `value` is a limit of detection: the creatinine lies
    between `least` and `most`, and only what holds for all of it is certain.
    """

    at: datetime
    value: Decimal
    unit: str = "umol/L"
    place: str = ""
    id: str = ""
    date_only: bool = False
    comparator: str = ""

    def __post_init__(self) -> None:
        if self.value <= 0:
            message = f"creatinine must be above 0: {self.value}"
            raise ValueError(message)

    @property
    def umol_l(self) -> Decimal:
        return standard(self.value, self.unit, CREATININE)

    @property
    def is_exact(self) -> bool:
        return not self.comparator

    @property
    def least(self) -> Decimal:
        """In umol/L."""
        return Decimal(0) if self.comparator == "<" else self.umol_l

    @property
    def most(self) -> Decimal:
        """In umol/L."""
        return Decimal("Infinity") if self.comparator == ">" else self.umol_l

    @property
    def taken_by(self) -> datetime:
        """Instant by which it has certainly been taken."""
        if not self.date_only:
            return self.at
        return site_midnight(site_date(self.at)) + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TimedCollection:
    """One timed collection; `ml` None: collected, but not measured."""

    start: datetime
    end: datetime
    ml: Decimal | None
    id: str = ""


def is_rate_below(
    rate_ml_kg_h: Decimal, ml: Decimal, weight_kg: Decimal, duration: timedelta
) -> bool:
    """Strictly below, compared without dividing."""
    return ml * 3600 < rate_ml_kg_h * weight_kg * whole_seconds(duration)


@dataclass(frozen=True, slots=True)
class SteroidCourse:
    """One dose of one corticosteroid, from a first to a last day inclusive.

    Dates are ISO text as known (`2023-01`); `stop` None: still taken if `ongoing`,
    else unknown.
    """

    drug: str
    mg_per_day: Decimal | None
    start: str | None
    stop: str | None = None
    ongoing: bool = True
    route: str | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Immunosuppressant:
    """One non-steroid systemic drug with the dates of its changes.

    `changes` are start, dose changes, switches, as ISO text as known; None: the drug
    was changed, nobody knows when. `stop` closes the row: nothing changes after it.
    """

    drug: str
    changes: tuple[str | None, ...]
    stop: str | None = None
    route: str | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that decides on one candidate.

    A list that is None was never asked for; an empty one means "none". `answers` holds
    the judgements by criterion (`I3`, `E1`, `E11_arrhythmia_or_severe`, `E18_other`).
    """

    consent_on: date | None
    birth_on: date | None
    sex: Sex | None
    samples: tuple[Sample, ...] = ()
    urine: tuple[TimedCollection, ...] = ()
    weight_kg: Decimal | None = None
    weight_estimated: bool = False
    onset_attested: CriterionAnswer | None = None
    lvef_pct: Decimal | None = None
    platelets: Decimal | None = None
    platelets_unit: str = "10^9/L"
    platelets_comparator: str = ""  # < or >: known as a limit of detection
    steroids: tuple[SteroidCourse, ...] | None = None
    immunosuppressants: tuple[Immunosuppressant, ...] | None = None
    burst_decision: BurstDecision | None = None
    failed_organs: frozenset[str] | None = None
    answers: Mapping[str, CriterionAnswer | None] = field(default_factory=dict)
    settings: EligibilitySettings = PROTOCOL.eligibility

    @property
    def platelets_10e9_l(self) -> Decimal | None:
        if self.platelets is None:
            return None
        return standard(self.platelets, self.platelets_unit, PLATELETS)
