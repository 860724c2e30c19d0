"""A participant and a coordinator at the tables."""

import pytest
from django.test import Client

from record.casebook.models import Participant
from tests.people import person
from tests.visits import stage


@pytest.fixture
def someone() -> Participant:
    return stage.participant()


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(person("CO"))
    return client
