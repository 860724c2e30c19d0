"""The worlds that the tests of this room compare; each is written once."""

from collections.abc import Iterator

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from tests.servers import clean_database
from tests.simulation.world import World, turn_over, written

FEW, MANY = 3, 12


@pytest.fixture(scope="module")
def twins(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> tuple[World, World, World]:
    """Return a small trial, the same again, and the same with the list turned over."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        once, again = written(FEW), written(FEW)
        turn_over(patch)
        return once, again, written(FEW)


@pytest.fixture(scope="module")
def trial(
    twins: tuple[World, World, World],
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[World]:
    """Return a trial with every state; it stays in the database for the tests."""
    with django_db_blocker.unblock():
        world = written(MANY)
    yield world
    with django_db_blocker.unblock():
        connections.close_all()
        clean_database()
