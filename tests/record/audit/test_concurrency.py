"""Two people at once, on two real connections."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from record.audit.attribution import Reason, Source, attributed
from record.audit.models import DatabaseLock
from record.capture.problems import FormClosed
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from record.review import services as review
from tests.sample_room.people import A_SAMPLE, STAGE, person, sample

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 20


def on_another_connection(
    work: Callable[[], object],
) -> tuple[threading.Thread, list[object]]:
    """Start work on another connection; the list gets its answer or its problem."""
    answers: list[object] = []

    def run() -> None:
        try:
            answers.append(work())
        except Exception as problem:  # noqa: BLE001 - the test looks at it
            answers.append(problem)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, answers


def test_saves_of_two_forms_of_one_participant_do_not_deadlock():
    forms, user = [sample(1), sample(2)], person()

    def save_both(order):
        for round_ in range(5):
            for form in order:
                save(form, {**A_SAMPLE, "weight_kg": str(60 + round_)}, by=user)

    threads = [
        on_another_connection(lambda o=order: save_both(o))
        for order in (forms, forms[::-1])
    ]
    for thread, _answers in threads:
        thread.join(PATIENCE_SECONDS)

    assert [answers for _thread, answers in threads] == [[None], [None]]
    revisions = FormInstance.objects.values_list("revision", flat=True)
    assert all(1 <= revision <= 10 for revision in revisions)


def test_the_lock_of_the_database_waits_for_writers_and_refuses_later_ones():
    form, user = sample(), person()
    first, second = person("DM"), person("PI")
    reason = Reason("other", "the end")

    with attributed(by=STAGE, via=Source.COMMAND):
        Participant.objects.create(number="S-050Z", sequence=50)
        locking, locked = on_another_connection(
            lambda: review.lock_database(by=first, confirmed_by=second, reason=reason)
        )
        time.sleep(0.3)
        assert locked == []
        later, refused = on_another_connection(lambda: save(form, A_SAMPLE, by=user))
        time.sleep(0.3)
        Participant.objects.create(number="S-051Z", sequence=51)
    locking.join(PATIENCE_SECONDS)
    later.join(PATIENCE_SECONDS)

    assert [type(answer) for answer in locked] == [DatabaseLock]
    assert [type(answer) for answer in refused] == [FormClosed]
    assert Participant.objects.filter(sequence__in=(50, 51)).count() == 2


def test_a_save_waits_for_the_other_and_then_meets_its_values():
    form, user, other = sample(), person(), person("CO", "the-other")
    save(form, A_SAMPLE, by=user)

    with transaction.atomic():
        save(form, {"weight_kg": "70"}, by=user, based_on=1)
        thread, answers = on_another_connection(
            lambda: save(form, {"weight_kg": "80"}, by=other, based_on=1)
        )
        time.sleep(0.2)
        assert answers == []
    thread.join(PATIENCE_SECONDS)

    (clash,) = answers[0].clashes  # type: ignore[attr-defined]
    assert (clash.item, clash.before, str(clash.mine), str(clash.theirs)) == (
        "weight_kg",
        None,
        "80",
        "70.0",
    )
