"""Infusions as they will run, or why one is not given; pure, without any product."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from simulation.people import Fate, Person
from simulation.times import days_after
from trial_edc.protocol import PROTOCOL

PLAN = PROTOCOL.infusion.precedent
SHARES = {"reaction": 0.09, "partly": 0.04, "saw": 0.03, "wrong": 0.015, "no_go": 0.06}
SHARE_FORGOTTEN, POINTS = 0.2, ("m30", "e30m", "e2h", "e4h")
SHARE_GIVEN_IN_PART = 0.6


@dataclass(frozen=True, slots=True)
class SimulatedInfusion:
    """One infusion as it will run."""

    visit: str
    number: int
    start: datetime
    stop: datetime
    has_reaction: bool
    is_partly_given: bool
    saw_bag: bool  # the participant saw the bag
    is_wrong_product: bool  # not the product of the allocation
    forgotten_point: str  # a time point without measurement

    @property
    def volume_ml(self) -> float:
        share = SHARE_GIVEN_IN_PART if self.is_partly_given else 1
        return float(PLAN.planned_volume_ml) * share

    @property
    def is_grave(self) -> bool:
        """A reaction stopped it, which rules out another infusion."""
        return self.has_reaction and self.is_partly_given


@dataclass(frozen=True, slots=True)
class SimulatedRefusal:
    """The decision not to give an infusion."""

    visit: str
    at: datetime
    why: str


def draw_infusions(
    person: Person, rng: Random
) -> Iterator[SimulatedInfusion | SimulatedRefusal]:
    """Both infusions; after a death or withdrawal there is no second."""
    if person.fate == Fate.NEVER_INFUSED:
        yield SimulatedRefusal("D0", person.infused_at - timedelta(hours=2), "clinical")
        return
    first = _infusion("D0", person.infused_at, rng)
    yield first
    day = 7 + rng.choice((0, 0, 0, 0, -1, 1, 1, 2))
    start = days_after(person.day0, day, rng.randint(560, 780))
    refused = rng.random() < SHARES["no_go"]
    if person.ends_at and person.ends_at < start + timedelta(hours=3):
        return
    if person.fate == Fate.STOPPED or first.is_grave:
        yield SimulatedRefusal("D7", start - timedelta(hours=1), "ae")
    elif refused:
        why = rng.choice(("clinical", "participant", "discharged"))
        yield SimulatedRefusal("D7", start - timedelta(hours=1), why)
    else:
        yield _infusion("D7", start, rng)


def _infusion(visit: str, start: datetime, rng: Random) -> SimulatedInfusion:
    drawn = {name: rng.random() < share for name, share in SHARES.items()}
    return SimulatedInfusion(
        visit=visit,
        number=1 if visit == "D0" else 2,
        start=start,
        stop=start + timedelta(minutes=rng.randint(42, 57)),
        has_reaction=drawn["reaction"],
        is_partly_given=drawn["partly"],
        saw_bag=drawn["saw"],
        is_wrong_product=drawn["wrong"],
        forgotten_point=rng.choice(POINTS) if rng.random() < SHARE_FORGOTTEN else "",
    )
