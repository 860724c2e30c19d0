"""People registered at the same moment never share a number."""

import threading

import pytest
from django.db import connection

from record.casebook.models import Participant
from tests.enrollment import factories

AT_ONCE = 6


@pytest.mark.django_db(transaction=True)
def test_people_registered_at_once_get_numbers_of_their_own() -> None:
    coordinator = factories.account("liwei", "CO")
    barrier, problems = threading.Barrier(AT_ONCE), list[Exception]()

    def register() -> None:
        try:
            barrier.wait()
            factories.approached(coordinator)
        except Exception as problem:  # noqa: BLE001 - told to the test
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=register) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    sequences = Participant.objects.values_list("sequence", flat=True)
    assert sorted(sequences) == list(range(1, AT_ONCE + 1))
