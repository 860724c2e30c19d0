"""Whom the ward may have to inform: nobody in hospital is left out."""

from datetime import timedelta

import pytest

from record.casebook.models import Participant
from tests.visits import stage
from trial_edc import clock
from visits.reminders.selectors import informed_in_ward

pytestmark = pytest.mark.django_db
STAY = {"kind": "hospital", "hospital": "ours"}
AGREED = {"kind": "contact", "decision": "given", "channel": ["email"]}


def in_ward(now):
    return list(informed_in_ward(Participant.objects.all(), now))


def agreed(number):
    someone = stage.infused(number, ago=9)
    stage.row(someone, "CNS", {"decided_at": stage.days_ago(9), **AGREED})
    return someone


def test_those_who_left_or_never_agreed_are_not_read():
    without_stay, inside, gone = agreed(1), agreed(2), agreed(3)
    stage.infused(4, ago=9)
    left_at = stage.days_ago(1)
    stage.row(inside, "STY", STAY | {"in_at": stage.days_ago(12)})
    stage.row(gone, "STY", STAY | {"in_at": stage.days_ago(12), "out_at": left_at})

    assert in_ward(clock.now()) == [without_stay, inside]
    assert in_ward(left_at - timedelta(seconds=1)) == [without_stay, inside, gone]
    assert in_ward(left_at) == [without_stay, inside]
