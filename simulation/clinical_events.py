"""Stays, dialysis, drugs, adverse events and infusions of a person; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from simulation.drug_and_event_kinds import DRUGS, EVENTS, DrugKind, EventKind
from simulation.infusion_plans import (
    SimulatedInfusion,
    SimulatedRefusal,
    draw_infusions,
)
from simulation.people import DIES, Fate, Person
from simulation.times import at, days_after
from visits.schedule.rules import month_3

SOON = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class SimulatedStay:
    """A stay in the trial's hospital."""

    kind: str
    since: datetime
    until: datetime
    out_to: str
    admission: str = "index"
    reason: str = "Acute kidney injury"


@dataclass(frozen=True, slots=True)
class Dialysis:
    """A course of renal replacement; `until` None: ongoing."""

    modality: str
    since: datetime
    until: datetime | None
    per_week: int | None = None
    stop_reason: str = "recovered"


@dataclass(frozen=True, slots=True)
class SimulatedDrug:
    """A drug that a person received."""

    kind: DrugKind
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class SimulatedAdverseEvent:
    """An adverse event; `until` None: fatal or ongoing."""

    kind: EventKind
    since: datetime
    until: datetime | None
    grade: str
    seriousness: tuple[str, ...] = ()
    causality: str = "unlikely"
    expected: str = "Y"


@dataclass(frozen=True, slots=True)
class ClinicalEvents:
    """What happens to one person beside the visits."""

    stays: tuple[SimulatedStay, ...]
    dialysis: tuple[Dialysis, ...]
    drugs: tuple[SimulatedDrug, ...]
    adverse_events: tuple[SimulatedAdverseEvent, ...]
    infusions: tuple[SimulatedInfusion | SimulatedRefusal, ...]

    def is_in_hospital(self, since: datetime, until: datetime) -> bool:
        return any(stay.since <= until and stay.until >= since for stay in self.stays)

    def place(self, instant: datetime) -> str:
        kinds = {
            stay.kind for stay in self.stays if stay.since <= instant <= stay.until
        }
        return "icu" if "icu" in kinds else "ward" if kinds else "outpatient"

    def discharged_at(self) -> datetime:
        """End of the first hospital stay."""
        return next(stay.until for stay in self.stays if stay.kind == "hospital")

    def second_infusion_on(self, otherwise: date) -> date:
        """Date of infusion 2, or of the decision against it."""
        days = [
            (
                infusion.start
                if isinstance(infusion, SimulatedInfusion)
                else infusion.at
            ).date()
            for infusion in self.infusions
            if infusion.visit == "D7"
        ]
        return days[0] if days else otherwise

    def is_on_dialysis(self, since: datetime, until: datetime) -> bool:
        return any(
            course.since <= until and (course.until is None or course.until >= since)
            for course in self.dialysis
        )


def draw_clinical_events(person: Person, rng: Random) -> ClinicalEvents:
    events = tuple(sorted(_events(person, rng), key=lambda event: event.since))
    stays = tuple(_stays(person, events, rng))
    dialysis, drugs = tuple(_dialysis(person, rng)), tuple(_drugs(person, rng))
    return ClinicalEvents(
        stays, dialysis, drugs, events, tuple(draw_infusions(person, rng))
    )


def _stays(
    person: Person, events: tuple[SimulatedAdverseEvent, ...], rng: Random
) -> Iterator[SimulatedStay]:
    died_at = person.died_at if person.fate == Fate.DIES_EARLY else None
    home = days_after(person.day0, rng.randint(9, 26), rng.randint(560, 720))
    yield SimulatedStay(
        "hospital", person.admitted_at, died_at or home, "died" if died_at else "home"
    )
    if person.source == "icu" or died_at:
        since = person.admitted_at + timedelta(minutes=rng.randint(60, 900))
        out = days_after(person.day0, rng.randint(1, 7), rng.randint(600, 900))
        yield SimulatedStay("icu", since, died_at or out, "died" if died_at else "ward")
    for event in events:
        if "hospitalisation" in event.seriousness and event.since > home:
            until = event.until or event.since + timedelta(days=6)
            yield SimulatedStay(
                "hospital",
                event.since + SOON,
                until,
                "home",
                "unplanned",
                event.kind.term,
            )


