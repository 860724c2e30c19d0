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
from django.db import models
from psycopg2.sql import SQL, Composable, Identifier, Literal

from record.audit.reading import fixed_settings
from record.audit.triggers import RecordTrigger, recording_trigger

# Columns that the trail leaves out besides those that the trigger names.
LEFT_OUT = {
    "crf": ("form_id", "missing"),
    "sheet": ("revision", "item_revisions", "digest"),
}
# One pass over the trail for all tables, then a part for each.
FIRST_DIFFERENT = """
    WITH told AS MATERIALIZED (
        SELECT table_name, row_id, audit_told_last(new_values ORDER BY id) AS items,
            (array_agg(digest ORDER BY id DESC))[1] AS digest
        FROM audit_entry WHERE operation <> 'ACT' GROUP BY 1, 2
    )
    {parts}
    ORDER BY 1, 3 LIMIT 1
"""
# A row of a CRF that was changed beside its trigger no longer has the digest of its
# form, and a digest that was computed anew is not that of the last entry.
DIGESTS = """
    audit_digest(plain) AS digest, coalesce(
        (SELECT f.digest FROM casebook_forminstance f WHERE f.id = row_id), ''
    ) AS form_digest
"""
NO_DIGESTS = "NULL AS digest, NULL AS form_digest"
CRF_ITEM = "audit_item(s.items, item.key)"
COLUMN = "coalesce(s.items -> item.key, 'null')"
PART = """
    SELECT {place}, {name}, coalesce(t.row_id, s.row_id),
        CASE WHEN s.row_id IS NULL THEN 'removed'
            WHEN t.row_id IS NULL THEN 'inserted' ELSE 'altered' END
    FROM (SELECT * FROM told WHERE table_name = {name}) t
    FULL JOIN (
        SELECT row_id, plain, {items} AS items, {digests} FROM (
            SELECT {key} AS row_id, to_jsonb(r) AS plain FROM {table} r OFFSET 0
        ) r OFFSET 0
    ) s ON s.row_id = t.row_id
    WHERE t.row_id IS NULL OR s.row_id IS NULL
    OR s.digest <> s.form_digest OR s.digest <> nullif(t.digest, '')
    OR jsonb_strip_nulls(t.items)
        <> jsonb_strip_nulls(s.items - {ignored}::text[]) AND (
        EXISTS (
            SELECT FROM jsonb_each(t.items) item
            WHERE {stored_item} <> item.value
        )
        OR EXISTS (
            SELECT FROM jsonb_each(s.plain - {ignored}::text[] - {secret}::text[]) c
            WHERE c.value <> 'null' AND NOT t.items ? split_part(c.key, '__', 1)
            AND c.value IS DISTINCT FROM {defaults}::jsonb -> c.key
        )
    )
"""

# By the revisions of a form and of its items a verification and a signature hold.
OTHER_REVISIONS = """
    WITH told AS (
        SELECT form_id, max(revision) AS revision,
            jsonb_object_agg(item, revision) AS items
        FROM (
            SELECT e.form_id, item, max(e.revision) AS revision FROM audit_entry e
            CROSS JOIN LATERAL jsonb_object_keys(e.new_values) AS item
            WHERE e.table_name = ANY (%(tables)s) AND e.operation <> 'ACT'
            GROUP BY 1, 2
        ) AS last_of_item GROUP BY 1
    )
    SELECT f.id FROM casebook_forminstance f LEFT JOIN told t ON t.form_id = f.id
    WHERE f.revision <> coalesce(t.revision, 0)
    OR f.item_revisions <> coalesce(t.items, '{}')
    ORDER BY 1 LIMIT 1
"""


def first_problem() -> str:
    """Name the first row that is not what the trail says; empty when all are."""
    with fixed_settings() as cursor:
        return _first_other_row(cursor) or _first_other_revision(cursor)


def _first_other_revision(cursor: Any) -> str:
    crf = [
        m._meta.db_table for m, trigger in recorded_models() if trigger.kind == "crf"
    ]
    cursor.execute(OTHER_REVISIONS, {"tables": crf})
    row = cursor.fetchone()
    return f"The revisions of form {row[0]} were altered." if row else ""


def _first_other_row(cursor: Any) -> str:
    parts = [
        _part(place, *recorded).as_string(cursor.cursor)
        for place, recorded in enumerate(recorded_models())
    ]
    text = FIRST_DIFFERENT.format(parts=" UNION ALL ".join(parts))
    cursor.execute("SET LOCAL work_mem = '128MB'")  # the parts read `told` again
    cursor.cursor.execute(text)
    row = cursor.fetchone()
    if row is None:
        return ""
    _place, table, key, what = row
    return f"Row {key} of {table} was {what}."


def recorded_models() -> Iterator[tuple[type[models.Model], RecordTrigger]]:
    for model in apps.get_models():
        if trigger := recording_trigger(model):
            yield model, trigger


def _part(place: int, model: type[models.Model], trigger: RecordTrigger) -> Composable:
    is_crf = trigger.kind == "crf"
    left_out = LEFT_OUT.get(trigger.kind, ())
    secret = list(trigger.secret)
    conceal = SQL("audit_conceal(plain, {}::text[])").format(Literal(secret))
    return SQL(PART).format(
        place=Literal(place),
        name=Literal(model._meta.db_table),
        table=Identifier(model._meta.db_table),
        key=Identifier(str(model._meta.pk.column)),
        items=conceal if secret else SQL("plain"),
        digests=SQL(DIGESTS if is_crf else NO_DIGESTS),
        stored_item=SQL(CRF_ITEM if is_crf else COLUMN),
        ignored=Literal(["id", *trigger.unrecorded, *left_out]),
        secret=Literal(secret),
        defaults=Literal(json.dumps(_defaults(model), cls=DjangoJSONEncoder)),
    )


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
