"""A nurse and her tablet."""

import pytest
from django.test import Client

from record.accounts.models import User
from tests.people import person


@pytest.fixture
def nurse() -> User:
    return person("BN")


@pytest.fixture
def tablet(nurse: User) -> Client:
    client = Client()
    client.force_login(nurse)
    return client
