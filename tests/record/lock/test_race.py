"""A save that races with the lock is stored before it, or not at all."""

import threading
import time

import pytest
from django.db import transaction

from record.audit.attribution import Source, attributed
from record.audit.models import DatabaseLock
from record.capture.problems import FormClosed
from record.capture.services.forms import save
from record.lock.digest import data_digest
from record.lock.problems import LockRefused
from tests.record.audit.test_concurrency import PATIENCE_SECONDS, on_another_connection
from tests.record.lock import steps
from tests.sample_room.people import A_SAMPLE, STAGE, person, sample

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.mark.verifies("LCK-01", "LCK-02")
def test_a_save_under_way_is_waited_for_and_ends_the_proposal():
    """The report that was agreed on is not that of the data any more."""
    form, user, leader = sample(), person(), person("PI")
    proposal = steps.proposed()

    with transaction.atomic():
        save(form, A_SAMPLE, by=user)
        thread, answers = on_another_connection(
            lambda: steps.confirmed(proposal, by=leader)
        )
        time.sleep(0.3)
        assert answers == []
    thread.join(PATIENCE_SECONDS)

    assert [type(answer) for answer in answers] == [LockRefused]
    assert not DatabaseLock.objects.exists()
    form.refresh_from_db()
    assert form.revision == 1


@pytest.mark.verifies("LCK-01")
def test_of_saves_that_race_with_the_lock_none_is_stored_in_part():
    forms = [sample(number) for number in range(1, 5)]
    user, leader = person(), person("PI")
    proposal = steps.proposed()
    start = threading.Barrier(len(forms) + 1)

    def save_one(form):
        start.wait(PATIENCE_SECONDS)
        return save(form, A_SAMPLE, by=user)

    def confirm():
        start.wait(PATIENCE_SECONDS)
        return steps.confirmed(proposal, by=leader)

    works = [*((lambda one=form: save_one(one)) for form in forms), confirm]
    running = [on_another_connection(work) for work in works]
    for thread, _answers in running:
        thread.join(PATIENCE_SECONDS)

    *saves, (outcome,) = [answers for _thread, answers in running]
    refused = [isinstance(answer, FormClosed) for (answer,) in saves]
    for form, is_refused in zip(forms, refused, strict=True):
        form.refresh_from_db()
        assert form.revision == (0 if is_refused else 1)
    proposal.refresh_from_db()
    is_locked = DatabaseLock.objects.filter(unlocked_at=None).exists()
    assert is_locked is not isinstance(outcome, LockRefused)
    if is_locked:  # drafts came after the lock or not at all
        assert (proposal.data_digest, all(refused)) == (data_digest(), True)


def test_a_lock_waits_while_a_participant_is_entered():
    leader, proposal = person("PI"), steps.proposed()

    with attributed(by=STAGE, via=Source.COMMAND):
        sample(9)
        thread, answers = on_another_connection(
            lambda: steps.confirmed(proposal, by=leader)
        )
        time.sleep(0.3)
        assert answers == []
    thread.join(PATIENCE_SECONDS)

    assert [answer.is_waiting for answer in answers] == [False]
