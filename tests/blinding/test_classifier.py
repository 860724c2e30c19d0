"""From a blinded export nobody guesses arms better than chance.

Participants of one distribution, simulated until days after their first infusion, with
a pharmacy that works on cells otherwise than on saline. `BLINDING=whole` simulates the
whole trial, 40 in each arm, which takes minutes.
"""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
from pytest_django import DjangoDbBlocker

from exports.forms import tables as exported_tables
from exports.services import files, jobs
from exports.services.jobs import request_export
from randomization.arms import arms_of
from simulation import trial
from simulation.people import Fate, SimulatedPlace
from tests import servers
from tests.blinding.addresses import IS_WHOLE
from tests.blinding.classifier import Labels, Tables, features, permutation_p
from tests.blinding.worlds import World, create_world, randomized_participants, staff

pytestmark = [pytest.mark.real_clock, pytest.mark.slow]
PARTICIPANTS = 80 if IS_WHOLE else 16
FEWEST = 40 if IS_WHOLE else 5  # in each arm
DAYS_AGO = 4  # screened, randomized and infused in the days after
FOUND, CHANCE = 0.05, 0.01  # p of a leak, and of none


@pytest.fixture(scope="module")
def export(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Tables, dict[str, bool]]:
    """The files of an export for the monitor, and who is in the first arm."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(trial, "draw_places", everybody_infused)
        world = create_world(
            "many",
            tmp_path_factory.mktemp("many"),
            swapped=False,
            participants=PARTICIPANTS,
        )
        try:
            return exported(world)
        finally:
            servers.drop_database(world.database)


def everybody_infused(
    participants: int, _rng: Random, *, longest_days: int
) -> list[SimulatedPlace]:
    return [
        SimulatedPlace(number, min(DAYS_AGO, longest_days), Fate.COMPLETES)
        for number in range(1, participants + 1)
    ]


def exported(world: World) -> tuple[Tables, dict[str, bool]]:
    with world.activated():
        codes = [code for code, _title in exported_tables()]
        request = request_export(forms=codes, language="en", by=staff()["mo"])
        done = jobs.make_export(request.key)
        whole = b"".join(files.unsealed_pieces(files.archive_path(done.key)))
        people = randomized_participants()
        arms = arms_of(people)
    with ZipFile(io.BytesIO(whole)) as archive:
        tables = {
            name: list(
                csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig")))
            )
            for name in archive.namelist()
            if name.endswith(".csv")
        }
    of_people = {
        name: rows for name, rows in tables.items() if rows and "participant" in rows[0]
    }
    return of_people, {one.number: arms[one.pk] == "MSC" for one in people}


@pytest.fixture(scope="module")
def people(export: tuple[Tables, dict[str, bool]]) -> tuple[list[str], Labels]:
    _tables, is_first_arm = export
    numbers = sorted(is_first_arm)
    return numbers, np.array([is_first_arm[number] for number in numbers])


@pytest.mark.verifies("RND-05", "EXP-07")
def test_nobody_is_guessed_better_than_by_chance(export, people, note):
    tables, _arms = export
    numbers, labels = people
    names, matrix = features(tables, numbers)

    p = permutation_p(matrix, labels)

    note(
        f"{len(numbers)} participants, {len(names)} features of {len(tables)} files, "
        f"permutation p = {p:.3f}"
    )
    assert len(numbers) == PARTICIPANTS
    assert min(labels.sum(), (~labels).sum()) >= FEWEST
    assert len(names) > 100
    assert p > CHANCE


def later_by_two_minutes(row: dict[str, str]) -> dict[str, str]:
    started_at = datetime.fromisoformat(row["started_at"]) + timedelta(minutes=2)
    return {**row, "started_at": started_at.isoformat()}


def with_one_more_correction(row: dict[str, str]) -> dict[str, str]:
    return {**row, "revision": str(int(row["revision"]) + 1)}


@pytest.mark.verifies("RND-05")
@pytest.mark.parametrize("change", [later_by_two_minutes, with_one_more_correction])
def test_a_value_that_leaks_is_found(export, people, change: Callable[[Any], Any]):
    tables, is_first_arm = export
    numbers, labels = people
    rows = [
        change(row) if is_first_arm[row["participant"]] else row
        for row in tables["inf.csv"]
    ]

    _names, matrix = features({**tables, "inf.csv": rows}, numbers)

    assert permutation_p(matrix, labels) <= FOUND


@pytest.mark.verifies("RND-05")
def test_an_order_that_leaks_is_found(export, people):
    tables, is_first_arm = export
    numbers, labels = people
    rows = sorted(tables["vsi.csv"], key=lambda row: is_first_arm[row["participant"]])

    _names, matrix = features({**tables, "vsi.csv": rows}, numbers)

    assert permutation_p(matrix, labels) <= FOUND
