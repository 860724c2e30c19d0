"""Randomizing from many connections at once: no slot twice, none skipped, no trace."""

import subprocess
import sys
import threading
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client
from django.urls import reverse

from randomization import arms as allocation
from randomization.allocation.services import randomize
from randomization.lists.services.verification import problems
from randomization.models import Allocation, AllocationList
from randomization.product.rules.stock import balance
from record.accounts.models import User
from record.audit.models import Entry
from record.capture.problems import SaveRefused
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from tests.randomization import stage
from tests.servers import snapshot
from tools.launch import folders

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.real_clock,
    pytest.mark.slow,
]
PEOPLE = 50
ROUNDS = 20
REPLAYS = 3


def at_once(*actions: Callable[[], object]) -> list[Exception]:
    """Do each deed on a connection of its own; return what went wrong."""
    barrier, problems_met = threading.Barrier(len(actions)), list[Exception]()

    def run(action: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            action()
        except Exception as problem:  # noqa: BLE001 - told to the test
            problems_met.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return problems_met


def randomizing(participant: Participant, by: User) -> Callable[[], object]:
    return lambda: randomize(participant, by=by)


@pytest.mark.verifies("RAN-03", "RND-02")
def test_fifty_people_at_fifty_connections_get_fifty_slots() -> None:
    stage.open_study()
    people = [stage.ready() for _ in range(PEOPLE)]
    coordinator = stage.colleague("CO")
    content = allocation.content_of(AllocationList.objects.get())
    listed = [row.arm for row in content.rows][:PEOPLE]
    connections.close_all()

    orders = set()
    with snapshot() as bring_back:
        for _round in range(ROUNDS):
            went_wrong = at_once(
                *(randomizing(participant, coordinator) for participant in people)
            )

            assert went_wrong == []
            allocations = list(
                Allocation.objects.order_by("slot__sequence").select_related("slot")
            )
            assert [allocation.slot.sequence for allocation in allocations] == list(
                range(1, PEOPLE + 1)
            )
            assert {allocation.participant_id for allocation in allocations} == {
                participant.pk for participant in people
            }
            assert len({allocation.code for allocation in allocations}) == PEOPLE
            assert Entry.objects.filter(act="randomised").count() == PEOPLE
            arms = allocation.arms_of(people)
            assert [
                arms[allocation.participant_id] for allocation in allocations
            ] == listed
            assert list(problems()) == []
            orders.add(tuple(allocation.participant_id for allocation in allocations))
            connections.close_all()
            bring_back()
    assert len(orders) > 1  # who came first was left to chance


@pytest.mark.verifies("RAN-03", "RND-02")
def test_three_replays_at_once_give_one_slot() -> None:
    stage.open_study()
    participant, coordinator = stage.ready(), stage.colleague("CO")
    address = reverse("randomization:randomize", args=[participant.number])
    answers = []

    def posted() -> None:
        client = Client()
        client.force_login(coordinator)
        answers.append(client.post(address, {"number": participant.number}))

    went_wrong = at_once(*[posted] * REPLAYS)
    posted()

    assert went_wrong == []
    allocated = Allocation.objects.get()
    assert {answer.status_code for answer in answers} <= {200, 302}
    assert allocated.code in answers[-1].content.decode()
    assert Entry.objects.filter(act="randomised").count() == 1


@pytest.mark.verifies("RAN-03", "RND-02")
def test_terminated_connection_leaves_no_trace() -> None:
    stage.open_study()
    participant, coordinator = stage.ready(), stage.colleague("CO")
    before = Entry.objects.count()

    def ended() -> None:
        with transaction.atomic():
            randomize(participant, by=coordinator)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    [problem] = at_once(ended)

    assert isinstance(problem, DatabaseError)
    assert_untouched(before)
    assert randomize(participant, by=coordinator).slot.sequence == 1


KILLED = """
import sys, time
import django
django.setup()
from django.db import transaction
from record.accounts.models import User
from record.casebook.models import Participant
from randomization.allocation.services import randomize
with transaction.atomic():
    randomize(Participant.objects.get(), by=User.objects.get(role="CO"))
    print("taken", flush=True)
    time.sleep(600)
"""


@pytest.mark.verifies("RAN-03", "RND-02")
def test_killed_process_leaves_no_trace() -> None:
    stage.open_study()
    participant, coordinator = stage.ready(), stage.colleague("CO")
    before = Entry.objects.count()

    with subprocess.Popen(
        [sys.executable, "-c", KILLED],
        cwd=folders.PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "taken\n"
        process.kill()

    assert_untouched(before)
    assert randomize(participant, by=coordinator).slot.sequence == 1


def assert_untouched(entries: int) -> None:
    assert Allocation.objects.count() == 0
    assert not FormInstance.objects.filter(code="RAN", status="complete").exists()
    assert Entry.objects.count() == entries


def test_last_container_is_taken_once():
    stage.open_study()
    people = [stage.randomized_participant() for _ in range(2)]
    for participant in people:
        stage.requested(participant)
    records = FormInstance.objects.filter(code="PRD", visit="D0").order_by("id")
    lot, pharmacist = stage.stocked(containers=1), stage.colleague("UP")
    values = {"lot": lot.content["lot"], "containers": 1}

    def taking(record: FormInstance) -> Callable[[], object]:
        return lambda: save(record, values, by=pharmacist)

    problems = at_once(*(taking(record) for record in records))

    assert [type(problem) for problem in problems] == [SaveRefused]
    lot.refresh_from_db()
    assert balance(lot.content["movements"]) == 0
