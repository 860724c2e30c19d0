"""Rows and statuses of forms of one code, each kind in one statement."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from record.casebook.design import FormDesign
from record.casebook.models import AnyCRF, FormInstance

# Django has no words for it: it also says what the trigger moved.
_STORE_STATUSES = """
    UPDATE casebook_forminstance form
    SET status = new.status, first_completed_at = new.first_completed_at,
        saved_at = new.saved_at, saved_by_id = new.saved_by_id
    FROM (VALUES {rows})
        AS new (id, status, first_completed_at, saved_at, saved_by_id)
    WHERE form.id = new.id
    RETURNING form.id, form.revision, form.item_revisions, form.digest
"""
_STATUS = "(%s::bigint, %s, %s::timestamptz, %s::timestamptz, %s::bigint)"


def store_rows(design: FormDesign, rows: Iterable[AnyCRF]) -> None:
    """The trigger writes an entry for each, and raises the revision of its form."""
    new: list[AnyCRF] = []
    stored: list[AnyCRF] = []
    for row in rows:
        is_new = row._state.adding  # noqa: SLF001 - Django's documented attribute
        (new if is_new else stored).append(row)
    table: Any = design.model._default_manager  # of either kind of CRF
    fields = design.model._meta.concrete_fields
    columns = [field.name for field in fields if not field.generated]
    table.bulk_create(new)
    # A row that is there conflicts with its insertion, and is updated.
    table.bulk_create(
        stored,
        update_conflicts=True,
        unique_fields=["form"],
        update_fields=[name for name in columns if name != "form"],
    )


def store_statuses(forms: Sequence[FormInstance]) -> None:
    if not forms:
        return
    values = [
        value
        for f in forms
        for value in (f.pk, f.status, f.first_completed_at, f.saved_at, f.saved_by_id)
    ]
    by_key = {form.pk: form for form in forms}
    with connection.cursor() as cursor:
        rows = ", ".join([_STATUS] * len(forms))
        cursor.execute(_STORE_STATUSES.format(rows=rows), values)
        for pk, revision, item_revisions, digest in cursor.fetchall():
            form = by_key[pk]
            form.revision, form.digest = revision, digest
            form.item_revisions = json.loads(item_revisions)
