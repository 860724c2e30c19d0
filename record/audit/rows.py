"""The rows of recorded tables, compared with what the trail says of them.

What a row should hold follows from its entries: for each column the last value told,
and nothing in a column that no entry names. A row of a CRF must besides have the digest
that its last entry holds under the seal of the trail.
"""

import json
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from record.audit.reading import fixed_settings
from record.audit.triggers import RecordTrigger, recording_trigger

# Columns that the trail leaves out besides those that the trigger names.
LEFT_OUT = {
    "crf": ("form_id", "missing"),
    "sheet": ("revision", "item_revisions", "digest"),
}
DIFFERENT = """
    WITH told AS (
        SELECT row_id, audit_told_last(new_values ORDER BY id) AS items
        FROM audit_entry WHERE table_name = %(table)s AND operation <> 'ACT' GROUP BY 1
    ), stored AS (
        SELECT r.{key} AS row_id, to_jsonb(r) AS plain,
            audit_conceal(to_jsonb(r), %(secret)s) AS items
        FROM {table} r
    )
    SELECT coalesce(t.row_id, s.row_id),
        CASE WHEN s.row_id IS NULL THEN 'removed'
            WHEN t.row_id IS NULL THEN 'inserted' ELSE 'altered' END
    FROM told t FULL JOIN stored s ON s.row_id = t.row_id
    WHERE t.row_id IS NULL OR s.row_id IS NULL
    OR jsonb_strip_nulls(t.items)
        <> jsonb_strip_nulls(s.items - %(ignored)s::text[]) AND (
        EXISTS (
            SELECT FROM jsonb_each(t.items) item
            WHERE audit_item(s.items, item.key) <> item.value
        )
        OR EXISTS (
            SELECT FROM jsonb_each(s.plain - %(ignored)s::text[] - %(secret)s) c
            WHERE c.value <> 'null' AND NOT t.items ? split_part(c.key, '__', 1)
            AND c.value IS DISTINCT FROM %(defaults)s::jsonb -> c.key
        )
    )
    ORDER BY 1 LIMIT 1
"""
# A row that was changed beside its trigger no longer has the digest of its form, and a
# digest that was computed anew is not that of the last entry.
OTHER_DIGEST = """
    SELECT f.id, 'altered' FROM {table} r
    JOIN casebook_forminstance f ON f.id = r.form_id
    CROSS JOIN LATERAL (SELECT audit_digest(to_jsonb(r)) AS digest) AS actual
    LEFT JOIN LATERAL (
        SELECT e.digest FROM audit_entry e
        WHERE e.form_id = f.id AND e.table_name = %(table)s AND e.operation <> 'ACT'
        ORDER BY e.id DESC LIMIT 1
    ) AS last ON true
    WHERE f.digest <> actual.digest
    OR coalesce(nullif(last.digest, ''), actual.digest) <> actual.digest
    ORDER BY 1 LIMIT 1
"""


def first_problem() -> str:
    """Name the first row that is not what the trail says; empty when all are."""
    for model, trigger in recorded_models():
        for statement in (DIFFERENT, *[OTHER_DIGEST] * (trigger.kind == "crf")):
            if row := _first(statement, model, trigger):
                key, what = row
                return f"Row {key} of {model._meta.db_table} was {what}."
    return ""


def recorded_models() -> Iterator[tuple[type[models.Model], RecordTrigger]]:
    for model in apps.get_models():
        if trigger := recording_trigger(model):
            yield model, trigger


def _first(
    statement: str, model: type[models.Model], trigger: RecordTrigger
) -> tuple[int, str] | None:
    quote = connection.ops.quote_name
    table = model._meta.db_table
    text = statement.format(table=quote(table), key=quote(str(model._meta.pk.column)))
    left_out = LEFT_OUT.get(trigger.kind, ())
    values: dict[str, str | list[str]] = {
        "table": table,
        "secret": list(trigger.secret),
        "ignored": ["id", *trigger.unrecorded, *left_out],
        "defaults": json.dumps(_defaults(model), cls=DjangoJSONEncoder),
    }
    with fixed_settings() as cursor:
        cursor.execute(text, values)
        row: tuple[int, str] | None = cursor.fetchone()
    return row


def _defaults(model: type[models.Model]) -> dict[str, Any]:
    """What a migration gave to rows that were there before the column.

    It is the default of the field; of a text without default the empty text.
    """
    defaults = {}
    for field in model._meta.concrete_fields:
        default = field.default
        if default in (list, dict) or not field.has_default():
            default = field.get_default()
        if not callable(default):
            defaults[str(field.column)] = default
    return defaults
