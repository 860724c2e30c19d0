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
from trial_edc.dates import site_date
from trial_edc.protocol import EgfrEquation
from trial_edc.units import CREATININE, shown
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
        """Return when it was taken, as far as that is known."""
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
class KidneyExhibit:
    """Everything that decides I1 and E9."""

    injury: Injury
    filtered: FiltrationBasis
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
    window: tuple[datetime, datetime] | None  # [from, until) in which baseline lies

    @property
    def baseline_mg_dl(self) -> str:
        """Return the baseline as the equation takes it, in mg/dL."""
        before = self.filtered.baseline.umol_l
        return "" if before is None else f"{shown(before / CREATININE['mg/dL'], 3):f}"

    @property
    def egfr(self) -> str:
        """Return the eGFR to one decimal; the comparison is unrounded."""
        return "" if self.filtered.egfr is None else f"{shown(self.filtered.egfr, 1):f}"

    @property
    def threshold_umol_l(self) -> Decimal | None:
        """Return what a value inside 48 h must exceed, from the pair that counts most.

        That is so many times its earlier value.
        """
        limb = self.injury.creatinine
        pair = limb.qualifying or limb.steepest
        return self.fold * pair.earlier.umol_l if pair else None


def kidney_exhibit(evidence: Evidence, assessment: Assessment) -> KidneyExhibit:
    """Lay out what decides I1 and E9."""
    by_criterion = {one.criterion: one.grounds for one in assessment.outcomes}
    found, filtered = by_criterion["I1"], by_criterion["E9"]
    if not isinstance(found, Injury) or not isinstance(filtered, FiltrationBasis):
        raise TypeError
    settings = evidence.settings
    return KidneyExhibit(
        injury=found,
        filtered=filtered,
        samples=_samples(evidence, found, filtered.baseline),
        collections=_collections(evidence, found),
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
        window=_window(evidence, found, filtered.baseline),
    )


def _samples(
    evidence: Evidence, found: Injury, basis: Baseline
) -> tuple[SampleLine, ...]:
    places = catalogue.design("CRE").items["place"]
    return tuple(
        SampleLine(
            sample,
            int(sample.id),
            f"{shown(sample.umol_l, 1):f}",
            _(places.label_of(sample.place)) if sample.place else "",
            tuple(_uses(sample, found, basis)),
        )
        for sample in sorted(evidence.samples, key=lambda one: one.at)
    )


def _uses(sample: Sample, found: Injury, basis: Baseline) -> list[str]:
    pair, attested = found.creatinine.qualifying, found.creatinine.attested_by
    roles = (
        (basis.sample, BASELINE),
        (pair.earlier if pair else None, EARLIER),
        (pair.later if pair else None, LATER),
        (attested, ATTESTED),
    )
    return [_(name) for one, name in roles if one and one.id == sample.id]


def _collections(evidence: Evidence, found: Injury) -> tuple[CollectionLine, ...]:
    run = found.urine.qualifying
    deciding = {one.id for one in run.collections} if run else set()
    return tuple(
        _collection(one, evidence, is_deciding=one.id in deciding)
        for one in sorted(evidence.urine, key=lambda c: (c.start, c.end))
    )


def _collection(
    one: TimedCollection, evidence: Evidence, *, is_deciding: bool
) -> CollectionLine:
    duration, weight = one.end - one.start, evidence.weight_kg
    hours = Decimal(duration // timedelta(seconds=1)) / 3600
    rate, is_low = None, False
    if one.ml is not None and weight and hours > 0:
        rate = shown(one.ml / weight / hours, 3)
        limit = evidence.settings.i1_urine_ml_kg_h
        is_low = is_rate_below(limit, one.ml, weight, duration)
    return CollectionLine(one, int(one.id), shown(hours, 2), rate, is_low, is_deciding)


def _window(
    evidence: Evidence, found: Injury, basis: Baseline
) -> tuple[datetime, datetime] | None:
    """Return where the baseline was looked for: 90 days before T, else 365."""
    if found.reference_at is None:
        return None
    settings = evidence.settings
    is_near = basis.source == BaselineSource.D90
    days = settings.baseline_days if is_near else settings.baseline_fallback_days
    return found.reference_at - timedelta(days=days), found.reference_at
