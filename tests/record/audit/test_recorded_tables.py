"""No table escapes the trail in silence."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db

EXEMPT = {
    "audit_entry": "the trail itself, written by its function alone",
    "audit_seal": "append-only proof about the trail",
    "audit_sealedentry": "append-only proof about the trail",
    "audit_performedact": "append-only keys of acts; what an act stores is recorded",
    "audit_trycount": "counts refused tries; an entry tells each of them",
    "audit_datakey": "wrapped keys; wrapping anew is recorded as an act",
    "audit_installation": "one row, written by the owner when it is made",
    "safety_dictionaryterm": "rows of a licensed file; its import is recorded",
    "monitoring_savedfilter": "what somebody searches again, no record",
    "capture_autosave": "unsaved typing, no record yet",
    "enrollment_participantstanding": "a copy of what recorded forms say",
    "visits_visitoutlook": "a copy of what recorded forms say",
    "visits_valuetojudge": "a copy of what recorded forms say",
    "entry_importedrow": "preview of a file; what is stored is recorded there",
    "django_session": "sessions of browsers; sign-ins are recorded as acts",
    "django_migrations": "Django's own; the runtime role cannot write it",
    "django_content_type": "Django's own list of models",
    "auth_permission": "unused: rights are the table in record/accounts/roles.py",
    "auth_group": "unused",
    "auth_group_permissions": "unused",
    "axes_accessattempt": "counts failures for the lockout; refusals are acts",
    "axes_accessattemptexpiration": "the same",
    "axes_accessfailurelog": "the same",
    "axes_accesslog": "the same",
}
TRIGGERS = """
    SELECT c.relname, t.tgname FROM pg_class c
    LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
        AND t.tgenabled = 'O'
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
"""


@pytest.fixture
def triggers():
    by_table = {}
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS)
        for table, trigger in cursor.fetchall():
            name = (trigger or "").removeprefix("pgtrigger_").rpartition("_")[0]
            by_table.setdefault(table, set()).add(name)
    return by_table


@pytest.mark.verifies("AUD-01", "AUD-04")
def test_every_table_is_recorded_or_exempt_for_a_reason(triggers):
    unrecorded = {table for table, names in triggers.items() if "record" not in names}

    assert unrecorded == set(EXEMPT) & set(triggers)


@pytest.mark.verifies("AUD-06")
def test_no_recorded_table_can_lose_rows(triggers):
    losing = {
        table
        for table, names in triggers.items()
        if "record" in names and "refuse_removal" not in names
    }

    assert losing == set()
