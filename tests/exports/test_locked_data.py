"""An export of locked data names the lock, and a later one is the same."""

import json

import pytest

from record.lock.digest import data_digest
from tests.exports.test_exports import archive, finished_export
from tests.people import person
from tests.record.capture.saving import change, complete
from tests.record.lock import steps

pytestmark = pytest.mark.django_db


def manifest(export):
    return json.loads(archive(export).read("manifest.json"))


@pytest.mark.verifies("LCK-04")
def test_exports_of_one_lock_are_identical_and_name_it():
    form, reader = complete(), person("BR")
    before = finished_export(reader, "ZZA")
    steps.confirmed(steps.proposed())

    first, second = finished_export(reader, "ZZA"), finished_export(reader, "ZZA")
    steps.confirmed(steps.proposed_unlock())
    change(form)
    steps.confirmed(steps.proposed())
    third = finished_export(reader, "ZZA")

    locks = [manifest(export)["lock"] for export in (before, first, second, third)]
    versions = [one.lock_version for one in (before, first, second, third)]
    assert versions == [None, 1, 1, 2]
    assert locks[0] is None
    assert locks[1] == locks[2]
    assert (locks[1]["locked_by"], locks[1]["confirmed_by"]) == ("the-dm", "the-pi")
    assert (locks[3]["version"], locks[3]["data_sha256"]) == (2, data_digest())
    assert first.files == second.files != third.files
    assert [file["sha256"] for file in first.files] == [
        file["sha256"] for file in manifest(first)["files"]
    ]
