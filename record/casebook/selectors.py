"""Reads of the casebook."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db import connection

from record.audit.models import ExactDecoder
from record.casebook import catalogue
from record.casebook.form_data import Casebook, FormData
from record.casebook.models import AnyCRF, FormInstance, Participant
from record.casebook.values import MissingCode, is_blank


def row_of(form: FormInstance) -> AnyCRF:
    """Return the CRF row of a form; a new, unsaved one where none is stored yet."""
    model = catalogue.design(form.code).model
    return model._default_manager.filter(form=form).first() or new_row(form)


def new_row(form: FormInstance) -> AnyCRF:
    """Return an empty, unsaved CRF row: that of a form whose revision is 0."""
    return catalogue.design(form.code).model(form=form)


def data_of(form: FormInstance, row: AnyCRF) -> FormData:
    """Return the values of a form as rules see them."""
    return FormData(
        code=form.code,
        values={name: row.value_of(name) for name in row.crf_items()},
        visit=form.visit,
        visit_number=form.visit_number,
        occurrence=form.occurrence,
        form_id=form.pk,
        status=form.status,
        revision=form.revision,
        item_revisions=revisions_of(form, row),
    )


def revisions_of(form: FormInstance, row: AnyCRF) -> Mapping[str, int]:
    """Return the revision of each item, also of a sealed form."""
    return row.opened.revisions if row.is_sealed else form.item_revisions  # type: ignore[union-attr]


def holds_values(form: FormInstance) -> bool:
    """Tell whether any item has a value; a code that says why not is none."""
    values = data_of(form, row_of(form)).values.values()
    return not all(is_blank(one) or isinstance(one, MissingCode) for one in values)


_STORED = """
    SELECT f.participant_id, f.id, f.code, f.visit, f.visit_number, f.occurrence,
        f.status, f.revision, f.item_revisions, to_jsonb(stored)
    FROM {table} stored JOIN casebook_forminstance f ON f.id = stored.form_id
    WHERE f.participant_id = ANY (%(people)s)
        AND (f.struck_at IS NULL OR %(with_struck)s)
"""
_FORM_COLUMNS = (
    "id",
    "code",
    "visit",
    "visit_number",
    "occurrence",
    "status",
    "revision",
    "item_revisions",
)


def stored_form_data(
    people: Iterable[int], codes: Iterable[str], *, with_struck: bool = False
) -> Iterator[tuple[int, FormData]]:
    """Yield (participant, form) of the forms, struck-out ones only when asked for.

    One select, however many forms and participants, in order of participant, form,
    visit number and occurrence.
    """
    quote = connection.ops.quote_name
    parts = [
        _STORED.format(table=quote(catalogue.design(code).model._meta.db_table))
        for code in codes
    ]
    if not parts:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(parts) + " ORDER BY 1, 3, 5, 6, 2",
            {"people": list(people), "with_struck": with_struck},
        )
        found = cursor.fetchall()
    for participant_id, *columns, told in found:
        form = FormInstance(**dict(zip(_FORM_COLUMNS, columns, strict=True)))
        form.item_revisions = json.loads(columns[-1])
        row = _row_from(told, catalogue.design(form.code).model)
        yield participant_id, data_of(form, row)


def _row_from(told: str, model: type[AnyCRF]) -> AnyCRF:
    stored: dict[str, Any] = json.loads(told, cls=ExactDecoder)
    columns = {
        field.attname: field.to_python(stored[str(field.column)])
        for field in model._meta.concrete_fields
        if not field.generated
    }
    return model(**columns)


def casebook_of(participant: Participant, *codes: str) -> Casebook:
    """Return the casebook of a participant.

    The forms named by `codes` are read at once, in one select; any other one when a
    rule first asks for it.
    """

    def load(wanted: Iterable[str]) -> Iterable[FormData]:
        return (data for _pk, data in stored_form_data([participant.pk], wanted))

    casebook = Casebook(load)
    casebook.read(*codes)
    return casebook


def casebooks_of(
    participants: Iterable[Participant], codes: Iterable[str]
) -> dict[int, Casebook]:
    """Read casebooks of many participants with the named forms, in one select."""
    people = [person.pk for person in participants]
    read: dict[int, list[FormData]] = {pk: [] for pk in people}
    for participant_id, data in stored_form_data(people, codes):
        read[participant_id].append(data)
    return {pk: Casebook.of(held) for pk, held in read.items()}
