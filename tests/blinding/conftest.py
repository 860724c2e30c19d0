"""The two worlds; each run writes them once."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests import servers
from tests.blinding.worlds import World, create_world


@pytest.fixture(scope="module")
def worlds(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[World, World]]:
    """The trial as drawn, and the same with the arms exchanged."""
    with django_db_blocker.unblock():
        pair = tuple(
            create_world(name, tmp_path_factory.mktemp(name), swapped=swapped)
            for name, swapped in (("drawn", False), ("turned", True))
        )
        yield pair  # type: ignore[misc]
        for world in pair:
            servers.drop_database(world.database)