def _dialysis(person: Person, rng: Random) -> Iterator[Dialysis]:
    fails = person.kidney.fails
    if not fails and rng.random() < 0.6:  # noqa: PLR2004 - share without dialysis
        return
    end = person.died_at
    since = person.rise_at + timedelta(hours=rng.randint(14, 60))
    until = since + timedelta(hours=rng.randint(50, 190))
    if end and until >= end:
        if since < end:
            yield Dialysis("crrt", since, end, stop_reason="died")
        return
    continues = fails or rng.random() < 0.4  # noqa: PLR2004 - share that needs more
    why = "changed_modality" if continues else "recovered"
    yield Dialysis("crrt", since, until, stop_reason=why)
    if continues:
        since = until + timedelta(hours=rng.randint(20, 50))
        until = since + timedelta(days=rng.randint(6, 20))
        if end and until >= end:
            if since < end:
                yield Dialysis("ihd", since, end, 3, "died")
        else:
            yield Dialysis("ihd", since, None if fails and not end else until, 3)


def _drugs(person: Person, rng: Random) -> Iterator[SimulatedDrug]:
    end = person.last_seen_at
    for kind in DRUGS:
        if rng.random() >= kind.share:
            continue
        since = person.consent_at + timedelta(minutes=rng.randint(-2800, 4000))
        until = since + timedelta(hours=round(24 * kind.days * rng.uniform(0.7, 1.4)))
        if end is None or since < end:
            yield SimulatedDrug(kind, since, min(until, end or until))


def _events(person: Person, rng: Random) -> Iterator[SimulatedAdverseEvent]:
    last = person.last_seen_at or at(month_3(person.day0), 600)
    for _number in range(rng.choice((0, 0, 1, 1, 2, 3))):
        kind, day = rng.choice(EVENTS), round(rng.triangular(0, 70, 4))
        since = days_after(person.day0, day, rng.randint(30, 1400))
        until = since + timedelta(hours=rng.randint(4, kind.days * 24))
        cause = rng.choice(("unlikely", "unlikely", "unrelated", "possible"))
        grade = rng.choice(kind.grades)
        if since < last - timedelta(hours=2):
            observed_end = until if until < last else None
            yield SimulatedAdverseEvent(
                kind, since, observed_end, grade, causality=cause
            )
    yield from _serious(person, last, rng)


EMBOLISM = EventKind("Pulmonary embolism", "diagnosis", "4", "thrombosis", "drug", 9)
SEPSIS = EventKind("Sepsis", "diagnosis", "3", "infection", "drug", 9)


def _serious(
    person: Person, last: datetime, rng: Random
) -> Iterator[SimulatedAdverseEvent]:
    if person.fate == Fate.STOPPED:
        since = days_after(person.day0, rng.randint(2, 4), rng.randint(60, 1300))
        until = since + timedelta(days=rng.randint(4, 9))
        grave = ("life_threatening", "important")
        yield SimulatedAdverseEvent(
            EMBOLISM, since, until, "4", grave, "possible", expected="N"
        )
    is_readmitted = rng.random() < 0.12  # noqa: PLR2004 - share of people
    since = days_after(person.day0, rng.randint(34, 62), rng.randint(420, 1200))
    until = since + timedelta(days=rng.randint(3, 9))
    if is_readmitted and until < last and person.fate not in (*DIES, Fate.LOST):
        yield SimulatedAdverseEvent(SEPSIS, since, until, "3", ("hospitalisation",))


def weight_on(person: Person, days: int) -> Decimal:
    """Weight some days after the first infusion; fluid is lost."""
    return person.weight_kg - Decimal(min(max(days, 0), 30) // 2) / 10
