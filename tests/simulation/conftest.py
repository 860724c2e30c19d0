"""The trial that the tests of this room read; it is written once."""

from collections.abc import Iterator

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from tests.servers import clean_database
from tests.simulation.world import World, simulated_world

MANY = 12


@pytest.fixture(scope="module")
def trial(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[World]:
    """A trial with every state; it stays in the database for the tests."""
    with django_db_blocker.unblock():
        world = simulated_world(MANY)
    yield world
    with django_db_blocker.unblock():
        connections.close_all()
        clean_database()
