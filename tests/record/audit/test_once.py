"""What is sent twice happens once."""

import threading
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import RequestFactory

from record.audit import once
from record.audit.models import PerformedAct

KEY = "6f1c0f5e-6a53-4d2b-9a57-3b1d2a7f8c10"


def key_of(path: str = "/a/", **typed: str):
    return once.key_of(RequestFactory().post(path, typed))


def test_the_same_answers_under_the_same_key_are_the_same_act():
    first = key_of(act_key=KEY, text="Why?", csrfmiddlewaretoken="x", password="1")

    assert first == key_of(act_key=KEY, text="Why?", csrfmiddlewaretoken="y")
    assert first != key_of(act_key=KEY, text="Why not?")
    assert first != key_of("/b/", act_key=KEY, text="Why?")
    assert first != key_of(act_key=str(uuid4()), text="Why?")


@pytest.mark.parametrize("key", ["", "x", KEY[:-1]])
def test_a_request_without_a_key_is_always_the_first(key):
    assert key_of(act_key=key) is None
    assert key_of() is None


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_at_once_one_is_the_first():
    outcomes, ready, key = [], threading.Barrier(2), uuid4()

    def act() -> None:
        once.current_key.set(key)
        ready.wait()
        try:
            with transaction.atomic():
                once.require_first()
        except once.DoneAlready:
            outcomes.append("again")
        else:
            outcomes.append("first")
        finally:
            connection.close()

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["again", "first"]
    assert PerformedAct.objects.count() == 1


@pytest.mark.django_db
def test_an_act_that_was_refused_may_come_again():
    token = once.current_key.set(uuid4())
    try:
        with transaction.atomic():
            once.require_first()
            transaction.set_rollback(True)
        once.require_first()
    finally:
        once.current_key.reset(token)
    assert PerformedAct.objects.count() == 1
