"""Two who change the status of the study at once."""

import threading

import pytest
from django.db import connection

from randomization.models import StudyStatusChange
from randomization.problems import RandomizationRefused
from randomization.study import services
from randomization.vocabulary import StudyStatus
from tests.randomization import stage
from tests.randomization.pages import colleague


@pytest.mark.django_db(transaction=True)
def test_of_two_proposals_at_once_one_is_refused_and_none_fails():
    stage.open_study()
    people = [colleague("PI"), colleague("SO")]
    paused = StudyStatus.PAUSED_RANDOMIZATION
    services.change_status(paused, reason="supply", by=people[0])
    barrier, answers = threading.Barrier(len(people)), list[object]()

    def propose(by):
        try:
            barrier.wait()
            answers.append(
                services.change_status(StudyStatus.OPEN, reason="supplied", by=by)
            )
        except Exception as problem:  # noqa: BLE001 - compared below
            answers.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=propose, args=(one,)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    kinds = sorted(type(answer).__name__ for answer in answers)
    assert kinds == [RandomizationRefused.__name__, StudyStatusChange.__name__]
