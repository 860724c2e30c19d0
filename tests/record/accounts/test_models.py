"""What the database itself holds about accounts."""

import hashlib
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import translation

from record.accounts.models import User
from record.accounts.selectors import history_of
from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from tests.people import PASSWORD, STAGE, person

pytestmark = pytest.mark.django_db


def change(user, **values):
    with attributed(by=STAGE, via=Source.COMMAND):
        User.objects.filter(pk=user.pk).update(**values)


@pytest.mark.verifies("ACC-01")
@pytest.mark.parametrize("values", [{"username": "new"}, {"blinding": "U"}])
def test_name_and_class_never_change(values):
    user = person("CO")

    with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
        change(user, **values)


@pytest.mark.verifies("ACC-01")
def test_account_is_never_removed():
    user = person("CO")

    refusal = "never removed|permission denied"
    with pytest.raises(DatabaseError, match=refusal), transaction.atomic():
        User.objects.filter(pk=user.pk).delete()


@pytest.mark.verifies("ACC-06")
def test_role_stays_in_its_class():
    user = person("CO")

    with pytest.raises(IntegrityError, match="role_fits_class"), transaction.atomic():
        change(user, role="UP")


def test_role_may_change_within_its_class():
    user = person("CO")

    change(user, role="IN")

    user.refresh_from_db()
    assert user.role == "IN"


def test_name_is_lower_case_in_the_database_too():
    with (
        pytest.raises(IntegrityError, match="username_is_plain"),
        attributed(by=STAGE, via=Source.COMMAND),
    ):
        User.objects.create(username="Li.Wei", full_name="L", role="CO", blinding="B")


def test_account_without_actor_is_refused():
    with pytest.raises(DatabaseError, match="names no actor"), transaction.atomic():
        User.objects.create(username="li.wei", full_name="L", role="CO", blinding="B")


@pytest.mark.verifies("ACC-07", "ACC-12")
def test_creation_is_recorded_without_the_password():
    user = person("CO", password=PASSWORD)

    entry = Entry.objects.get(table_name="accounts_user", row_id=user.pk)

    assert entry.changes["role"] == [None, "CO"]
    assert user.password.startswith("argon2")
    digest = hashlib.sha256(f'"{user.password}"'.encode()).hexdigest()
    assert entry.changes["password"] == [None, digest]
    assert "last_login" not in entry.changes
    assert PASSWORD not in str(entry.changes)


@pytest.mark.parametrize(
    ("since", "until", "delegated"),
    [
        (None, None, True),
        ("2026-03-01", None, True),
        ("2026-03-02", None, False),
        (None, "2026-03-01", True),
        (None, "2026-02-28", False),
    ],
)
def test_delegation_includes_its_first_and_last_day(since, until, delegated):
    first, last = (day and date.fromisoformat(day) for day in (since, until))
    user = User(delegated_from=first, delegated_until=last)

    assert user.is_delegated(date(2026, 3, 1)) is delegated


def test_name_is_shown_in_the_readers_language():
    user = User(full_name="Li Wei", full_name_zh="李伟")

    with translation.override("zh-hans"):
        assert str(user) == "李伟"
    with translation.override("en"):
        assert str(user) == "Li Wei"


@pytest.mark.verifies("AUD-02")
def test_history_says_that_a_password_was_set_and_shows_nothing_of_it():
    user = person("CO", password=PASSWORD)

    [change] = history_of(user)

    labels = {str(label): (old, str(new)) for label, old, new in change.values}
    assert labels["Password"] == (None, "set")
    assert "argon2" not in str(change.values)
    assert "Former passwords" not in labels
