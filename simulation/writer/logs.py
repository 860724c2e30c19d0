"""Logs: creatinine, urine, immunosuppressants, drugs, stays, dialysis."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from record.casebook.values import MissingCode
from simulation.clinical_events import Dialysis, SimulatedDrug, SimulatedStay
from simulation.measurements import reported_value
from simulation.people import Person
from simulation.times import at, in_office_hours
from simulation.writer.case import (
    Act,
    Acts,
    SimulatedCase,
    change_reason,
    partial_date_text,
)
from trial_edc import chance

UMOL_L_PER_MG_DL = 88.4
COLLECTION = timedelta(hours=3)
LATER = change_reason("The course has ended since.", "late")


def screening_log_acts(case: SimulatedCase) -> Acts:
    entered_at = case.person.consent_at + timedelta(minutes=case.rng.randint(20, 45))
    minute = timedelta(minutes=2)
    for number, (taken_at, value) in enumerate(_samples_before(case)):
        row = partial(enter_creatinine, case, taken_at, value, "co")
        yield Act(entered_at + number * minute, row)
    yield Act(entered_at + 8 * minute, lambda: _immunosuppression(case))
    if case.person.criterion == "I1" or case.rng.random() < 0.3:  # noqa: PLR2004
        yield Act(entered_at + 9 * minute, lambda: _urine(case))
    for stay in case.clinical_events.stays[:2]:
        if stay.since < case.person.consent_at:
            yield from _stay(case, stay, entered_at + 10 * minute)


def course_log_acts(case: SimulatedCase) -> Acts:
    for stay in case.clinical_events.stays:
        if case.person.consent_at <= stay.since and _is_observed(
            case.person, stay.since
        ):
            yield from _stay(case, stay, case.entry_time(stay.since, (30, 300)))
    for course in case.clinical_events.dialysis:
        if _is_observed(case.person, course.since):
            yield from _dialysis(case, course)
    for drug in case.clinical_events.drugs:
        yield from _drug(case, drug)


def _samples_before(case: SimulatedCase) -> Iterator[tuple[datetime | None, float]]:
    person, rng = case.person, case.rng
    if rng.random() < 1 / 4:
        yield None, person.kidney.baseline * rng.uniform(1.02, 1.1)
    before = at(person.rise_at.date(), rng.randint(480, 700))
    yield before - timedelta(days=rng.randint(12, 80)), person.kidney.baseline
    yield person.rise_at - timedelta(hours=person.kidney.hours), person.kidney.first
    yield person.rise_at, person.kidney.later


def enter_creatinine(
    case: SimulatedCase, taken_at: datetime | None, value: float, by: str
) -> None:
    """Enter a creatinine; an old outside one has a date only and another unit.

    Two reasons to measure in one minute are one sample, which nobody enters twice.
    """
    minute = taken_at and taken_at.replace(second=0, microsecond=0)
    if minute in case.sampled_at:
        return
    values: dict[str, object] = {
        "laboratory": case.site.laboratory,
        "routine_care": "Y",
    }
    if minute is None:
        day = case.person.consent_at.date() - timedelta(days=200)
        values |= {
            "sample_at": day.isoformat(),
            "value": (f"{value / UMOL_L_PER_MG_DL:.2f}", "mg/dL"),
            "place": "outside_lab",
            "source_seen": "Y",
            "report": MissingCode.NOT_DONE,
        }
    else:
        case.sampled_at.add(minute)
        values |= {
            "sample_at": partial_date_text(minute),
            "value": (str(round(value)), "umol/L"),
            "place": case.clinical_events.place(minute),
        }
    case.add("CRE", values, by)


def enter_daily_creatinine(case: SimulatedCase, taken_at: datetime, by: str) -> None:
    """Enter a creatinine of the simulated course; dialysis lowers it."""
    person = case.person
    value = person.kidney.creatinine(person.days_after_rise(taken_at))
    if case.clinical_events.is_on_dialysis(taken_at - timedelta(days=1), taken_at):
        value = person.kidney.baseline + (value - person.kidney.baseline) * 0.7
    enter_creatinine(case, taken_at, reported_value(value, chance.source()), by)


def _immunosuppression(case: SimulatedCase) -> None:
    kind, person = chance.source().random(), case.person
    exposed: dict[str, object] = {"any_exposure": "Y", "drug_class": "steroid"}
    if kind < 0.06:  # noqa: PLR2004 - a short burst, to be judged
        since = person.consent_at.date() - timedelta(days=4)
        exposed |= {"drug": "hydrocortisone", "route": "iv", "mg_per_day": 200}
        exposed |= {"start": since.isoformat(), "ongoing": "N"}
        exposed["stop"] = (since + timedelta(days=2)).isoformat()
        case.forms["burst"] = case.add("IST", exposed, "co")
    elif kind < 0.12:  # noqa: PLR2004 - an inhaled steroid, which does not count
        exposed |= {"drug": "other", "drug_other": "Budesonide", "route": "inhaled"}
        exposed |= {"mg_per_day": "0.4", "start": "2019", "ongoing": "Y"}
        case.add("IST", exposed, "co")
    else:
        case.add("IST", {"any_exposure": "N"}, "co")


def _urine(case: SimulatedCase) -> None:
    """Enter twelve hours of collections: low, or enough where I1 is not met."""
    person, source = case.person, chance.source()
    low, high = (0.8, 1.4) if person.criterion == "I1" else (0.18, 0.44)
    start = in_office_hours(person.consent_at).replace(minute=0) - 5 * COLLECTION
    for number in range(4):
        since = start + number * COLLECTION
        volume = source.uniform(low, high) * float(person.weight_kg) * 3
        values = {
            "start_at": since,
            "end_at": since + COLLECTION,
            "volume_ml": round(volume),
            "catheter": "Y",
        }
        case.add("URI", values, "bn")


def _stay(case: SimulatedCase, stay: SimulatedStay, entered_at: datetime) -> Acts:
    key = f"STY {stay.since}"
    values = {
        "kind": stay.kind,
        "hospital": "ours",
        "in_at": stay.since,
        "admission_type": stay.admission,
        "reason": stay.reason,
    }

    def admit() -> None:
        case.forms[key] = case.add("STY", values, "co")

    def leave() -> None:
        discharge = {"out_at": stay.until, "out_to": stay.out_to}
        case.save(case.forms[key], discharge, "co")

    yield Act(entered_at, admit)
    if not _is_observed(case.person, stay.until):
        return
    discharged_at = case.entry_time(stay.until, (20, 200))
    yield Act(max(discharged_at, entered_at + timedelta(minutes=10)), leave)


def _dialysis(case: SimulatedCase, course: Dialysis) -> Acts:
    key = f"RRT {course.since}"
    values: dict[str, object] = {
        "row_kind": "course",
        "modality": course.modality,
        "started_at": partial_date_text(course.since.replace(second=0, microsecond=0)),
        "ongoing": "Y",
        "unplanned": "N",
        "indication": list(case.rng.choice((("fluid",), ("uraemia",), ("potassium",)))),
        "place": "ours",
        "source": "record",
    }
    if course.per_week:
        values["sessions_per_week"] = course.per_week

    def begin() -> None:
        case.forms[key] = case.add("RRT", values, "co")

    entered_at = _after_consent(case.person, case.entry_time(course.since, (60, 400)))
    yield Act(entered_at, begin)
    if course.until is None or not _is_observed(case.person, course.until):
        return
    end_values = {
        "ongoing": "N",
        "ended_at": partial_date_text(course.until.replace(second=0, microsecond=0)),
        "stop_reason": course.stop_reason,
    }
    yield Act(
        max(
            case.entry_time(course.until, (60, 400)), entered_at + timedelta(minutes=9)
        ),
        lambda: case.save(case.forms[key], end_values, "co", why=LATER),
    )


def _drug(case: SimulatedCase, drug: SimulatedDrug) -> Acts:
    key, kind = f"CMD {drug.kind.name}", drug.kind
    values: dict[str, object] = {
        "drug": kind.name,
        "category": kind.category,
        "indication": kind.indication,
        "dose": kind.dose,
        "dose_unit": kind.unit,
        "frequency": kind.frequency,
        "route": kind.route,
        "start": drug.since.date().isoformat(),
    }
    end_values = {"ongoing": "N", "stop": drug.until.date().isoformat()}
    is_complete = case.rng.random() > 0.04  # noqa: PLR2004 - a few are left as drafts
    is_entered_late = case.rng.random() < 1 / 2
    first_at = _after_consent(case.person, case.entry_time(drug.since, (60, 600)))
    last_at = max(
        case.entry_time(drug.until, (30, 600)), first_at + timedelta(minutes=9)
    )

    def begin() -> None:
        ongoing = values | {"ongoing": "Y"}
        case.forms[key] = case.add("CMD", ongoing, "co", complete=is_complete)

    if is_entered_late:
        yield Act(last_at, lambda: case.add("CMD", values | end_values, "bn"))
        return
    yield Act(first_at, begin)
    if is_complete:
        stop = lambda: case.save(case.forms[key], end_values, "co", why=LATER)  # noqa: E731
        yield Act(last_at, stop)


def _is_observed(person: Person, instant: datetime) -> bool:
    """Somebody still observes; after a withdrawal nobody does."""
    return person.last_seen_at is None or instant <= person.last_seen_at


def _after_consent(person: Person, instant: datetime) -> datetime:
    return max(instant, in_office_hours(person.consent_at + timedelta(minutes=130)))
