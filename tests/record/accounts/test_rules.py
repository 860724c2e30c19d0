"""Which changes of an account take two persons; when an administrator counts."""

from datetime import UTC, date, datetime

import pytest

from record.accounts.roles import Role
from record.accounts.rules import (
    Delegation,
    can_learn_an_arm,
    is_guarded,
    needs_second_person,
    resets_from,
)
from record.accounts.vocabulary import AccessChange as Change

ALWAYS, NEVER = frozenset(Role), frozenset[Role]()
LEARNERS = {"IN", "PI", "UP", "PN", "UM", "LC", "US", "SO", "AD"}
GUARDED = LEARNERS - {"IN"}


@pytest.mark.verifies("ACC-19")
def test_who_can_learn_an_arm_or_decides_about_accounts():
    assert {role.value for role in Role if can_learn_an_arm(role)} == LEARNERS
    assert {role.value for role in Role if is_guarded(role)} == GUARDED


@pytest.mark.verifies("ACC-19")
@pytest.mark.parametrize(
    ("change", "roles"),
    [
        (Change.ADDRESS, ALWAYS),
        (Change.OPENING, LEARNERS),
        (Change.ROLE, GUARDED),  # to another role that learns nothing
        (Change.DELEGATION, GUARDED),
        (Change.PASSWORD_RESET, GUARDED),
        (Change.FACTOR_REVOKED, GUARDED),
        (Change.UNLOCKING, GUARDED),
        (Change.NAME, NEVER),
        (Change.CLOSING, NEVER),
    ],
)
def test_changes_that_take_two_persons(change, roles):
    takes_two = {
        role.value
        for role in Role
        if needs_second_person(change, role=role, new_role="CO")
    }

    assert takes_two == set(roles)


@pytest.mark.verifies("ACC-19")
@pytest.mark.parametrize("role", Role)
def test_a_role_that_can_learn_an_arm_is_given_by_two(role):
    takes_two = needs_second_person(Change.ROLE, role="CO", new_role=role)

    assert takes_two == (role in LEARNERS)


FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


@pytest.mark.parametrize(
    ("first", "last", "day", "covers", "lasts"),
    [
        (None, None, FIRST, True, True),
        (FIRST, None, date(2026, 2, 28), False, False),
        (FIRST, None, FIRST, True, True),
        (None, LAST, LAST, True, False),
        (None, LAST, date(2026, 4, 1), False, False),
        (FIRST, LAST, FIRST, True, False),
    ],
)
def test_a_delegation_covers_its_first_and_last_day(first, last, day, covers, lasts):
    delegation = Delegation(first, last)

    assert (delegation.covers(day), delegation.lasts(day)) == (covers, lasts)


@pytest.mark.parametrize(
    ("new", "exceeds"),
    [
        ((FIRST, LAST), False),
        ((date(2026, 3, 2), date(2026, 3, 30)), False),
        ((date(2026, 2, 28), LAST), True),
        ((FIRST, date(2026, 4, 1)), True),
        ((None, LAST), True),
        ((FIRST, None), True),
    ],
)
def test_a_delegation_exceeds_another_by_one_day(new, exceeds):
    assert Delegation(*new).exceeds(Delegation(FIRST, LAST)) == exceeds


def test_an_account_is_reset_hours_after_its_address_was_changed():
    changed_at = datetime(2026, 3, 1, 12, tzinfo=UTC)

    assert resets_from(changed_at, 48) == datetime(2026, 3, 3, 12, tzinfo=UTC)
    assert resets_from(None, 48) is None
