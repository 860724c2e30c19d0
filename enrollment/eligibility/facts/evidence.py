"""What the binder holds, as the eligibility rules look at it; pure.

Forms of other rooms are read by code. A sheet of an earlier screening never answers
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


def evidence_of(binder: Casebook) -> Evidence:
    """Gather everything that decides on the present screening."""
    eligibility, weighing = screening_sheet(binder, "ELG"), weighing_of(binder)
    platelets = platelets_of(binder)
    count = platelets.get("platelets") if platelets else None
    sex, organs = binder.value("DEM", "sex"), _of(eligibility, "nonrenal_failed_organs")
    burst = _of(eligibility, "e17_burst_decision")
    return Evidence(
        consent_on=consent_on(binder),
        birth_on=binder.value("DEM", "birth_date"),
        sex=Sex(sex) if sex else None,
        samples=tuple(samples(binder)),
        urine=tuple(urine(binder)),
        weight_kg=_of(weighing, "weight_kg"),
        weight_estimated=_of(weighing, "weight_source") == "estimated",
        onset_attested=_answer(_of(eligibility, "onset_within_48h_attested")),
        lvef_pct=_of(eligibility, "lvef_pct"),
        platelets=count.value if count else None,
        platelets_unit=count.unit if count else "10^9/L",
        steroids=steroids(binder),
        immunosuppressants=immunosuppressants(binder),
        burst_decision=BurstDecision(burst) if burst else None,
        failed_organs=frozenset(organs) - {Organ.NONE.value} if organs else None,
        answers={"I3": consent_answer(binder), **answers(eligibility)},
    )


def ages_of(binder: Casebook, qualifying_at: datetime | None) -> Ages:
    """Tell when the evidence that can grow old was obtained."""
    eligibility, platelets = screening_sheet(binder, "ELG"), platelets_of(binder)
    return Ages(
        hcg_at=_of(eligibility, "hcg_at"),
        echo_at=_of(eligibility, "lvef_at"),
        platelets_at=_of(platelets, "sampled_at"),
        qualifying_sample_at=qualifying_at,
    )


def episode(binder: Casebook) -> int:
    """Return the number of the present screening; the first one is 1."""
    screening = binder.one("SCN")
    return screening.occurrence if screening else 1


def screening_sheet(binder: Casebook, code: str, visit: str = "") -> FormData | None:
    """Return the sheet of a form that belongs to the present screening."""
    present = episode(binder)
    return next(
        (
            sheet
            for sheet in binder.rows(code)
            if sheet.occurrence == present and sheet.visit == visit
        ),
        None,
    )


def weighing_of(binder: Casebook) -> FormData | None:
    """Return the vital signs of the present screening."""
    return screening_sheet(binder, "VIT", VisitCode.SCREENING)


def samples(binder: Casebook) -> Iterator[Sample]:
    """Return the creatinine values; one without time of day is marked so."""
    for sheet in binder.rows("CRE"):
        taken, quantity = sheet.get("sample_at"), sheet.get("value")
        if taken is None or quantity is None:
            continue
        instant = taken.instant(SITE_ZONE) if isinstance(taken, Partial) else taken
        yield Sample(
            at=instant or site_midnight(taken.earliest),
            value=quantity.value,
            unit=quantity.unit,
            place=sheet.get("place") or "",
            id=str(sheet.form_id),
            date_only=instant is None,
        )


def urine(binder: Casebook) -> Iterator[TimedCollection]:
    """Return the timed collections; one without a volume was not measured."""
    for sheet in binder.rows("URI"):
        start, end, ml = (sheet.get(i) for i in ("start_at", "end_at", "volume_ml"))
        if start and end:
            yield TimedCollection(start, end, ml, id=str(sheet.form_id))


def platelets_of(binder: Casebook) -> FormData | None:
    """Return the latest count; after randomisation, the latest before it."""
    until = binder.value("RAN", "randomised_at")
    counted = [
        sheet
        for sheet in binder.rows("LAB")
        if sheet.get("platelets")
        and sheet.get("sampled_at")
        and (until is None or sheet.get("sampled_at") <= until)
    ]
    return max(counted, key=lambda sheet: sheet.get("sampled_at"), default=None)


def exposures(binder: Casebook) -> list[FormData] | None:
    """Return the drugs of E17; None while nobody has asked."""
    asked = [s for s in binder.rows("IST") if s.get("any_exposure")]
    if not asked:
        return None
    return [sheet for sheet in asked if sheet.get("any_exposure") == YesNo.YES]


def steroids(binder: Casebook) -> tuple[SteroidCourse, ...] | None:
    """Return the corticosteroids; a drug whose class is not known may be one."""
    taken = exposures(binder)
    if taken is None:
        return None
    return tuple(
        SteroidCourse(
            drug=drug_name(sheet),
            mg_per_day=_number(sheet.get("mg_per_day")),
            start=_text(sheet, "start"),
            stop=_text(sheet, "stop"),
            ongoing=sheet.get("ongoing") == YesNo.YES,
            route=sheet.get("route"),
            id=str(sheet.form_id),
        )
        for sheet in taken
        if sheet.get("drug_class") in (DrugClass.STEROID, None)
    )


def immunosuppressants(binder: Casebook) -> tuple[Immunosuppressant, ...] | None:
    """Return the other drugs with the dates of their changes."""
    taken = exposures(binder)
    if taken is None:
        return None
    return tuple(
        Immunosuppressant(
            drug=drug_name(sheet),
            changes=tuple(changes(sheet)),
            stop=_text(sheet, "stop"),
            route=sheet.get("route"),
            id=str(sheet.form_id),
        )
        for sheet in taken
        if sheet.get("drug_class") in (DrugClass.IMMUNOSUPPRESSANT, None)
    )


def changes(sheet: FormData) -> Iterator[str | None]:
    """Return the dates of start, dose change and switch, None where unknown."""
    yield _text(sheet, "start")
    for item in ("last_dose_change", "switched"):
        known = _text(sheet, item)
        if known or sheet.missing(item) == MissingCode.UNKNOWN:
            yield known
    if sheet.get("ongoing") != YesNo.YES and not sheet.get("stop"):
        yield None


def drug_name(sheet: FormData) -> str:
    """Return the drug by its code, or in the words of the site."""
    code = sheet.get("drug") or ""
    return sheet.get("drug_other") or "" if code == Drug.OTHER else code


def answers(sheet: FormData | None) -> dict[str, CriterionAnswer | None]:
    """Return the investigator's answers by criterion."""
    if sheet is None:
        return {}
    causes = sheet.get("e1_causes")
    excluded = causes != [ExcludedCause.NONE.value]
    return {
        "I4": _both(sheet.get("i4_can_comply"), sheet.get("phone_confirmed")),
        "E1": _yes_if(excluded) if causes else None,
        "E19": _counts(sheet, "e19", Ventilation.NOW, Ventilation.EXPECTED),
        "E20": _counts(sheet, "e20", OtherTrial.NOW, OtherTrial.WITHIN_30_DAYS),
        **{name: _answer(sheet.get(item)) for name, item in JUDGED.items()},
    }


def _of(sheet: FormData | None, item: str) -> Value:
    return sheet.get(item) if sheet else None


def _text(sheet: FormData, item: str) -> str | None:
    value = sheet.get(item)
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


def _counts(sheet: FormData, item: str, *against: str) -> CriterionAnswer | None:
    value = sheet.get(item)
    return None if value is None else _yes_if(value in against)
