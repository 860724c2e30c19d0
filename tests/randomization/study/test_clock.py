"""The steps of the study follow each other whatever a clock says."""

from datetime import timedelta

import pytest

from randomization.models import StudyStatusChange
from randomization.study.selectors import study_status
from randomization.study.services import change_status
from randomization.vocabulary import StudyStatus
from tests.randomization import stage
from trial_edc import clock


@pytest.mark.django_db
def test_a_pause_holds_though_the_clock_was_set_back():
    stage.open_study()
    paused = StudyStatus.PAUSED_RANDOMIZATION
    opened_at = StudyStatusChange.objects.latest("id").in_force_at

    with clock.at(opened_at - timedelta(minutes=5)):
        change_status(paused, reason="reactions", by=stage.colleague("SO"))
        assert study_status() == paused

    assert study_status() == paused
    assert StudyStatusChange.objects.latest("id").in_force_at == opened_at
