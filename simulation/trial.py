"""A whole trial from a seed: the acts of all people in the order of time.

Each person and each act has a random source of its own, seeded by the seed and its
position. What one of them draws changes nothing for another: neither arm nor number.
"""

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from randomization.vocabulary import Product
from record.accounts.models import User
from record.audit.models import Installation
from record.casebook.models import Participant
from record.notices.tasks import deliver_queued
from simulation.clinical_events import draw_clinical_events
from simulation.demo_users import DEMO_USERS
from simulation.people import SimulatedPlace, draw_person, draw_places
from simulation.pharmacy_habits import BY_PRODUCT, PharmacyHabits
from simulation.site import Site
from simulation.site_setup import set_up_site
from simulation.times import at
from simulation.writer import SimulatedCase, acts_of
from simulation.writer.case import Act
from trial_edc import chance, clock
from trial_edc.protocol import PROTOCOL
from visits.deviations.tasks import raise_missed_visits
from visits.reminders.tasks import queue_reminders

LAST_DAYS = (3, 2, 1)  # before the end, on which reminders are sent
TEN_PAST_TEN = 10 * 60 + 10  # minutes of the day
PREPARATION = timedelta(days=21)  # from the first account to the first approach


class DatabaseUnsuitable(Exception):
    """A trial cannot be simulated here; the text is for people."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of the simulation."""

    approached: int
    participants: int
    acts: int
    today: date


Report = Callable[[Progress], None]
Steps = Iterator[tuple[int, Act]]
QueuedAct = tuple[datetime, int, int, Steps, Act]


def require_empty_demo() -> None:
    if not Installation.objects.filter(is_demo=True).exists():
        message = "This database is not marked as a demo; nothing is simulated in it."
        raise DatabaseUnsuitable(message)
    names = [user.username for user in DEMO_USERS]
    has_trial = Participant.objects.exists() or User.objects.filter(username__in=names)
    if has_trial:
        message = "This database holds a trial already; simulate into an empty one."
        raise DatabaseUnsuitable(message)


def simulate(
    *,
    participants: int,
    seed: int,
    until: date,
    habits: Mapping[Product, PharmacyHabits] = BY_PRODUCT,
    report: Report = lambda _now: None,
) -> None:
    """Write the trial as it stands on the morning of a date."""
    require_empty_demo()
    begins = PROTOCOL.consent_versions[0].effective_from
    longest = (until - begins).days - PREPARATION.days
    if longest < 1:
        message = f"The trial begins on {begins}; choose a later date."
        raise DatabaseUnsuitable(message)
    with chance.seeded(f"{seed}"):
        order_of_approach = draw_places(
            participants, chance.source(), longest_days=longest
        )
    first = until - timedelta(days=order_of_approach[0].days_ago)
    opened_at = at(first, 600) - PREPARATION
    with clock.at(opened_at), chance.seeded(f"{seed} opening"):
        site = set_up_site(opened_at.date() - timedelta(days=365))
        site.habits = habits
    _write(
        _acts(order_of_approach, site, until=until, seed=seed),
        order_of_approach,
        seed,
        report,
    )
    with clock.at(at(until, 0)):
        raise_missed_visits()
    for days in LAST_DAYS:
        with clock.at(at(until - timedelta(days=days), TEN_PAST_TEN)):
            queue_reminders()
            deliver_queued()


def _write(
    acts: Iterator[tuple[datetime, int, int, Act]],
    order: list[SimulatedPlace],
    seed: int,
    report: Report,
) -> None:
    approached = 0
    for count, (_at, number, step, act) in enumerate(acts, 1):
        approached += step == 0
        with clock.at(act.at), chance.seeded(f"{seed} {number} {step}"):
            act.do()
        report(Progress(approached, len(order), count, act.at.date()))


def _acts(
    order: list[SimulatedPlace], site: Site, *, until: date, seed: int
) -> Iterator[tuple[datetime, int, int, Act]]:
    """Every act in the order of time; only people with acts ahead are in memory."""
    end, not_approached = at(until, 0), list(reversed(order))
    heap: list[QueuedAct] = []
    while not_approached or heap:
        if not_approached and (
            not heap or _starts_at(not_approached[-1], until) <= heap[0][0]
        ):
            place = not_approached.pop()
            person = _person_acts(place, site, until=until, seed=seed)
            _push(heap, place.number, enumerate(person), end)
            continue
        instant, number, step, steps, act = heapq.heappop(heap)
        yield instant, number, step, act
        _push(heap, number, steps, end)


def _starts_at(place: SimulatedPlace, until: date) -> datetime:
    return at(until - timedelta(days=place.days_ago), 0)


def _push(
    heap: list[QueuedAct],
    number: int,
    steps: Steps,
    end: datetime,
) -> None:
    for step, act in steps:
        if act.at < end:
            heapq.heappush(heap, (act.at, number, step, steps, act))
        return


def _person_acts(
    place: SimulatedPlace, site: Site, *, until: date, seed: int
) -> list[Act]:
    with chance.seeded(f"{seed} {place.number}"):
        rng = chance.source()
        person = draw_person(place, until, rng)
        return acts_of(
            SimulatedCase(person, draw_clinical_events(person, rng), site, rng)
        )
