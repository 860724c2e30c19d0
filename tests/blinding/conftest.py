"""The pairs of worlds; each run writes them once."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from randomization.vocabulary import Product
from simulation.pharmacy_habits import CELLS
from tests import servers
from tests.blinding.worlds import World, create_world, go_on

Worlds = tuple[World, World]
FEW = 4  # participants
ONE_HABIT = replace(CELLS, containers_a_lot=40, lowest_viability_pct=82)


@pytest.fixture(scope="module")
def create_pair(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., Worlds]]:
    """The trial as drawn, and the same with the arms exchanged."""
    pairs: list[Worlds] = []

    def create(kind: str, **options: Any) -> Worlds:
        drawn, turned = (
            create_world(
                f"{kind}_{name}",
                tmp_path_factory.mktemp(name),
                swapped=swapped,
                **options,
            )
            for name, swapped in (("drawn", False), ("turned", True))
        )
        pairs.append((drawn, turned))
        return drawn, turned

    with django_db_blocker.unblock():
        yield create
        for pair in pairs:
            for world in pair:
                servers.drop_database(world.database)


@pytest.fixture(scope="module")
def worlds(create_pair: Callable[..., Worlds]) -> Worlds:
    """Two worlds in which the pharmacy works on cells otherwise than on saline."""
    drawn, turned = create_pair("apart")
    return go_on(drawn), go_on(turned)


@pytest.fixture(scope="module")
def worlds_of_one_habit(create_pair: Callable[..., Worlds]) -> Worlds:
    """Two small worlds in which it works on both alike: only contents differ."""
    return create_pair(
        "alike", participants=FEW, habits=dict.fromkeys(Product, ONE_HABIT)
    )
