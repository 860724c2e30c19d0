"""What the casebook holds, as the eligibility rules look at it; pure.

Forms of other rooms are read by code. A form of an earlier screening never answers
for the present one.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from enrollment.consent.facts.decisions import consent_answer, consent_on
from enrollment.eligibility.facts.samples import decisive_samples
from enrollment.eligibility.rules import (
    Ages,
    BurstDecision,
    CriterionAnswer,
    Evidence,
    Immunosuppressant,
    Sample,
    SteroidCourse,
    TimedCollection,
)
from enrollment.vocabulary import (
    Drug,
    DrugClass,
    ExcludedCause,
    Organ,
    OtherTrial,
    Ventilation,
)
from record.casebook.form_data import Casebook, FormData
from record.casebook.values import DetectionLimit, Partial, Value
from trial_edc.dates import SITE_TZ, site_midnight
from trial_edc.vocabulary import MissingCode, Sex, VisitCode, YesNo

# The forms that evidence is read from.
CODES = ("SCN", "CNS", "DEM", "ELG", "CRE", "URI", "VIT", "LAB", "IST", "RAN")

JUDGEMENT_ITEMS = {
    **{f"E{n}": f"e{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 15, 16)},
    "E11_arrhythmia_or_severe": "e11_arrhythmia_or_severe",
    "E18_other": "e18_other",
}


def evidence_of(casebook: Casebook) -> Evidence:
    eligibility, weighing = screening_data(casebook, "ELG"), weighing_of(casebook)
    platelets = platelets_of(casebook)
    count = platelets.get("platelets") if platelets else None
    sex, organs = (
        casebook.value("DEM", "sex"),
        _of(eligibility, "nonrenal_failed_organs"),
    )
    burst = _of(eligibility, "e17_burst_decision")
    return Evidence(
        consent_on=consent_on(casebook),
        birth_on=casebook.value("DEM", "birth_date"),
        sex=Sex(sex) if sex else None,
        samples=tuple(samples(casebook)),
        urine=tuple(urine(casebook)),
        weight_kg=_of(weighing, "weight_kg"),
        weight_estimated=_of(weighing, "weight_source") == "estimated",
        onset_attested=_answer(_of(eligibility, "onset_within_48h_attested")),
        lvef_pct=_of(eligibility, "lvef_pct"),
        platelets=count.value if count else None,
        platelets_unit=count.unit if count else "10^9/L",
        platelets_comparator=comparator_of(count),
        steroids=steroids(casebook),
        immunosuppressants=immunosuppressants(casebook),
        burst_decision=BurstDecision(burst) if burst else None,
        failed_organs=frozenset(organs) - {Organ.NONE.value} if organs else None,
        answers={"I3": consent_answer(casebook), **answers(eligibility)},
    )


def ages_of(casebook: Casebook, qualifying_at: datetime | None) -> Ages:
    eligibility, platelets = screening_data(casebook, "ELG"), platelets_of(casebook)
    return Ages(
        hcg_at=_of(eligibility, "hcg_at"),
        echo_at=_of(eligibility, "lvef_at"),
        platelets_at=_of(platelets, "sampled_at"),
        qualifying_sample_at=qualifying_at,
    )


def episode(casebook: Casebook) -> int:
    screening = casebook.one("SCN")
    return screening.occurrence if screening else 1


def screening_data(casebook: Casebook, code: str, visit: str = "") -> FormData | None:
    present = episode(casebook)
    return next(
        (
            data
            for data in casebook.rows(code)
            if data.occurrence == present and data.visit == visit
        ),
        None,
    )


def weighing_of(casebook: Casebook) -> FormData | None:
    return screening_data(casebook, "VIT", VisitCode.SCREENING)


def samples(casebook: Casebook) -> Iterator[Sample]:
    for data in decisive_samples(casebook):
        sample_at, quantity = data.get("sample_at"), data.get("value")
        if sample_at is None or quantity is None:
            continue
        instant = (
            sample_at.instant(SITE_TZ) if isinstance(sample_at, Partial) else sample_at
        )
        yield Sample(
            at=instant or site_midnight(sample_at.earliest),
            value=quantity.value,
            unit=quantity.unit,
            place=data.get("place") or "",
            id=str(data.form_id),
            date_only=instant is None,
            comparator=comparator_of(quantity),
        )


def comparator_of(value: Value) -> str:
    return value.comparator if isinstance(value, DetectionLimit) else ""


def urine(casebook: Casebook) -> Iterator[TimedCollection]:
    for data in casebook.rows("URI"):
        start, end, ml = (data.get(i) for i in ("start_at", "end_at", "volume_ml"))
        if start and end:
            yield TimedCollection(start, end, ml, id=str(data.form_id))


def platelets_of(casebook: Casebook) -> FormData | None:
    """Laboratory panel with the latest count; none from after randomization.

    Of panels that contradict each other none counts.
    """
    until = casebook.value("RAN", "randomised_at")
    panels = [
        data
        for data in decisive_samples(casebook, "LAB", "platelets")
        if data.get("platelets")
        and data.get("sampled_at")
        and (until is None or data.get("sampled_at") <= until)
    ]
    return max(panels, key=lambda data: data.get("sampled_at"), default=None)


def exposures(casebook: Casebook) -> list[FormData] | None:
    """Drugs of E17; None while the question is unanswered."""
    answered = [s for s in casebook.rows("IST") if s.get("any_exposure")]
    if not answered:
        return None
    return [data for data in answered if data.get("any_exposure") == YesNo.YES]


def steroids(casebook: Casebook) -> tuple[SteroidCourse, ...] | None:
    """Includes drugs whose class is unknown: each may be a steroid."""
    drugs = exposures(casebook)
    if drugs is None:
        return None
    return tuple(
        SteroidCourse(
            drug=drug_name(data),
            mg_per_day=_number(data.get("mg_per_day")),
            start=_text(data, "start"),
            stop=_text(data, "stop"),
            ongoing=data.get("ongoing") == YesNo.YES,
            route=data.get("route"),
            id=str(data.form_id),
        )
        for data in drugs
        if data.get("drug_class") in (DrugClass.STEROID, None)
    )


def immunosuppressants(casebook: Casebook) -> tuple[Immunosuppressant, ...] | None:
    drugs = exposures(casebook)
    if drugs is None:
        return None
    return tuple(
        Immunosuppressant(
            drug=drug_name(data),
            changes=tuple(changes(data)),
            stop=_text(data, "stop"),
            route=data.get("route"),
            id=str(data.form_id),
        )
        for data in drugs
        if data.get("drug_class") in (DrugClass.IMMUNOSUPPRESSANT, None)
    )


def changes(data: FormData) -> Iterator[str | None]:
    yield _text(data, "start")
    for item in ("last_dose_change", "switched"):
        changed_on = _text(data, item)
        if changed_on or data.missing(item) == MissingCode.UNKNOWN:
            yield changed_on
    if data.get("ongoing") != YesNo.YES and not data.get("stop"):
        yield None


def drug_name(data: FormData) -> str:
    code = data.get("drug") or ""
    return data.get("drug_other") or "" if code == Drug.OTHER else code


def answers(data: FormData | None) -> dict[str, CriterionAnswer | None]:
    if data is None:
        return {}
    causes = data.get("e1_causes")
    excluded = causes != [ExcludedCause.NONE.value]
    return {
        "I4": _both(data.get("i4_can_comply"), data.get("phone_confirmed")),
        "E1": _yes_if(excluded) if causes else None,
        "E19": _counts(data, "e19", Ventilation.NOW, Ventilation.EXPECTED),
        "E20": _counts(data, "e20", OtherTrial.NOW, OtherTrial.WITHIN_30_DAYS),
        **{name: _answer(data.get(item)) for name, item in JUDGEMENT_ITEMS.items()},
    }


def _of(data: FormData | None, item: str) -> Value:
    return data.get(item) if data else None


def _text(data: FormData, item: str) -> str | None:
    value = data.get(item)
    return str(value) if value else None


def _number(value: Value) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _answer(value: Value) -> CriterionAnswer | None:
    return CriterionAnswer(value) if value else None


def _yes_if(holds: bool) -> CriterionAnswer:  # noqa: FBT001 - one question, one answer
    return CriterionAnswer.YES if holds else CriterionAnswer.NO


def _both(*answers: object) -> CriterionAnswer | None:
    if YesNo.NO in answers:
        return CriterionAnswer.NO
    return None if None in answers else CriterionAnswer.YES


def _counts(data: FormData, item: str, *against: str) -> CriterionAnswer | None:
    value = data.get(item)
    return None if value is None else _yes_if(value in against)
