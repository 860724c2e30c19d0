"""The end of the trial: the restricted part, and the opening of the code by two."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from randomization.arms import arm_of
from randomization.code_breaks.services.end_of_trial import (
    confirm_opening,
    opened_arms,
    propose_opening,
    state_restricted_ready,
)
from randomization.models import CodeBreak, CodeOpening
from randomization.problems import RandomizationRefused
from randomization.study import selectors as study_selectors
from record.audit.attribution import Reason
from record.audit.models import Entry
from record.casebook.models import FormInstance
from record.casebook.services import form_instances
from record.review.services import lock_database
from tests.people import PASSWORD, person
from tests.randomization import stage

pytestmark = pytest.mark.django_db


def locked():
    lock_database(
        by=stage.colleague("DM"),
        confirmed_by=stage.colleague("PI"),
        reason=Reason("lock", "all data are in"),
    )


def proposed(reason="end"):
    custodian = stage.colleague("LC")
    return propose_opening(reason=reason, proof=stage.proof_of(custodian), by=custodian)


@pytest.mark.verifies("RND-05")
def test_the_reason_of_the_opening_names_no_arm(participant):
    locked()

    with pytest.raises(RandomizationRefused, match="name no product"):
        proposed("more died on saline")

    assert not CodeOpening.objects.exists()


@pytest.mark.verifies("RND-09")
def test_code_opens_after_the_lock_and_by_two(participant):
    leader, custodian = stage.colleague("PI"), stage.colleague("LC")
    with pytest.raises(RandomizationRefused, match="after the database was locked"):
        proposed()
    locked()
    with pytest.raises(RandomizationRefused, match="No proposal"):
        confirm_opening(proof=stage.proof_of(leader), by=leader)

    proposed()
    with pytest.raises(RandomizationRefused, match="not open"):
        opened_arms(by=leader)
    with pytest.raises(PermissionDenied):
        confirm_opening(proof=stage.proof_of(custodian), by=custodian)
    confirm_opening(proof=stage.proof_of(leader), by=leader)

    assert opened_arms(by=stage.colleague("IN")) == [(participant, arm_of(participant))]
    [entered] = CodeBreak.objects.all()
    assert (entered.kind, entered.participant) == ("end_of_trial", participant)
    [seen] = Entry.objects.filter(act="opened_code_seen")
    assert seen.confidentiality == "restricted"
    with pytest.raises(RandomizationRefused, match="proposed already"):
        proposed()


@pytest.mark.verifies("RND-09")
@pytest.mark.parametrize("role", ["CO", "MO", "DM", "UP", "US", "SO", "AD"])
def test_opened_code_is_for_those_who_tell_it(participant, role):
    leader = stage.colleague("PI")
    locked()
    proposed()
    confirm_opening(proof=stage.proof_of(leader), by=leader)

    with pytest.raises(PermissionDenied):
        opened_arms(by=stage.colleague(role))


@pytest.mark.verifies("RND-09")
def test_pages_lead_to_the_opened_code(client, participant):
    address = reverse("randomization:opened_code")
    custodian = person("LC", username="keeper", password=PASSWORD)
    leader = person("PI", username="leader", password=PASSWORD)
    client.force_login(custodian)
    closed = client.get(address).content.decode()
    locked()

    identity = {"username": "keeper", "password": PASSWORD}
    proposal = client.post(address, {"opening_reason": "the end", **identity})
    waits = client.get(address).content.decode()
    client.force_login(leader)
    wrong = client.post(address, {"username": "leader", "password": "x"})
    right = client.post(address, {"username": "leader", "password": PASSWORD})
    text = client.get(address).content.decode()

    assert "The database is not locked" in closed
    assert "waits for the other person" in waits
    answers = (proposal.status_code, wrong.status_code, right.status_code)
    assert answers == (302, 400, 302)
    assert f"<strong>{arm_of(participant)}</strong>" in text


def test_restricted_part_is_stated_ready_without_a_count(client, participant):
    monitor = stage.colleague("UM")
    client.force_login(monitor)
    address, study = (
        reverse(f"randomization:{name}") for name in ("restricted_part", "study")
    )
    assert b"lock:</p>" not in client.get(study).content
    assert not study_selectors.is_restricted_part_ready()

    client.post(address)
    ready = study_selectors.is_restricted_part_ready()
    text = client.get(study).content.decode()
    with_deviation = form_instances.add_row(
        participant, "DVP", by=stage.colleague("UP")
    )
    stage.requested(participant)

    assert ready
    assert "<strong>yes</strong>" in text
    assert not study_selectors.is_restricted_part_ready()
    listed = client.get(address).content.decode()
    record = FormInstance.objects.get(participant=participant, code="PRD", visit="D0")
    assert [one.form for one in study_selectors.outstanding_forms(monitor)] == [record]
    assert reverse("entry:form", args=[record.pk]) in listed
    assert with_deviation.status == "not_started"
    with pytest.raises(RandomizationRefused, match="not ready yet"):
        state_restricted_ready(by=monitor)
    with pytest.raises(PermissionDenied):
        state_restricted_ready(by=stage.colleague("MO"))
