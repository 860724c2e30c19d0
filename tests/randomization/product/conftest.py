"""An infusion of day 0, requested once for the tests of a module."""

import pytest

from record.casebook.models import FormInstance, Participant
from tests.randomization import stage


@pytest.fixture(scope="module")
def request_of_day_0(opened, randomized_number):
    stage.requested(Participant.objects.get(number=randomized_number))


@pytest.fixture
def record(request_of_day_0, participant):
    return FormInstance.objects.get(participant=participant, code="PRD", visit="D0")
