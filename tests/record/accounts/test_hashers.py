"""Passwords are compared in turns, and a turn ends however the comparison does."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from record.accounts.hashers import AT_ONCE, Argon2InTurn

PASSWORD, PEOPLE = "Long enough for two", 6


def test_a_password_made_in_turn_is_known_from_another():
    hasher = Argon2InTurn()

    encoded = hasher.encode(PASSWORD, hasher.salt())

    answers = [hasher.verify(typed, encoded) for typed in (PASSWORD, "Another one")]
    assert answers == [True, False]


@pytest.mark.parametrize("name", ["encode", "verify"])
def test_as_many_as_have_a_turn_are_at_work_even_after_some_failed(monkeypatch, name):
    lock, working, most = Lock(), [], []

    def work(self, number, _other):
        with lock:
            working.append(number)
            most.append(len(working))
        time.sleep(0.02)
        with lock:
            working.remove(number)
        if number < AT_ONCE:
            raise MemoryError
        return number

    monkeypatch.setattr(Argon2PasswordHasher, name, work)
    in_turn = getattr(Argon2InTurn(), name)

    def outcome(number):
        try:
            return in_turn(number, "")
        except MemoryError:
            return None

    with ThreadPoolExecutor(PEOPLE) as pool:
        answers = list(pool.map(outcome, range(PEOPLE)))

    assert [answer is None for answer in answers] == [
        n < AT_ONCE for n in range(PEOPLE)
    ]
    assert max(most) == AT_ONCE
