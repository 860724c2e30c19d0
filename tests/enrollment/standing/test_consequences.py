"""When the copy of a standing is made anew."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from record.audit.attribution import Source, attributed
from record.capture.services.forms import save
from record.casebook.models import Participant
from record.casebook.services.form_instances import ensure_form
from tests.people import STAGE
from tests.randomization import stage

pytestmark = pytest.mark.django_db


def enter_weight(participant: Participant) -> int:
    """Enter a weight of day 0; how many statements read or write the standing."""
    with attributed(by=STAGE, via=Source.COMMAND):
        form = ensure_form(participant, "VIT", visit="D0")
    with CaptureQueriesContext(connection) as captured:
        save(form, {"weight_kg": "71.5"}, by=stage.colleague("CO"))
    copy = "enrollment_participantstanding"
    return sum(copy in query["sql"] for query in captured.captured_queries)


def test_evidence_moves_the_standing_of_whom_it_was_confirmed_for():
    assert enter_weight(stage.ready()) > 0


def test_evidence_no_longer_moves_the_standing_of_the_randomized():
    stage.open_study()
    assert enter_weight(stage.randomized_participant()) == 0
