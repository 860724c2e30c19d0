"""What the runtime role may do; granted anew at the end of each migrate."""

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
READ_ONLY = ("audit_entry", "audit_installation", "django_migrations")
APPEND_ONLY = ("audit_seal", "audit_sealedentry", "audit_performedact")
# Keys are made by migrate and wrapped anew by the application.
CHANGE_ONLY = ("audit_datakey",)


def grant_runtime(*, owner_alias: str, runtime_role: str) -> None:
    with connections[owner_alias].cursor() as cursor:
        quoted = connections[owner_alias].ops.quote_name(runtime_role)
        tables = set(connections[owner_alias].introspection.table_names(cursor))
        for table in sorted(tables):
            cursor.execute(f'REVOKE ALL ON "{table}" FROM {quoted}')
            rights = ", ".join(rights_on(table))
            cursor.execute(f'GRANT {rights} ON "{table}" TO {quoted}')
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quoted}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}")


def let_no_trigger_be_ignored(*, owner_alias: str) -> None:
    """Remove the switch by which a session could name triggers to skip.

    django-pgtrigger's triggers ask this function first, and it obeys a setting that
    any session can make (`SET pgtrigger.ignore`). Each of its migrations makes the
    function anew, so it is replaced at the end of each migrate.
    """
    with connections[owner_alias].cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore("
            "trigger_name name) RETURNS boolean LANGUAGE sql IMMUTABLE "
            "AS 'SELECT false'"
        )


@implements("AUD-03")
def rights_on(table: str) -> list[str]:
    rights = ["SELECT"]
    if table not in READ_ONLY + CHANGE_ONLY:
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
