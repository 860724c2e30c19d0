"""What the runtime role may do, and what functions may not; set after each migrate."""

from typing import Any

from django.apps import apps
from django.db import connections

from record.audit.triggers import Disposable
from trial_edc.requirements import implements

# Tables of libraries whose rows they remove themselves.
REMOVABLE_BY_LIBRARIES = frozenset(
    {
        "django_session",
        "axes_accessattempt",
        "axes_accessattemptexpiration",
        "axes_accesslog",
        "axes_accessfailurelog",
    }
)
# Migrate, as the owner, writes what the application only reads: keys of the vault, and
# what Django keeps of models and rights.
READ_ONLY = (
    "audit_entry",
    "audit_seal",
    "audit_sealedentry",
    "audit_installation",
    "audit_datakey",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_migrations",
)
APPEND_ONLY = ("audit_performedact",)
TRIGGER_FUNCTIONS = """
    SELECT DISTINCT p.oid::regprocedure, p.prosrc ~ 'audit_record\\(' FROM pg_proc p
    JOIN pg_trigger t ON t.tgfoid = p.oid
    WHERE p.pronamespace = 'public'::regnamespace
"""


def harden(*, owner_alias: str, runtime_role: str) -> None:
    """The functions of large objects only a superuser can take: `roles.sql` does."""
    connection = connections[owner_alias]
    role = connection.ops.quote_name(runtime_role)
    with connection.cursor() as cursor:
        _grant_on_tables(cursor, connection.introspection.table_names(cursor), role)
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        # SELECT: a backup reads where each sequence stands.
        rights = "USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public"
        cursor.execute(f"GRANT {rights} TO {role}")
        database = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC, {role}")
        cursor.execute(f"GRANT CONNECT ON DATABASE {database} TO {role}")
        _let_no_trigger_be_ignored(cursor)
        _fix_trigger_functions(cursor, role)


def _grant_on_tables(cursor: Any, tables: list[str], role: str) -> None:
    for table in sorted(set(tables)):
        cursor.execute(f'REVOKE ALL ON "{table}" FROM {role}')
        rights = ", ".join(rights_on(table))
        cursor.execute(f'GRANT {rights} ON "{table}" TO {role}')


def _let_no_trigger_be_ignored(cursor: Any) -> None:
    """Remove the switch by which a session could name triggers to skip.

    django-pgtrigger's triggers ask this function first, and it obeys a setting that
    any session can make (`SET pgtrigger.ignore`). Each of its migrations makes the
    function anew, so it is replaced at the end of each migrate.
    """
    cursor.execute(
        "CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore("
        "trigger_name name) RETURNS boolean LANGUAGE sql IMMUTABLE "
        "SET search_path = public, pg_temp AS 'SELECT false'"
    )


@implements("AUD-03")
def _fix_trigger_functions(cursor: Any, role: str) -> None:
    """Let no setting of a session, and no trigger but ours, reach into the trail.

    Names in a trigger mean the tables of the schema `public` whatever the session
    says, and `audit_record` runs for our triggers alone, as the owner.
    """
    cursor.execute(TRIGGER_FUNCTIONS)
    for function, records in cursor.fetchall():
        cursor.execute(f"ALTER FUNCTION {function} SET search_path = public, pg_temp")
        if records:
            cursor.execute(f"ALTER FUNCTION {function} SECURITY DEFINER")
    cursor.execute(f"REVOKE EXECUTE ON FUNCTION audit_record FROM PUBLIC, {role}")


@implements("AUD-03")
def rights_on(table: str) -> list[str]:
    rights = ["SELECT"]
    if table not in READ_ONLY:
        rights.append("INSERT")
    if table not in READ_ONLY + APPEND_ONLY:
        rights.append("UPDATE")
    if table in REMOVABLE_BY_LIBRARIES | disposable_tables():
        rights.append("DELETE")
    return rights


def disposable_tables() -> frozenset[str]:
    return frozenset(
        model._meta.db_table
        for model in apps.get_models()
        if issubclass(model, Disposable)
    )
