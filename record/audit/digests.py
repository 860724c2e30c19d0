"""The digests of forms, compared with the rows that they were made of."""

from django.apps import apps
from django.db import connection, models, transaction

# A row that was changed beside its trigger no longer has the digest of its form.
ALTERED = """
    SELECT f.id FROM {table} r JOIN casebook_forminstance f ON f.id = r.form_id
    WHERE f.digest <> audit_digest(to_jsonb(r)) ORDER BY f.id LIMIT 1
"""


def first_altered_form() -> int | None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'UTC'")
        for table in crf_tables():
            cursor.execute(ALTERED.format(table=connection.ops.quote_name(table)))
            if row := cursor.fetchone():
                return int(row[0])
    return None


def crf_tables() -> list[str]:
    return [model._meta.db_table for model in apps.get_models() if is_crf(model)]


def is_crf(model: type[models.Model]) -> bool:
    triggers = getattr(model._meta, "triggers", ())
    return any(
        "'crf'" in trigger.func for trigger in triggers if trigger.name == "record"
    )
