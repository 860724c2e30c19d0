"""What the runtime role may do to which table."""

import pytest
from django.db import connection

from record.audit import guards
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
        "monitoring_savedfilter",
        "entry_importedrow",
        "enrollment_participantstanding",
        "visits_visitoutlook",
        "visits_valuetojudge",
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


FUNCTIONS = """
    SELECT p.oid::regprocedure::text FROM pg_proc p
    LEFT JOIN pg_aggregate a ON a.aggfnoid = p.oid
    LEFT JOIN pg_proc step ON step.oid = a.aggtransfn
    WHERE p.pronamespace = 'public'::regnamespace
    AND NOT coalesce(p.proconfig @> '{"search_path=public, pg_temp"}', false)
    AND step.pronamespace IS DISTINCT FROM 'pg_catalog'::regnamespace
"""
ORPHANS = """
    SELECT p.oid::regprocedure::text FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND p.prorettype = 'trigger'::regtype
    AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgfoid = p.oid)
"""


@pytest.mark.verifies("AUD-03")
@pytest.mark.parametrize("unsafe", [FUNCTIONS, ORPHANS])
def test_each_function_has_a_search_path_of_its_own_and_a_use(unsafe):
    with connection.cursor() as cursor:
        cursor.execute(unsafe)

        assert cursor.fetchall() == []


@pytest.mark.verifies("AUD-03", "AUD-04")
@pytest.mark.parametrize("scope", ["", "IN DATABASE {}"])
def test_what_the_runtime_role_stores_for_later_sessions_is_named(refusal, scope):
    """PostgreSQL lets each role do so; settings of our own it refuses."""
    role = f"ALTER ROLE CURRENT_USER {scope.format(connection.settings_dict['NAME'])}"

    assert refusal(f"{role} SET audit.context = 'x'") == "42501"
    assert refusal(f"{role} SET extra_float_digits = -9") == ""
    assert guards.first_problem() == (
        "Not of this release: stored setting extra_float_digits=-9 of sessions."
    )
