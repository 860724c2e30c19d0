"""People and participants for the tests of screening."""

import pytest

from record.accounts.models import User
from record.casebook.models import Participant
from tests.enrollment import factories


@pytest.fixture
def coordinator(db: None) -> User:
    """Return Li Wei, who enters forms."""
    del db
    return factories.account("liwei", "CO", "Li Wei")


@pytest.fixture
def investigator(db: None) -> User:
    """Return Dr Zhao, who judges and signs."""
    del db
    return factories.account("zhao", "IN", "Zhao Min")


@pytest.fixture
def approached(coordinator: User) -> Participant:
    """Return a person who was approached and not yet asked for consent."""
    return factories.approached(coordinator)


@pytest.fixture
def consented(coordinator: User) -> Participant:
    return factories.consented(coordinator)


@pytest.fixture
def eligible(coordinator: User, investigator: User) -> Participant:
    """Return a person whose 24 criteria are all decided in favour."""
    return factories.eligible(coordinator, investigator)
