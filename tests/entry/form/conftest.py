"""A sample form for the tests of its page."""

import pytest

from record.audit.attribution import Source, attributed
from record.casebook.models import FormInstance, Participant
from record.casebook.services.form_instances import ensure_form
from tests.people import STAGE


@pytest.fixture
def form() -> FormInstance:
    with attributed(by=STAGE, via=Source.COMMAND):
        participant = Participant.objects.create(number="S-001A", sequence=1)
        return ensure_form(participant, "ZZA", visit="ZZZ")
