"""What the runtime role must not be able to do, each tried and undone.

Whoever has the password of the web server has this role: these attacks must fail.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import DatabaseError, connection, transaction

from trial_edc.requirements import implements

NO_RIGHT = "42501"
REFUSED = (NO_RIGHT, "AU003")  # by the right that is missing, or by a trigger
KEPT_TABLES = ("audit_entry", "audit_seal", "audit_sealedentry", "django_migrations")

# What it is, and the statement that must be refused.
ATTEMPTS = (
    ("make a temporary table", "CREATE TEMPORARY TABLE mine (id int)"),
    ("make a table", "CREATE TABLE public.mine (id int)"),
    ("make a schema", "CREATE SCHEMA mine"),
    (
        "make a function",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ),
    ("make a large object", "SELECT lo_create(0)"),
    ("make a large object from bytes", "SELECT lo_from_bytea(0, 'x')"),
    (
        "disable triggers",
        "ALTER TABLE casebook_participant DISABLE TRIGGER USER",
    ),
    ("switch off all triggers", "SET LOCAL session_replication_role = replica"),
    ("become the owner", "SET LOCAL ROLE edc_owner"),
    ("make a role", "CREATE ROLE mine"),
    ("give itself rights", "ALTER ROLE CURRENT_USER SUPERUSER"),
    ("read a file of the server", "SELECT pg_read_file('PG_VERSION')"),
    ("write a file of the server", "COPY (SELECT 1) TO '/tmp/mine'"),
    ("run a program on the server", "COPY (SELECT 1) TO PROGRAM 'true'"),
    (
        "write an entry of its own",
        "SELECT audit_record('row', '', '', NULL, NULL, '{}'::text[])",
    ),
    ("drop a table", "DROP TABLE casebook_participant CASCADE"),
    (
        "rename a participant",
        "UPDATE casebook_participant SET number = number || 'X'",
    ),
    ("spoil a data key", "UPDATE audit_datakey SET wrapped = ''"),
    ("move the mark of a demo", "UPDATE audit_installation SET is_demo = NOT is_demo"),
)
# Settings stored for the role would hold in each later session.
STORED_SETTINGS = """
    SELECT unnest(setconfig) FROM pg_catalog.pg_db_role_setting
    WHERE setrole = current_user::regrole
"""
ATTRIBUTES = """
    SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,
        EXISTS (SELECT FROM pg_catalog.pg_auth_members m WHERE m.member = r.oid)
    FROM pg_catalog.pg_roles r WHERE rolname = current_user
"""
ATTRIBUTE_NAMES = (
    "superuser",
    "may make roles",
    "may make databases",
    "may replicate",
    "passes row security",
    "member of another role",
)


@dataclass(frozen=True)
class Probe:
    """One thing tried; `answer` is the SQLSTATE that refused it, empty for none."""

    what: str
    answer: str

    @property
    def is_refused(self) -> bool:
        return self.answer in REFUSED


@implements("AUD-03")
def probes() -> Iterator[Probe]:
    """Try everything as the role of the web server; nothing is kept."""
    for what, statement in (*ATTEMPTS, *_on_tables()):
        yield Probe(what, _answer(statement))


def weaknesses() -> Iterator[str]:
    """Name attributes and stored settings that the role must not have."""
    with connection.cursor() as cursor:
        cursor.execute(ATTRIBUTES)
        flags = zip(ATTRIBUTE_NAMES, cursor.fetchone(), strict=True)
        yield from (name for name, is_set in flags if is_set)
        cursor.execute(STORED_SETTINGS)
        yield from (f"stored setting {setting}" for (setting,) in cursor.fetchall())


def _on_tables() -> Iterator[tuple[str, str]]:
    for table in KEPT_TABLES:
        yield f"insert into {table}", f"INSERT INTO {table} TABLE {table}"
        yield f"delete from {table}", f"DELETE FROM {table}"  # noqa: S608 - ours
    for table in sorted(connection.introspection.table_names()):
        yield f"empty {table}", f"TRUNCATE {table} CASCADE"


def _answer(statement: str) -> str:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")
            cursor.execute(statement)
            transaction.set_rollback(True)
    except DatabaseError as problem:
        return str(getattr(problem.__cause__, "pgcode", "") or "unknown")
    return ""
