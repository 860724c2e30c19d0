"""What the runtime role may do to which table."""

import pytest
from django.db import connection

from record.audit.grants import rights_on

pytestmark = pytest.mark.django_db
TABLES = """
    SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND has_table_privilege(oid, %s)
"""


def tables_with(right):
    with connection.cursor() as cursor:
        cursor.execute(TABLES, [right])
        return {table for (table,) in cursor.fetchall()}


@pytest.mark.verifies("AUD-03", "AUD-06")
def test_rows_of_unfinished_work_alone_can_be_removed():
    assert tables_with("DELETE") == {
        "django_session",
        "audit_trycount",
        "capture_autosave",
        "entry_importedrow",
        "axes_accessattempt",
        "axes_accessattemptexpiration",
        "axes_accesslog",
        "axes_accessfailurelog",
    }


@pytest.mark.verifies("AUD-03")
def test_the_runtime_role_has_the_rights_that_the_room_states():
    for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"):
        stated = {table for table in tables_with("SELECT") if right in rights_on(table)}

        assert tables_with(right) == stated
