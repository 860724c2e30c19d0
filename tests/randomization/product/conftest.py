"""An infusion of day 0, requested once for the tests of a module."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from record.casebook.models import FormInstance, Participant
from tests.randomization import stage
from trial_edc import clock

# From the request to the time at which its bag may leave, and some minutes more.
UNTIL_THE_BAG_LEAVES = timedelta(minutes=105)


@pytest.fixture(scope="module")
def request_of_day_0(opened, randomized_number):
    stage.requested(Participant.objects.get(number=randomized_number))


@pytest.fixture
def record(request_of_day_0, participant) -> Iterator[FormInstance]:
    with clock.shifted(UNTIL_THE_BAG_LEAVES):
        yield FormInstance.objects.get(participant=participant, code="PRD", visit="D0")
