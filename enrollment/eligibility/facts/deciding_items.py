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

from enrollment.consent.facts.decisions import initial_consent, standing_decision
from enrollment.eligibility.facts.evidence import (
    JUDGED,
    exposures,
    platelets_of,
    screening_data,
    weighing_of,
)
from enrollment.eligibility.rules import Assessment, Injury
from record.casebook.form_data import Casebook, FormData
from record.casebook.values import MissingCode, Partial, Quantity, Value
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
    *JUDGED.values(),
)


@dataclass(frozen=True, slots=True)
class Deciding:
    """The deciding items with their revisions, and what they say as one text."""

    revisions: Mapping[str, Mapping[str, int]]  # form → item → revision
    told: str  # canonical JSON
    form_data: tuple[FormData, ...]

    @property
    def digest(self) -> str:
        """Return SHA-256 of the text, in hexadecimal."""
        return digest_of(self.told)


def digest_of(told: str) -> str:
    """Return SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(told.encode()).hexdigest()


@implements("ELG-CONFIRM")
def deciding(casebook: Casebook, assessment: Assessment) -> Deciding:
    revisions: dict[str, dict[str, int]] = {}
    values: dict[str, dict[str, Any]] = {}
    form_data: dict[str, FormData] = {}
    for data, items in _decide(casebook, assessment):
        key = str(data.form_id)
        form_data[key] = data
        for item in items:
            revision = data.item_revisions.get(item, 0)
            revisions.setdefault(key, {})[item] = revision
            values.setdefault(key, {})[item] = plain(data.values.get(item))
    told = {
        "version": PROTOCOL.version,
        "verdict": assessment.verdict.value,
        "states": states_of(assessment),
        "age_years": assessment.age,
        "baseline_source": assessment.baseline.source.value,
        "baseline_umol_l": plain(assessment.baseline.umol_l),
        "egfr_ml_min_1_73m2": plain(assessment.egfr),
        "values": values,
    }
    text = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return Deciding(revisions, text, tuple(form_data.values()))


def plain(value: Value) -> Any:
    """Return a value as JSON has it, however it was read; exact, and one form each."""
    told: Any = value
    match value:
        case MissingCode():
            told = {"missing": value.value}
        case Quantity():
            told = {"value": plain(value.value), "unit": value.unit}
        case Decimal():
            told = f"{value.normalize():f}"
        case datetime():
            told = value.astimezone(UTC).isoformat()
        case date() | Partial():
            told = str(value)
        case list() | tuple():
            told = [plain(one) for one in value]
    return told


def states_of(assessment: Assessment) -> list[str]:
    """Return every criterion with its state, in protocol order."""
    return [f"{one.criterion}:{one.state}" for one in assessment.outcomes]


def _decide(
    casebook: Casebook, assessment: Assessment
) -> Iterator[tuple[FormData, Iterable[str]]]:
    for consent in (initial_consent(casebook), standing_decision(casebook)):
        if consent:
            yield consent, CONSENT
    if person := casebook.one("DEM"):
        yield person, ("birth_date", "sex")
    if judged := screening_data(casebook, "ELG"):
        yield judged, ANSWERS
    if counted := platelets_of(casebook):
        yield counted, ("platelets", "sampled_at")
    for denied in casebook.rows("IST"):
        if denied.get("any_exposure") == YesNo.NO:
            yield denied, ("any_exposure",)
    local = PROTOCOL.eligibility.e17_local_routes
    for drug in exposures(casebook) or ():
        if drug.get("route") not in local:
            yield drug, DRUG
    yield from _injury(casebook, assessment)


def _injury(
    casebook: Casebook, assessment: Assessment
) -> Iterator[tuple[FormData, Iterable[str]]]:
    found = assessment.outcomes[0].grounds
    wanted = {assessment.baseline.sample.id} if assessment.baseline.sample else set()
    if isinstance(found, Injury) and (pair := found.creatinine.qualifying):
        wanted |= {pair.earlier.id, pair.later.id}
    elif isinstance(found, Injury) and found.creatinine.attested_by:
        wanted.add(found.creatinine.attested_by.id)
    elif isinstance(found, Injury) and (run := found.urine.qualifying):
        collected = {one.id for one in run.collections}
        for data in casebook.rows("URI"):
            if str(data.form_id) in collected:
                yield data, COLLECTION
        if weighed := weighing_of(casebook):
            yield weighed, ("weight_kg", "weight_source")
    for data in casebook.rows("CRE"):
        if str(data.form_id) in wanted:
            yield data, CREATININE
