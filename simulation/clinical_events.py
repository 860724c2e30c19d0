"""What happens to a person beside the visits; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from simulation.catalogue import DRUGS, EVENTS, DrugKind, EventKind
from simulation.infusing import Refusal, SimulatedInfusion, infusions
from simulation.people import DIES, Fate, Person
from simulation.times import at, days_after
from visits.schedule.rules import month_3

SOON = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class SimulatedStay:
    """A stay in our hospital."""

    kind: str
    since: datetime
    until: datetime
    out_to: str
    admission: str = "index"
    reason: str = "Acute kidney injury"


@dataclass(frozen=True, slots=True)
class Dialysis:
    """A course of renal replacement; `until` None: it goes on."""

    modality: str
    since: datetime
    until: datetime | None
    per_week: int | None = None
    stop_reason: str = "recovered"


@dataclass(frozen=True, slots=True)
class SimulatedDrug:
    """A drug that a person was given."""

    kind: DrugKind
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class SimulatedEvent:
    """An adverse event; `until` None: it is fatal or goes on."""

    kind: EventKind
    since: datetime
    until: datetime | None
    grade: str
    seriousness: tuple[str, ...] = ()
    causality: str = "unlikely"
    expected: str = "Y"


@dataclass(frozen=True, slots=True)
class Happenings:
    """All of it."""

    stays: tuple[SimulatedStay, ...]
    dialysis: tuple[Dialysis, ...]
    drugs: tuple[SimulatedDrug, ...]
    events: tuple[SimulatedEvent, ...]
    infusions: tuple[SimulatedInfusion | Refusal, ...]

    def in_hospital(self, since: datetime, until: datetime) -> bool:
        """Tell whether a stay touches a stretch of time."""
        return any(one.since <= until and one.until >= since for one in self.stays)

    def place(self, instant: datetime) -> str:
        kinds = {one.kind for one in self.stays if one.since <= instant <= one.until}
        return "icu" if "icu" in kinds else "ward" if kinds else "outpatient"

    def discharged_at(self) -> datetime:
        """Return the end of the first hospital stay."""
        return next(one.until for one in self.stays if one.kind == "hospital")

    def second_on(self, otherwise: date) -> date:
        """Return the date of infusion 2, or of the decision against it."""
        days = [
            (one.start if isinstance(one, SimulatedInfusion) else one.at).date()
            for one in self.infusions
            if one.visit == "D7"
        ]
        return days[0] if days else otherwise

    def on_dialysis(self, since: datetime, until: datetime) -> bool:
        return any(
            one.since <= until and (one.until is None or one.until >= since)
            for one in self.dialysis
        )


def happenings(person: Person, rng: Random) -> Happenings:
    events = tuple(sorted(_events(person, rng), key=lambda one: one.since))
    stays = tuple(_stays(person, events, rng))
    dialysis, drugs = tuple(_dialysis(person, rng)), tuple(_drugs(person, rng))
    return Happenings(stays, dialysis, drugs, events, tuple(infusions(person, rng)))


def _stays(
    person: Person, events: tuple[SimulatedEvent, ...], rng: Random
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
    goes_on = fails or rng.random() < 0.4  # noqa: PLR2004 - share that needs more
    why = "changed_modality" if goes_on else "recovered"
    yield Dialysis("crrt", since, until, stop_reason=why)
    if goes_on:
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


def _events(person: Person, rng: Random) -> Iterator[SimulatedEvent]:
    last = person.last_seen_at or at(month_3(person.day0), 600)
    for _number in range(rng.choice((0, 0, 1, 1, 2, 3))):
        kind, day = rng.choice(EVENTS), round(rng.triangular(0, 70, 4))
        since = days_after(person.day0, day, rng.randint(30, 1400))
        until = since + timedelta(hours=rng.randint(4, kind.days * 24))
        cause = rng.choice(("unlikely", "unlikely", "unrelated", "possible"))
        grade = rng.choice(kind.grades)
        if since < last - timedelta(hours=2):
            ended = until if until < last else None
            yield SimulatedEvent(kind, since, ended, grade, causality=cause)
    yield from _serious(person, last, rng)


EMBOLISM = EventKind("Pulmonary embolism", "diagnosis", "4", "thrombosis", "drug", 9)
SEPSIS = EventKind("Sepsis", "diagnosis", "3", "infection", "drug", 9)


def _serious(person: Person, last: datetime, rng: Random) -> Iterator[SimulatedEvent]:
    if person.fate == Fate.STOPPED:
        since = days_after(person.day0, rng.randint(2, 4), rng.randint(60, 1300))
        until = since + timedelta(days=rng.randint(4, 9))
        grave = ("life_threatening", "important")
        yield SimulatedEvent(
            EMBOLISM, since, until, "4", grave, "possible", expected="N"
        )
    readmitted = rng.random() < 0.12  # noqa: PLR2004 - share of people
    since = days_after(person.day0, rng.randint(34, 62), rng.randint(420, 1200))
    until = since + timedelta(days=rng.randint(3, 9))
    if readmitted and until < last and person.fate not in (*DIES, Fate.LOST):
        yield SimulatedEvent(SEPSIS, since, until, "3", ("hospitalisation",))


def weight_on(person: Person, days: int) -> Decimal:
    """Return the weight some days after the first infusion; fluid is lost."""
    return person.weight_kg - Decimal(min(max(days, 0), 30) // 2) / 10
