"""The trial that the tests of this room read; it is written once."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from record.casebook.models import Participant
from record.casebook.services.copies import differences
from simulation.times import at
from tests.servers import clean_database
from tests.simulation.world import World, simulated_world
from trial_edc import clock
from visits.outlooks.selectors import outlooks_at
from visits.reminders.page import ward_reminders
from visits.reminders.selectors import informed_in_ward
from visits.schedule.selectors import schedules

MANY = 12
NOON = 720  # minutes of the day


def _told_in_ward(people: Iterable[Participant]) -> set[tuple[int, str]]:
    return {(who.pk, reminder.key) for who, reminder in ward_reminders(list(people))}


def _compare(
    disagreements: dict[date, list[object]],
    told_in_ward: set[tuple[int, str]],
    day: date,
) -> None:
    """What lists read that day, against the forms and the rules."""
    now = at(day, NOON)
    read = {
        (row.participant_id, row.visit, row.number, row.status_now)
        for row in outlooks_at(now)
    }
    everybody = Participant.objects.all()
    with clock.at(now):
        plans = schedules(everybody)
        in_ward = _told_in_ward(everybody)
        informed = _told_in_ward(informed_in_ward(everybody, now))
    derived = {
        (participant, visit.code, visit.number, visit.status)
        for participant, plan in plans.items()
        for visit in plan.visits
    }
    disagreements[day] = [*read ^ derived, *informed ^ in_ward, *differences()]
    told_in_ward.update(in_ward)


@pytest.fixture(scope="module")
def trial(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[World]:
    """A trial with every state; it stays in the database for the tests."""
    with django_db_blocker.unblock():
        disagreements: dict[date, list[object]] = {}
        told_in_ward: set[tuple[int, str]] = set()
        compare = partial(_compare, disagreements, told_in_ward)
        world = simulated_world(MANY, compare)
        world.disagreements, world.told_in_ward = disagreements, told_in_ward
    yield world
    with django_db_blocker.unblock():
        connections.close_all()
        clean_database()
