"""Sign-offs of visits and casebooks leave with the data, and those that are missing."""

import json

import pytest

from exports.services.jobs import CasebooksUnsigned, request_export
from record.audit.attribution import Reason
from record.review.selectors.sign_offs import CasebookPart
from record.review.services.locking import lock_database
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


@pytest.mark.verifies("SIG-10")
def test_no_arms_leave_a_locked_database_while_a_casebook_is_unsigned():
    manager, leader, statistician = person("DM"), person("PI"), person("US")
    unsigned = stage.randomized(1)
    wish = {"forms": ["CRE"], "language": "en", "by": statistician, "with_arms": True}

    request_export(**wish)
    reason = Reason("closing", "For the analysis.")
    lock_database(by=manager, confirmed_by=leader, reason=reason)
    request_export(**wish | {"by": manager, "with_arms": False})
    with pytest.raises(CasebooksUnsigned, match=unsigned.number):
        request_export(**wish)


@pytest.mark.verifies("SIG-10")
def test_arms_leave_a_locked_database_of_signed_casebooks():
    manager, leader, statistician = person("DM"), person("PI"), person("US")
    sign_off(CasebookPart(stage.randomized(1)), leader)
    reason = Reason("closing", "For the analysis.")
    lock_database(by=manager, confirmed_by=leader, reason=reason)

    request_export(forms=["CRE"], language="en", by=statistician, with_arms=True)
