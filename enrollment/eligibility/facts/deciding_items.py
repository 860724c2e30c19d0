"""Which items of which forms decide an eligibility verdict, and their digest; pure.

A confirmation is bound to these. Another row of a log is none of them until it changes
the baseline, the rise, the drugs of E17 or the count of E18.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from enrollment.consent.facts.decisions import initial_consent, latest_decision
from enrollment.eligibility.facts.evidence import (
    JUDGEMENT_ITEMS,
    exposures,
    platelets_of,
    screening_data,
    weighing_of,
)
from enrollment.eligibility.rules import Assessment, Injury
from record.casebook.form_data import Casebook, FormData
from record.casebook.values import (
    DetectionLimit,
    MissingCode,
    Partial,
    Quantity,
    Value,
)
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.vocabulary import YesNo

CREATININE = ("sample_at", "value")
COLLECTION = ("start_at", "end_at", "volume_ml")
CONSENT = ("kind", "decision", "decided_at")
DRUG = (
    "any_exposure",
    "drug_class",
    "drug",
    "drug_other",
    "route",
    "mg_per_day",
    "start",
    "last_dose_change",
    "switched",
    "stop",
    "ongoing",
)
ANSWERS = (
    "onset_within_48h_attested",
    "i4_can_comply",
    "phone_confirmed",
    "e1_causes",
    "lvef_pct",
    "nonrenal_failed_organs",
    "e17_burst_decision",
    "e19",
    "e20",
    *JUDGEMENT_ITEMS.values(),
)


@dataclass(frozen=True, slots=True)
class DecidingItems:
    """The deciding items with their revisions, and what they say as one text."""

    revisions: Mapping[str, Mapping[str, int]]  # form → item → revision
    text: str  # canonical JSON
    form_data: tuple[FormData, ...]

    @property
    def digest(self) -> str:
        return digest_of(self.text)


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@implements("ELG-CONFIRM")
def deciding_items(casebook: Casebook, assessment: Assessment) -> DecidingItems:
    revisions: dict[str, dict[str, int]] = {}
    values: dict[str, dict[str, Any]] = {}
    form_data: dict[str, FormData] = {}
    for data, items in _deciding_forms(casebook, assessment):
        key = str(data.form_id)
        form_data[key] = data
        for item in items:
            revision = data.item_revisions.get(item, 0)
            revisions.setdefault(key, {})[item] = revision
            values.setdefault(key, {})[item] = json_value(data.values.get(item))
    content = {
        "version": PROTOCOL.version,
        "verdict": assessment.verdict.value,
        "states": states_of(assessment),
        "age_years": assessment.age,
        "baseline_source": assessment.baseline.source.value,
        "baseline_umol_l": json_value(assessment.baseline.umol_l),
        "egfr_ml_min_1_73m2": json_value(assessment.egfr),
        "values": values,
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return DecidingItems(revisions, text, tuple(form_data.values()))


def json_value(value: Value) -> Any:
    plain: Any = value
    match value:
        case MissingCode():
            plain = {"missing": value.value}
        case Quantity():
            plain = {"value": json_value(value.value), "unit": value.unit}
        case DetectionLimit():
            text = f"{value.comparator}{json_value(value.value)}"
            plain = {"value": text, "unit": value.unit}
        case Decimal():
            plain = f"{value.normalize():f}"
        case datetime():
            plain = value.astimezone(UTC).isoformat()
        case date() | Partial():
            plain = str(value)
        case list() | tuple():
            plain = [json_value(part) for part in value]
    return plain


def states_of(assessment: Assessment) -> list[str]:
    return [f"{outcome.criterion}:{outcome.state}" for outcome in assessment.outcomes]


def _deciding_forms(
    casebook: Casebook, assessment: Assessment
) -> Iterator[tuple[FormData, Iterable[str]]]:
    for consent in (initial_consent(casebook), latest_decision(casebook)):
        if consent:
            yield consent, CONSENT
    if demographics := casebook.one("DEM"):
        yield demographics, ("birth_date", "sex")
    if eligibility_form := screening_data(casebook, "ELG"):
        yield eligibility_form, ANSWERS
    if platelet_form := platelets_of(casebook):
        yield platelet_form, ("platelets", "sampled_at")
    for data in casebook.rows("IST"):
        if data.get("any_exposure") == YesNo.NO:
            yield data, ("any_exposure",)
    local = PROTOCOL.eligibility.e17_local_routes
    for drug in exposures(casebook) or ():
        if drug.get("route") not in local:
            yield drug, DRUG
    yield from _injury_forms(casebook, assessment)


def _injury_forms(
    casebook: Casebook, assessment: Assessment
) -> Iterator[tuple[FormData, Iterable[str]]]:
    injury, before = assessment.outcomes[0].basis, assessment.baseline
    sample_ids = {sample.id for sample in (before.sample, before.limit) if sample}
    if isinstance(injury, Injury) and (pair := injury.creatinine.qualifying):
        sample_ids |= {pair.earlier.id, pair.later.id}
    elif isinstance(injury, Injury) and injury.creatinine.attested_by:
        sample_ids.add(injury.creatinine.attested_by.id)
    elif isinstance(injury, Injury) and (run := injury.urine.qualifying):
        collection_ids = {collection.id for collection in run.collections}
        for data in casebook.rows("URI"):
            if str(data.form_id) in collection_ids:
                yield data, COLLECTION
        if weighing := weighing_of(casebook):
            yield weighing, ("weight_kg", "weight_source")
    for data in casebook.rows("CRE"):
        if str(data.form_id) in sample_ids:
            yield data, CREATININE
