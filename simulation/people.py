"""The people who are approached and the fate of each; drawn first, pure.

Frequencies are of the order seen in trials of severe acute kidney injury; nothing here
knows an arm, so nothing clinical can depend on one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from random import Random

from simulation import phrases
from simulation.kidney import Kidney, draw_kidney
from simulation.times import at
from trial_edc.vocabulary import Sex


class Fate(StrEnum):
    """Outcome for a person who was approached."""

    DECLINES = "declines"
    INCAPABLE = "incapable"  # and without a representative
    REFUSES = "refuses"  # signs that consent is refused
    FAILS = "fails"  # a criterion is not met
    NOT_EVALUABLE = "not_evaluable"
    EXPIRES = "expires"  # screening takes too long
    WAITS = "waits"  # was asked and thinks about it
    NOT_YET = "not_yet"  # eligible and confirmed, to be randomized
    COMPLETES = "completes"
    RESCREENED = "rescreened"  # fails first, and completes after a second screening
    IN_ERROR = "in_error"  # completes, though randomized in error
    NEVER_INFUSED = "never_infused"
    STOPPED = "stopped"  # no second infusion after a serious event
    DIES_EARLY = "dies_early"
    DIES_LATE = "dies_late"
    LEAVES = "leaves"  # withdraws from everything
    LEAVES_VISITS = "leaves_visits"  # records may be looked up
    LEAVES_INFUSION = "leaves_infusion"
    LOST = "lost"


DIES = (Fate.DIES_EARLY, Fate.DIES_LATE)
NEVER_CONSENTS = (Fate.DECLINES, Fate.INCAPABLE, Fate.REFUSES)
NOT_RANDOMIZED = (*NEVER_CONSENTS, Fate.FAILS, Fate.NOT_EVALUABLE, Fate.EXPIRES)

# Randomized in the last hour of yesterday: day 0 stays due until late today.
DAY_0_DUE = (2, Fate.COMPLETES)
LAST_HOUR = 23 * 60
# Days before today and fate of the first people: so even a small trial shows each
# state, and has work due, upcoming and overdue.
FIRST_FATES = (
    (9, Fate.COMPLETES),  # day 7 is due
    (130, Fate.COMPLETES),
    (61, Fate.FAILS),
    (152, Fate.LOST),
    (101, Fate.DIES_EARLY),
    (1, Fate.WAITS),
    (1, Fate.COMPLETES),  # in screening
    (2, Fate.NOT_YET),
    DAY_0_DUE,
    (75, Fate.LEAVES),
    (32, Fate.COMPLETES),  # day 28 is due
    (97, Fate.COMPLETES),  # month 3 is due
    (118, Fate.DECLINES),
    (109, Fate.NOT_EVALUABLE),
    (86, Fate.INCAPABLE),
    (50, Fate.STOPPED),
    (38, Fate.COMPLETES),  # day 28 is overdue
    (141, Fate.RESCREENED),
    (124, Fate.LEAVES_VISITS),
    (67, Fate.LEAVES_INFUSION),
    (55, Fate.NEVER_INFUSED),
    (136, Fate.DIES_LATE),
    (46, Fate.IN_ERROR),
    (70, Fate.FAILS),
    (26, Fate.REFUSES),
)
WEIGHTS = {
    Fate.FAILS: 24,
    Fate.DECLINES: 5,
    Fate.INCAPABLE: 3,
    Fate.NOT_EVALUABLE: 2,
    Fate.REFUSES: 2,
    Fate.EXPIRES: 2,
    Fate.COMPLETES: 39,
    Fate.DIES_EARLY: 6,
    Fate.DIES_LATE: 3,
    Fate.LEAVES: 2,
    Fate.LEAVES_VISITS: 2,
    Fate.LEAVES_INFUSION: 2,
    Fate.LOST: 2,
    Fate.NEVER_INFUSED: 2,
    Fate.STOPPED: 2,
    Fate.RESCREENED: 1,
    Fate.IN_ERROR: 1,
}
SHORTEST_DAYS, LONGEST_DAYS, DAYS_A_PERSON = 150, 900, 1.5
CRITERIA = ("I1", "I2", "E5", "E8", "E9", "E11", "E12", "E13", "E15", "E18", "E19")


@dataclass(frozen=True, slots=True)
class SimulatedPlace:
    """A position in the order of approach."""

    number: int
    days_ago: int
    fate: Fate


def draw_places(
    participants: int, rng: Random, *, longest_days: int
) -> list[SimulatedPlace]:
    span = min(SHORTEST_DAYS + int(DAYS_A_PERSON * participants), LONGEST_DAYS)
    fates, weights = list(WEIGHTS), list(WEIGHTS.values())
    choices = [
        FIRST_FATES[number]
        if number < len(FIRST_FATES)
        else (rng.randint(3, span), rng.choices(fates, weights)[0])
        for number in range(participants)
    ]
    by_days = sorted(
        ((min(ago, longest_days), fate) for ago, fate in choices), reverse=True
    )
    return [
        SimulatedPlace(number, ago, fate)
        for number, (ago, fate) in enumerate(by_days, 1)
    ]


@dataclass(frozen=True, slots=True)
class Person:
    """A person who was approached, with the instants of the course."""

    place: SimulatedPlace
    sex: Sex
    birth_date: date
    name: str
    hospital_no: str
    phone: str
    height_cm: int
    weight_kg: Decimal
    source: str
    represented: bool  # a representative signed
    criterion: str  # the one that fails, if any
    kidney: Kidney
    rise_at: datetime  # the later sample of the rise
    admitted_at: datetime
    approached_at: datetime
    consent_at: datetime
    screened_at: datetime  # consent, or the second approach
    confirmed_at: datetime
    randomized_at: datetime
    infused_at: datetime  # infusion 1
    ends_at: datetime | None  # death or withdrawal

    @property
    def fate(self) -> Fate:
        return self.place.fate

    @property
    def day0(self) -> date:
        never = self.fate == Fate.NEVER_INFUSED
        return (self.randomized_at if never else self.infused_at).date()

    @property
    def died_at(self) -> datetime | None:
        return self.ends_at if self.fate in DIES else None

    @property
    def last_seen_at(self) -> datetime | None:
        """Nothing is observed after it; None: no limit."""
        return self.ends_at if self.fate in (*DIES, Fate.LEAVES) else None

    @property
    def is_female(self) -> bool:
        return self.sex == Sex.FEMALE

    def age_on(self, day: date) -> int:
        before = (day.month, day.day) < (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - before

    def days_after_rise(self, instant: datetime) -> float:
        return (instant - self.rise_at) / timedelta(days=1)


def draw_person(place: SimulatedPlace, today: date, rng: Random) -> Person:
    sex = Sex.FEMALE if rng.random() < 0.38 else Sex.MALE  # noqa: PLR2004 - of AKI
    approached_at = at(today - timedelta(days=place.days_ago), rng.randint(500, 840))
    criterion = rng.choice(CRITERIA) if place.fate == Fate.FAILS else ""
    if criterion == "E5" and sex == Sex.FEMALE and rng.random() < 1 / 2:
        criterion = "E2"
    age = _age(criterion, rng)
    birth_date = date(
        approached_at.year - age - 1, rng.randint(1, 12), rng.randint(1, 28)
    )
    height = round(rng.gauss(159 if sex == Sex.FEMALE else 171, 6))
    times = dict(_times(place, approached_at, rng))
    return Person(
        place=place,
        sex=sex,
        birth_date=birth_date,
        name=rng.choice(phrases.SURNAMES) + rng.choice(phrases.GIVEN_NAMES),
        hospital_no=f"H{rng.randint(10**7, 10**8 - 1)}{place.number:04d}",
        phone=f"138-{rng.randint(1000, 9999)}-{rng.randint(1000, 9999)}",
        height_cm=min(max(height, 148), 192),
        weight_kg=_weight(height, rng),
        source=rng.choice(("icu", "icu", "ward", "ward", "emergency", "transfer_in")),
        represented=rng.random() < 1 / 3,
        criterion=criterion,
        kidney=draw_kidney(criterion, sex, age, rng),
        rise_at=times["consent_at"] - timedelta(minutes=rng.randint(150, 700)),
        admitted_at=approached_at - timedelta(minutes=rng.randint(2000, 7000)),
        approached_at=approached_at,
        ends_at=_end(place.fate, times["infused_at"], rng),
        **times,
    )


def _age(criterion: str, rng: Random) -> int:
    if criterion == "I2":
        return rng.randint(67, 74)
    return min(max(round(rng.gauss(50, 10)), 22), 62)


def _weight(height_cm: int, rng: Random) -> Decimal:
    index = min(max(rng.gauss(24, 2.6), 18.5), 32)
    return Decimal(round(index * height_cm**2 / 1000)) / 10


def _times(
    place: SimulatedPlace, approached_at: datetime, rng: Random
) -> Iterator[tuple[str, datetime]]:
    consideration = timedelta(days=1 if place.fate == Fate.WAITS else 0)
    consent_at = approached_at + timedelta(minutes=rng.randint(60, 200)) + consideration
    second_screening_delay = timedelta(days=4 if place.fate == Fate.RESCREENED else 0)
    screened_at = consent_at + second_screening_delay
    confirmed_at = at(screened_at.date() + timedelta(days=1), rng.randint(545, 650))
    waiting_minutes = 20 * 60 if place.fate == Fate.NOT_YET else 0
    randomized_at = confirmed_at + timedelta(
        minutes=waiting_minutes + rng.randint(60, 150)
    )
    if (place.days_ago, place.fate) == DAY_0_DUE:
        randomized_at = at(confirmed_at.date(), LAST_HOUR + randomized_at.minute // 2)
    late_minutes = 5 * 60 if rng.random() < 1 / 16 else 0  # later than 24 h
    infused_at = randomized_at + timedelta(
        minutes=late_minutes + rng.randint(1265, 1410)
    )
    yield "consent_at", consent_at
    yield "screened_at", screened_at
    yield "confirmed_at", confirmed_at
    yield "randomized_at", randomized_at
    yield "infused_at", infused_at


ENDS = {  # first and last day on which somebody dies or withdraws
    Fate.DIES_EARLY: (4, 24),
    Fate.DIES_LATE: (36, 70),
    Fate.LEAVES: (9, 20),
    Fate.LEAVES_VISITS: (9, 20),
    Fate.LEAVES_INFUSION: (2, 4),
}


def _end(fate: Fate, infused_at: datetime, rng: Random) -> datetime | None:
    if fate not in ENDS:
        return None
    first, last = ENDS[fate]
    day = infused_at.date() + timedelta(days=rng.randint(first, last))
    is_death = fate in DIES
    return at(day, rng.randint(120, 1300) if is_death else rng.randint(560, 900))
