"""A study in operation and a participant, written once for the tests of a module."""

import pytest

from record.casebook.models import Participant
from tests.randomization import stage


@pytest.fixture(scope="module")
def opened(module_transaction: None) -> None:
    stage.open_study()


@pytest.fixture(scope="module")
def randomized_number(opened: None) -> str:
    return stage.randomized_participant().number


@pytest.fixture
def participant(randomized_number: str, db: None) -> Participant:
    """A participant who was randomized just now."""
    return Participant.objects.get(number=randomized_number)
