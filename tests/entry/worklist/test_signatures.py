"""Casebooks and visits to sign stand in My work, until a signature holds."""

import pytest

from entry.worklist.selectors.work import work_for
from record.audit.attribution import Source, attributed
from record.casebook.models import FormInstance
from record.casebook.services.form_instances import ensure_form
from record.review.selectors.sign_offs import CasebookPart
from tests.people import STAGE, person
from tests.record.review.test_sign_offs import sign_off
from tests.visits import stage
from visits.sign_off.selectors import casebooks_to_sign, casebooks_unsigned

pytestmark = pytest.mark.django_db


def lines(user):
    items = work_for(user)
    return {(item.kind, item.participant, item.text) for item in items}


@pytest.mark.verifies("SIG-04", "SIG-10")
def test_a_visit_that_changed_since_it_was_signed_is_to_be_signed_again():
    someone, investigator = stage.infused(ago=10), person("IN")
    part = CasebookPart(someone, "D0")
    line = ("To sign again", someone.number, "Day 0")
    sign_off(part, investigator)
    assert line not in lines(investigator)

    stage.enter(someone, "VIT", {"weight_kg": 70}, visit="D0")
    after_change = lines(investigator)
    sign_off(part, investigator)

    assert line in after_change
    assert line not in lines(investigator)
    assert line not in lines(person("CO"))


@pytest.mark.verifies("SIG-10")
def test_randomized_people_need_a_sign_off_of_their_casebook():
    leader = person("PI")
    stage.participant(1)
    someone = stage.randomized(2)
    assert list(casebooks_unsigned()) == [someone]
    assert list(casebooks_to_sign()) == []

    with attributed(by=STAGE, via=Source.COMMAND):
        end = ensure_form(someone, "EOS")
        FormInstance.objects.filter(pk=end.pk).update(status="complete")
    line = ("To sign", someone.number, "Casebook")

    assert list(casebooks_to_sign()) == [someone]
    assert line in lines(leader)
    sign_off(CasebookPart(someone), leader)
    assert line not in lines(leader)
    assert list(casebooks_unsigned()) == []
