"""`manage.py verify_lock` finds what was changed behind the back of the lock."""

import pytest
from django.core.management import CommandError, call_command

from record.lock.selectors import present_lock
from tests.record.capture.saving import complete
from tests.record.lock.steps import confirmed, proposed, proposed_unlock
from tests.sample_room.people import secret

pytestmark = [pytest.mark.slow, pytest.mark.verifies("LCK-04")]
ALTERED = "The data are not those of lock version 1."


@pytest.fixture
def locked(transactional_db):
    """Committed: the superuser has a connection of its own."""
    form = complete()
    secret()
    confirmed(proposed())
    return form


def test_the_locked_data_are_those_that_were_locked(locked, capsys):
    call_command("verify_lock")

    digest = present_lock().data_digest
    assert capsys.readouterr().out == f"Lock version 1: {digest}\n"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sample_room_sample SET weight_kg = 71",
        "UPDATE casebook_forminstance SET status = 'draft' WHERE code = 'ZZA'",
        "UPDATE casebook_forminstance SET struck_at = now() WHERE code = 'ZZA'",
        "UPDATE casebook_forminstance SET occurrence = 9 WHERE code = 'ZZB'",
        "DELETE FROM casebook_forminstance WHERE code = 'ZZB'",
    ],
)
def test_what_an_owner_changes_or_removes_is_missed(locked, superuser, statement):
    superuser(statement)

    with pytest.raises(CommandError, match=ALTERED):
        call_command("verify_lock")


def test_an_open_database_has_nothing_to_verify(locked):
    confirmed(proposed_unlock())

    with pytest.raises(CommandError, match=r"The database is not locked\."):
        call_command("verify_lock")
