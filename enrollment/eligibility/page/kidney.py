"""Creatinine, urine and eGFR as the eligibility page shows them (I1, E9)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from enrollment.eligibility.rules import (
    Assessment,
    Baseline,
    BaselineSource,
    FiltrationBasis,
    Injury,
    Sample,
)
from enrollment.eligibility.rules.evidence import (
    Evidence,
    TimedCollection,
    is_rate_below,
)
from record.casebook import catalogue
from trial_edc.dates import site_date, whole_seconds
from trial_edc.protocol import EgfrEquation
from trial_edc.units import CREATININE, rounded
from trial_edc.vocabulary import N_, Sex

EQUATIONS = {
    EgfrEquation.CKD_EPI_2021: "CKD-EPI 2021",
    EgfrEquation.CKD_EPI_2009: "CKD-EPI 2009",
}
EARLIER, LATER = N_("Qualifying pair: earlier"), N_("Qualifying pair: later")
BASELINE, ATTESTED = N_("Baseline"), N_("Latest, onset attested")


@dataclass(frozen=True, slots=True)
class SampleLine:
    """One creatinine: as entered, in the standard unit, and what it decides."""

    sample: Sample
    form_id: int
    umol_l: str
    place: str
    uses: tuple[str, ...]

    @property
    def taken(self) -> datetime | str:
        on = site_date(self.sample.at).isoformat()
        return on if self.sample.date_only else self.sample.at


@dataclass(frozen=True, slots=True)
class CollectionLine:
    """One urine collection with its rate, and whether it counts as low."""

    collection: TimedCollection
    form_id: int
    hours: Decimal
    ml_kg_h: Decimal | None
    is_low: bool
    is_deciding: bool


@dataclass(frozen=True, slots=True)
class KidneySection:
    """Everything that decides I1 and E9."""

    injury: Injury
    filtration: FiltrationBasis
    samples: tuple[SampleLine, ...]
    collections: tuple[CollectionLine, ...]
    weight_kg: Decimal | None
    is_weight_estimated: bool
    fold: Decimal
    pair_hours: int
    low_ml_kg_h: Decimal
    needed_hours: int
    egfr_limit: Decimal
    applies_below_years: int
    equation: str
    sex: Sex | None
    window: tuple[datetime, datetime] | None

    @property
    def baseline_mg_dl(self) -> str:
        before = self.filtration.baseline.umol_l
        return "" if before is None else f"{rounded(before / CREATININE['mg/dL'], 3):f}"

    @property
    def egfr(self) -> str:
        """To one decimal; the comparison with the limit is unrounded."""
        egfr = self.filtration.egfr
        return "" if egfr is None else f"{rounded(egfr, 1):f}"

    @property
    def threshold_umol_l(self) -> Decimal | None:
        """What a later value inside 48 h must exceed.

        The protocol's multiple of the earlier value of the pair that counts most.
        """
        limb = self.injury.creatinine
        pair = limb.qualifying or limb.steepest
        return self.fold * pair.earlier.umol_l if pair else None


def kidney_section(evidence: Evidence, assessment: Assessment) -> KidneySection:
    bases = {outcome.criterion: outcome.basis for outcome in assessment.outcomes}
    injury, filtration = bases["I1"], bases["E9"]
    if not isinstance(injury, Injury) or not isinstance(filtration, FiltrationBasis):
        raise TypeError
    settings = evidence.settings
    return KidneySection(
        injury=injury,
        filtration=filtration,
        samples=_samples(evidence, injury, filtration.baseline),
        collections=_collections(evidence, injury),
        weight_kg=evidence.weight_kg,
        is_weight_estimated=evidence.weight_estimated,
        fold=settings.i1_fold,
        pair_hours=settings.i1_pair_hours,
        low_ml_kg_h=settings.i1_urine_ml_kg_h,
        needed_hours=settings.i1_urine_hours,
        egfr_limit=settings.e9_egfr,
        applies_below_years=settings.e9_applies_below_years,
        equation=EQUATIONS[settings.egfr_equation],
        sex=evidence.sex,
        window=_window(evidence, injury, filtration.baseline),
    )


def _samples(
    evidence: Evidence, injury: Injury, baseline: Baseline
) -> tuple[SampleLine, ...]:
    places = catalogue.design("CRE").items["place"]
    return tuple(
        SampleLine(
            sample,
            int(sample.id),
            f"{sample.comparator}{rounded(sample.umol_l, 1):f}",
            _(places.label_of(sample.place)) if sample.place else "",
            tuple(_uses(sample, injury, baseline)),
        )
        for sample in sorted(evidence.samples, key=lambda sample: sample.at)
    )


def _uses(sample: Sample, injury: Injury, baseline: Baseline) -> list[str]:
    pair, attested_by = injury.creatinine.qualifying, injury.creatinine.attested_by
    roles = (
        (baseline.sample, BASELINE),
        (pair.earlier if pair else None, EARLIER),
        (pair.later if pair else None, LATER),
        (attested_by, ATTESTED),
    )
    return [_(name) for used, name in roles if used and used.id == sample.id]


def _collections(evidence: Evidence, injury: Injury) -> tuple[CollectionLine, ...]:
    run = injury.urine.qualifying
    deciding = {collection.id for collection in run.collections} if run else set()
    return tuple(
        _collection(collection, evidence, is_deciding=collection.id in deciding)
        for collection in sorted(evidence.urine, key=lambda c: (c.start, c.end))
    )


def _collection(
    collection: TimedCollection, evidence: Evidence, *, is_deciding: bool
) -> CollectionLine:
    duration, weight = collection.end - collection.start, evidence.weight_kg
    hours = whole_seconds(duration) / 3600
    rate, is_low = None, False
    if collection.ml is not None and weight and hours > 0:
        rate = rounded(collection.ml / weight / hours, 3)
        limit = evidence.settings.i1_urine_ml_kg_h
        is_low = is_rate_below(limit, collection.ml, weight, duration)
    return CollectionLine(
        collection, int(collection.id), rounded(hours, 2), rate, is_low, is_deciding
    )


def _window(
    evidence: Evidence, injury: Injury, baseline: Baseline
) -> tuple[datetime, datetime] | None:
    """[from, until) in which the baseline lies: 90 days before T, else 365."""
    if injury.reference_at is None:
        return None
    settings = evidence.settings
    is_near = baseline.source == BaselineSource.D90
    days = settings.baseline_days if is_near else settings.baseline_fallback_days
    return injury.reference_at - timedelta(days=days), injury.reference_at
