"""What the runtime role may do; given anew at the end of each migrate."""

from django.apps import apps
from django.db import connections

# Tables that are no record: rows there may be removed.
REMOVABLE = (
    "django_session",
    "capture_autosave",
    "axes_accessattempt",
    "axes_accessattemptexpiration",
    "axes_accesslog",
    "axes_accessfailurelog",
)
READ_ONLY = ("audit_entry", "audit_installation", "django_migrations")


def grant_runtime(*, owner_alias: str, runtime_role: str) -> None:
    """Give the runtime role its rights; it owns nothing and alters no table."""
    with connections[owner_alias].cursor() as cursor:
        quoted = connections[owner_alias].ops.quote_name(runtime_role)
        tables = set(connections[owner_alias].introspection.table_names(cursor))
        for table in sorted(tables):
            rights = ["SELECT"]
            if table not in READ_ONLY:
                rights += ["INSERT", "UPDATE"]
            if table in REMOVABLE:
                rights += ["DELETE"]
            cursor.execute(f'REVOKE ALL ON "{table}" FROM {quoted}')
            cursor.execute(f'GRANT {", ".join(rights)} ON "{table}" TO {quoted}')
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quoted}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}")


def recorded_models() -> list[type]:
    """Return the models whose tables have a recording trigger."""
    return [
        model
        for model in apps.get_models()
        if any(t.name == "record" for t in getattr(model._meta, "triggers", ()))
    ]
