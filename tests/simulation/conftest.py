"""The trial that the tests of this room read; it is written once."""

from collections.abc import Iterator
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
from visits.schedule.selectors import schedules

MANY = 12
NOON = 720  # minutes of the day


def _compare(disagreements: dict[date, list[object]], day: date) -> None:
    """What lists read that day, against the forms and the rules."""
    now = at(day, NOON)
    read = {
        (row.participant_id, row.visit, row.number, row.status_now)
        for row in outlooks_at(now)
    }
    with clock.at(now):
        plans = schedules(Participant.objects.all())
    derived = {
        (participant, visit.code, visit.number, visit.status)
        for participant, plan in plans.items()
        for visit in plan.visits
    }
    disagreements[day] = [*read ^ derived, *differences()]


@pytest.fixture(scope="module")
def trial(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[World]:
    """A trial with every state; it stays in the database for the tests."""
    with django_db_blocker.unblock():
        disagreements: dict[date, list[object]] = {}
        world = simulated_world(MANY, partial(_compare, disagreements))
        world.disagreements = disagreements
    yield world
    with django_db_blocker.unblock():
        connections.close_all()
        clean_database()
