"""What the casebook holds, as the eligibility rules look at it; pure.

Forms of other rooms are read by code. A form of an earlier screening never answers
for the present one.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from enrollment.consent.facts.decisions import consent_answer, consent_on
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
from record.casebook.values import Partial, Value
from trial_edc.dates import SITE_ZONE, site_midnight
from trial_edc.vocabulary import MissingCode, Sex, VisitCode, YesNo

# The forms that evidence is read from.
CODES = ("SCN", "CNS", "DEM", "ELG", "CRE", "URI", "VIT", "LAB", "IST", "RAN")

JUDGED = {
    **{f"E{n}": f"e{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 15, 16)},
    "E11_arrhythmia_or_severe": "e11_arrhythmia_or_severe",
    "E18_other": "e18_other",
}


def evidence_of(casebook: Casebook) -> Evidence:
    """Gather everything that decides on the present screening."""
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
        steroids=steroids(casebook),
        immunosuppressants=immunosuppressants(casebook),
        burst_decision=BurstDecision(burst) if burst else None,
        failed_organs=frozenset(organs) - {Organ.NONE.value} if organs else None,
        answers={"I3": consent_answer(casebook), **answers(eligibility)},
    )


def ages_of(casebook: Casebook, qualifying_at: datetime | None) -> Ages:
    """Tell when the evidence that can grow old was obtained."""
    eligibility, platelets = screening_data(casebook, "ELG"), platelets_of(casebook)
    return Ages(
        hcg_at=_of(eligibility, "hcg_at"),
        echo_at=_of(eligibility, "lvef_at"),
        platelets_at=_of(platelets, "sampled_at"),
        qualifying_sample_at=qualifying_at,
    )


def episode(casebook: Casebook) -> int:
    """Return the number of the present screening; the first one is 1."""
    screening = casebook.one("SCN")
    return screening.occurrence if screening else 1


def screening_data(casebook: Casebook, code: str, visit: str = "") -> FormData | None:
    """Return the form of a form that belongs to the present screening."""
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
    """Return the vital signs of the present screening."""
    return screening_data(casebook, "VIT", VisitCode.SCREENING)


def samples(casebook: Casebook) -> Iterator[Sample]:
    """Return the creatinine values; one without time of day is marked so."""
    for data in casebook.rows("CRE"):
        taken, quantity = data.get("sample_at"), data.get("value")
        if taken is None or quantity is None:
            continue
        instant = taken.instant(SITE_ZONE) if isinstance(taken, Partial) else taken
        yield Sample(
            at=instant or site_midnight(taken.earliest),
            value=quantity.value,
            unit=quantity.unit,
            place=data.get("place") or "",
            id=str(data.form_id),
            date_only=instant is None,
        )


def urine(casebook: Casebook) -> Iterator[TimedCollection]:
    """Return the timed collections; one without a volume was not measured."""
    for data in casebook.rows("URI"):
        start, end, ml = (data.get(i) for i in ("start_at", "end_at", "volume_ml"))
        if start and end:
            yield TimedCollection(start, end, ml, id=str(data.form_id))


def platelets_of(casebook: Casebook) -> FormData | None:
    """Return the latest count; after randomisation, the latest before it."""
    until = casebook.value("RAN", "randomised_at")
    counted = [
        data
        for data in casebook.rows("LAB")
        if data.get("platelets")
        and data.get("sampled_at")
        and (until is None or data.get("sampled_at") <= until)
    ]
    return max(counted, key=lambda data: data.get("sampled_at"), default=None)


def exposures(casebook: Casebook) -> list[FormData] | None:
    """Return the drugs of E17; None while nobody has asked."""
    asked = [s for s in casebook.rows("IST") if s.get("any_exposure")]
    if not asked:
        return None
    return [data for data in asked if data.get("any_exposure") == YesNo.YES]


def steroids(casebook: Casebook) -> tuple[SteroidCourse, ...] | None:
    """Return the corticosteroids; a drug whose class is not known may be one."""
    taken = exposures(casebook)
    if taken is None:
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
        for data in taken
        if data.get("drug_class") in (DrugClass.STEROID, None)
    )


def immunosuppressants(casebook: Casebook) -> tuple[Immunosuppressant, ...] | None:
    """Return the other drugs with the dates of their changes."""
    taken = exposures(casebook)
    if taken is None:
        return None
    return tuple(
        Immunosuppressant(
            drug=drug_name(data),
            changes=tuple(changes(data)),
            stop=_text(data, "stop"),
            route=data.get("route"),
            id=str(data.form_id),
        )
        for data in taken
        if data.get("drug_class") in (DrugClass.IMMUNOSUPPRESSANT, None)
    )


def changes(data: FormData) -> Iterator[str | None]:
    """Return the dates of start, dose change and switch, None where unknown."""
    yield _text(data, "start")
    for item in ("last_dose_change", "switched"):
        known = _text(data, item)
        if known or data.missing(item) == MissingCode.UNKNOWN:
            yield known
    if data.get("ongoing") != YesNo.YES and not data.get("stop"):
        yield None


def drug_name(data: FormData) -> str:
    """Return the drug by its code, or in the words of the site."""
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
        **{name: _answer(data.get(item)) for name, item in JUDGED.items()},
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


def _both(*given: object) -> CriterionAnswer | None:
    if YesNo.NO in given:
        return CriterionAnswer.NO
    return None if None in given else CriterionAnswer.YES


def _counts(data: FormData, item: str, *against: str) -> CriterionAnswer | None:
    value = data.get(item)
    return None if value is None else _yes_if(value in against)
