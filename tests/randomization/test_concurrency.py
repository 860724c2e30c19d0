"""Randomising from many connections at once: no slot twice, none skipped."""

import threading
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from audit.models import Entry
from casebook.models import FormInstance
from randomization import allocation
from randomization.models import Allocation, AllocationList
from randomization.rules.lists import rows_of
from randomization.services.randomizing import randomize
from tests.randomization import stage

pytestmark = pytest.mark.django_db(transaction=True)
CONNECTIONS = 10


def at_once(*deeds: Callable[[], object]) -> list[Exception]:
    """Do each deed on a connection of its own; return what went wrong."""
    barrier, problems = threading.Barrier(len(deeds)), list[Exception]()

    def run(deed: Callable[[], object]) -> None:
        try:
            barrier.wait()
            deed()
        except Exception as problem:  # noqa: BLE001 - told to the test
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return problems


@pytest.mark.verifies("RAN-03", "RND-02")
def test_ten_people_at_ten_connections_get_ten_slots():
    stage.open_study()
    people = [stage.ready() for _ in range(CONNECTIONS)]
    coordinator = stage.colleague("CO")

    def all_of_them(first: int) -> Callable[[], None]:
        def deed() -> None:
            for person in people[first:] + people[:first]:
                randomize(person, by=coordinator)

        return deed

    problems = at_once(*(all_of_them(first) for first in range(CONNECTIONS)))

    assert problems == []
    held = Allocation.objects.order_by("slot__sequence").select_related("slot")
    assert [one.slot.sequence for one in held] == list(range(1, CONNECTIONS + 1))
    assert {one.participant_id for one in held} == {person.pk for person in people}
    assert Entry.objects.filter(act="randomised").count() == CONNECTIONS
    content = allocation.content_of(AllocationList.objects.get())
    arms = allocation.arms_of(people)
    first_rows = list(rows_of(content.text))[:CONNECTIONS]
    assert [arms[one.participant_id] for one in held] == [r.arm for r in first_rows]


@pytest.mark.verifies("RAN-03", "RND-02")
def test_killed_transaction_leaves_no_trace():
    stage.open_study()
    participant, coordinator = stage.ready(), stage.colleague("CO")
    before = Entry.objects.count()

    def killed() -> None:
        with transaction.atomic():
            randomize(participant, by=coordinator)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    [problem] = at_once(killed)

    assert isinstance(problem, DatabaseError)
    assert Allocation.objects.count() == 0
    assert not FormInstance.objects.filter(code="RAN").exists()
    assert Entry.objects.count() == before
    assert randomize(participant, by=coordinator).slot.sequence == 1
