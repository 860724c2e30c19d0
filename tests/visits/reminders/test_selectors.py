"""Whom the ward may have to inform: nobody in hospital is left out."""

from datetime import timedelta

import pytest

from record.audit.attribution import Source
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from tests.visits import stage
from trial_edc import clock
from visits.reminders.selectors import informed_in_ward

pytestmark = pytest.mark.django_db
STAY = {"kind": "hospital", "hospital": "ours"}
AGREED = {"kind": "contact", "decision": "given", "channel": ["email"]}


def in_ward(now):
    return list(informed_in_ward(Participant.objects.all(), now))


def agreed(number, *, ago=28):
    """Somebody who agreed; on day 28 a visit is due."""
    someone = stage.infused(number, ago=ago)
    stage.row(someone, "CNS", {"decided_at": stage.days_ago(ago), **AGREED})
    return someone


def test_those_who_left_or_never_agreed_are_not_read():
    without_stay, inside, gone = agreed(1), agreed(2), agreed(3)
    stage.infused(4, ago=28)
    left_at = stage.days_ago(1)
    stage.row(inside, "STY", STAY | {"in_at": stage.days_ago(31)})
    stage.row(gone, "STY", STAY | {"in_at": stage.days_ago(31), "out_at": left_at})

    assert in_ward(clock.now()) == [without_stay, inside]
    assert in_ward(left_at - timedelta(seconds=1)) == [without_stay, inside, gone]
    assert in_ward(left_at) == [without_stay, inside]


def test_whom_no_rule_reminds_is_not_read():
    agreed(1, ago=20)
    due = agreed(2)

    assert in_ward(clock.now()) == [due]


@pytest.mark.parametrize(
    ("days", "is_read"), [(-1, False), (0, True), (3, True), (5, False)]
)
def test_an_appointment_counts_from_days_before_until_its_day(days, is_read):
    someone = agreed(1, ago=20)
    at = clock.now() + timedelta(days=days)
    form = FormInstance.objects.get(participant=someone, code="VIS", visit="D28")
    save(form, {"appointment_at": at}, by=stage.STAGE, via=Source.COMMAND)

    assert bool(in_ward(clock.now())) is is_read


def test_whoever_was_discharged_and_came_back_is_read():
    someone = agreed(1, ago=20)
    times = {"in_at": stage.days_ago(23), "out_at": stage.days_ago(3)}
    stage.row(someone, "STY", STAY | times)
    stage.row(someone, "STY", STAY | {"in_at": stage.days_ago(1)})

    assert in_ward(clock.now()) == [someone]
