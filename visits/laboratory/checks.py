"""Edit checks of creatinine, urine collections and the laboratory panel."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from enrollment.consent.facts.decisions import first_consented_at
from enrollment.eligibility.facts.samples import contradicts, instant_of
from record.casebook.checks import check
from record.casebook.form_data import Casebook, FormData
from record.casebook.intervals import others, overlap
from record.casebook.values import DetectionLimit
from trial_edc.dates import site_date, whole_seconds
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import N_, Severity, Word, YesNo
from visits.laboratory.vocabulary import (
    Analyte,
    SamplePlace,
    Significance,
    UreaKind,
)
from visits.schedule.conditions import BeforeConsent

BEFORE_CONSENT = BeforeConsent("sample_at")
COLLECTION_HOURS_HARD = (Decimal("0.1"), Decimal(24))
COLLECTION_HOURS_SOFT = (Decimal("0.5"), Decimal(12))
URINE_ML_KG_H = Decimal(10)
PANEL_ANALYTES = [one for one in Analyte if one != Analyte.CREATININE]
POTASSIUM_ALERT = Decimal("6.0")
POTASSIUM_SOFT = Decimal("6.5")  # above it the range check of the item applies


@check(
    "CRE-01",
    form="CRE",
    item="sample_at",
    severity=Severity.HARD,
    message=N_("Enter the time too; only outside results may have a date alone."),
)
def time_missing(data: FormData, casebook: Casebook) -> bool:
    del casebook
    at, place = data.get("sample_at"), data.get("place")
    ours = place not in (None, SamplePlace.OUTSIDE_LAB)
    return at is not None and ours and not at.has_time


@check(
    "CRE-02",
    form="CRE",
    item="sample_at",
    severity=Severity.SOFT,
    message=N_("More than %(days)s days before consent: it feeds no baseline."),
)
def sample_too_old(data: FormData, casebook: Casebook) -> Mapping[str, object] | None:
    at, consent = data.get("sample_at"), first_consented_at(casebook)
    days = PROTOCOL.eligibility.baseline_fallback_days
    if at is None or consent is None:
        return None
    too_old = at.latest < site_date(consent) - timedelta(days=days)
    return {"days": days} if too_old else None


@check(
    "CRE-03",
    form="CRE",
    item="source_seen",
    severity=Severity.SOFT,
    message=N_("An outside result counts better with its original report."),
)
def source_not_seen(data: FormData, casebook: Casebook) -> bool:
    del casebook
    return bool(data.get("source_seen") == YesNo.NO)


@check(
    "CRE-04",
    form="CRE",
    item="routine_care",
    severity=Severity.SOFT,
    message=N_("Before consent only samples of routine care may be taken."),
)
def study_sample_before_consent(data: FormData, casebook: Casebook) -> bool:
    no = data.get("routine_care") == YesNo.NO
    return no and BEFORE_CONSENT.holds(data, casebook)


@check(
    "CRE-05",
    form="CRE",
    item="value",
    severity=Severity.HARD,
    message=N_("Row %(row)s has this sample already. Enter it once."),
)
def sample_repeated(data: FormData, casebook: Casebook) -> Mapping[str, int] | None:
    at, value = instant_of(data), data.get("value")
    if at is None or value is None:
        return None
    same = ("laboratory", "place")
    for row in others(data, casebook):
        is_same = instant_of(row) == at and row.get("value") == value
        if is_same and all(row.get(item) == data.get(item) for item in same):
            return {"row": row.occurrence}
    return None


@check(
    "CRE-06",
    form="CRE",
    item="value",
    severity=Severity.SOFT,
    message=N_(
        "Row %(row)s has another value of the same time and laboratory, %(value)s. "
        "Until one of them is corrected, no rule uses either."
    ),
)
def sample_contradicted(
    data: FormData, casebook: Casebook
) -> Mapping[str, object] | None:
    at = instant_of(data)
    rows = (row for row in others(data, casebook) if instant_of(row) == at)
    row = next((row for row in rows if contradicts(data, row)), None)
    return {"row": row.occurrence, "value": str(row.get("value"))} if row else None


def hours_of(data: FormData) -> Decimal | None:
    """Duration of a urine collection; None while its times are missing or wrong."""
    start, end = data.get("start_at"), data.get("end_at")
    if start is None or end is None or end <= start:
        return None
    return whole_seconds(end - start) / 3600


@check(
    "URI-01",
    form="URI",
    item="end_at",
    severity=Severity.HARD,
    message=N_("The collection ends before it begins."),
)
def collection_reversed(data: FormData, casebook: Casebook) -> bool:
    del casebook
    start, end = data.get("start_at"), data.get("end_at")
    return start is not None and end is not None and end <= start


def _outside(hours: Decimal | None, limits: tuple[Decimal, Decimal]) -> bool:
    return hours is not None and not limits[0] <= hours <= limits[1]


@check(
    "URI-02",
    form="URI",
    item="end_at",
    severity=Severity.HARD,
    message=N_("A collection lasts 0.1 to 24 hours."),
)
def collection_impossibly_long(data: FormData, casebook: Casebook) -> bool:
    del casebook
    return _outside(hours_of(data), COLLECTION_HOURS_HARD)


@check(
    "URI-03",
    form="URI",
    item="end_at",
    severity=Severity.SOFT,
    message=N_("A collection of %(hours)s hours is unusual (0.5 to 12)."),
)
def collection_unusually_long(
    data: FormData, casebook: Casebook
) -> Mapping[str, object] | None:
    del casebook
    hours = hours_of(data)
    if hours is None or not _outside(hours, COLLECTION_HOURS_SOFT):
        return None
    return {"hours": f"{hours:.1f}"}


@check(
    "URI-04",
    form="URI",
    item="start_at",
    severity=Severity.SOFT,
    message=N_("Overlaps another collection: the urine limb of I1 becomes unknown."),
)
def collections_overlap(data: FormData, casebook: Casebook) -> bool:
    mine = data.get("start_at"), data.get("end_at")
    return mine[1] is not None and any(
        row.get("end_at") and overlap(mine, (row.get("start_at"), row.get("end_at")))
        for row in others(data, casebook)
    )


def ml_kg_h(data: FormData, casebook: Casebook) -> Decimal | None:
    """Urine output in mL per kilogram and hour, by the weight at screening."""
    volume, hours = data.get("volume_ml"), hours_of(data)
    weight_kg: Decimal | None = casebook.value("VIT", "weight_kg", "SCR")
    if volume is None or hours is None or not weight_kg:
        return None
    return Decimal(volume) / weight_kg / hours


@check(
    "URI-05",
    form="URI",
    item="volume_ml",
    severity=Severity.SOFT,
    message=N_("%(rate)s mL/kg/h is unusual (above 10)."),
)
def rate_unusual(data: FormData, casebook: Casebook) -> Mapping[str, object] | None:
    rate = ml_kg_h(data, casebook)
    return {"rate": f"{rate:.1f}"} if rate and rate > URINE_ML_KG_H else None


@check(
    "LAB-05",
    form="LAB",
    item="sampled_at",
    severity=Severity.SOFT,
    message=N_(
        "The panel %(panel)s has other values of the same time and laboratory: "
        "%(analytes)s. Until one of them is corrected, no rule uses either."
    ),
)
def panel_contradicted(
    data: FormData, casebook: Casebook
) -> Mapping[str, object] | None:
    for row in others(data, casebook):
        analytes = tuple(
            Word(one.label)
            for one in PANEL_ANALYTES
            if contradicts(data, row, one.value)
        )
        if analytes:
            return {"panel": f"{row.visit} {row.occurrence}", "analytes": analytes}
    return None


@check(
    "LAB-01",
    form="LAB",
    item="urea_kind",
    severity=Severity.SOFT,
    message=N_("mg/dL is the unit of urea nitrogen."),
)
def urea_unit_and_kind_differ(data: FormData, casebook: Casebook) -> bool:
    del casebook
    urea = data.get("urea")
    is_urea = data.get("urea_kind") == UreaKind.UREA
    return urea is not None and urea.unit == "mg/dL" and is_urea


@check(
    "LAB-02",
    form="LAB",
    item="potassium",
    severity=Severity.SOFT,
    message=N_("Potassium of 6.0 mmol/L or more: tell the physician now."),
)
def potassium_alert(data: FormData, casebook: Casebook) -> bool:
    del casebook
    value = data.get("potassium")
    if value is None or value.lies_above(POTASSIUM_SOFT):
        return False
    if isinstance(value, DetectionLimit):
        return bool(value.lies_above(POTASSIUM_ALERT))
    return bool(value.standard >= POTASSIUM_ALERT)


@check(
    "LAB-03",
    form="LAB",
    item="significance",
    severity=Severity.SOFT,
    message=N_("Clinically significant needs a row in the adverse event log."),
)
def significant_without_event(data: FormData, casebook: Casebook) -> bool:
    rows = data.get("significance") or ()
    significant = any(r.get("judgement") == Significance.YES_AE for r in rows)
    return significant and not casebook.rows("AE")


@check(
    "LAB-04",
    form="LAB",
    item="significance",
    severity=Severity.HARD,
    message=N_("Give both the analyte and the judgement in each row."),
)
def judgement_incomplete(data: FormData, casebook: Casebook) -> bool:
    del casebook
    rows = data.get("significance") or ()
    return any(not (r.get("analyte") and r.get("judgement")) for r in rows)
