"""Sign-offs of visits and casebooks leave with the data, and those that are missing."""

import json

import pytest

from record.review.selectors.sign_offs import CasebookPart
from tests.exports.test_exports import archive, finished_export, records
from tests.people import person
from tests.record.review.test_sign_offs import sign_off
from tests.visits import stage

pytestmark = pytest.mark.django_db


@pytest.mark.verifies("SIG-10")
def test_sign_offs_leave_and_missing_ones_are_named():
    monitor, leader = person("MO"), person("PI", full_name="Wang Jun")
    signed, unsigned = stage.randomized(1), stage.randomized(2)
    sign_off(CasebookPart(signed), leader)
    sign_off(CasebookPart(unsigned, "D0"), leader)
    stage.enter(unsigned, "VIT", {"weight_kg": 70}, visit="D0")

    export = finished_export(monitor, "CRE")

    lines = records(export, "sign_offs.csv")
    names = ("participant", "visit", "signer", "signer_role", "holds")
    assert [[line[name] for name in names] for line in lines] == [
        [signed.number, "", "Wang Jun", "PI", "Y"],
        [unsigned.number, "D0", "Wang Jun", "PI", "N"],
    ]
    manifest = json.loads(archive(export).read("manifest.json"))
    assert manifest["casebooks_without_sign_off"] == [unsigned.number]
