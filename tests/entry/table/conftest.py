"""A participant and a coordinator at the tables."""

import pytest
from django.test import Client

from record.casebook.models import Participant
from tests.entry.test_statement_counts import signed_in
from tests.visits import stage


@pytest.fixture
def someone() -> Participant:
    return stage.participant()


@pytest.fixture
def client() -> Client:
    return signed_in()
