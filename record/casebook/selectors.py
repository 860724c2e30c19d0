"""Reads of the casebook."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import DEFERRED

from record.audit.models import ExactDecoder
from record.audit.pseudonyms import participant_behind
from record.casebook import catalogue
from record.casebook.form_data import Casebook, FormData
from record.casebook.models import AnyCRF, FormInstance, Participant
from record.casebook.participant_key import with_pseudonyms
from record.casebook.values import MissingCode, is_blank
from trial_edc.dates import site_date


def in_order_of_numbers() -> Iterable[int]:
    return Participant.objects.order_by("number").values_list("pk", flat=True)


def row_of(form: FormInstance) -> AnyCRF:
    """Read the CRF row of a form; a new, unsaved one where none is stored yet."""
    if not form.pk:
        return new_row(form)
    model = catalogue.design(form.code).model
    return model._default_manager.filter(form=form).first() or new_row(form)


def new_row(form: FormInstance) -> AnyCRF:
    return catalogue.design(form.code).model(form=form)


def data_of(form: FormInstance, row: AnyCRF) -> FormData:
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
        opened_on=site_date(form.created_at),
    )


def revisions_of(form: FormInstance, row: AnyCRF) -> Mapping[str, int]:
    return row.opened.revisions if row.is_sealed else form.item_revisions  # type: ignore[union-attr]


def holds_values(form: FormInstance) -> bool:
    """A missing code is no value."""
    values = data_of(form, row_of(form)).values.values()
    return not all(is_blank(v) or isinstance(v, MissingCode) for v in values)


# Each row is found by its key: joined, large tables would be read whole for few people.
_STORED = """
    SELECT f.participant_id, f.id, f.code, f.visit, f.visit_number, f.occurrence,
        f.status, f.revision, f.item_revisions, f.created_at, CASE f.code {rows} END
    FROM casebook_forminstance f
    WHERE f.participant_id = ANY (%(people)s) AND f.code = ANY (%(codes)s)
        AND f.revision > 0 AND (f.struck_at IS NULL OR %(with_struck)s)
    ORDER BY 1, 3, 5, 6, 2
"""
_ROW = """
    WHEN '{code}' THEN (SELECT to_jsonb(r) FROM {table} r WHERE r.form_id = f.id)
"""
_EXACT = ExactDecoder()


def stored_form_data(
    people: Iterable[int], codes: Iterable[str], *, with_struck: bool = False
) -> Iterator[tuple[int, FormData]]:
    """Yield (participant, form) of the forms, struck-out ones only `with_struck`.

    One select, however many forms and participants, in order of participant, form,
    visit number and occurrence; restricted forms come behind the others.
    """
    models = {code: catalogue.design(code).model for code in codes}
    if not models:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _STORED.format(rows="".join(map(_stored_row, models))),
            {
                "people": with_pseudonyms(people),
                "codes": list(models),
                "with_struck": with_struck,
            },
        )
        rows = cursor.fetchall()
    for stored_id, *form, opened_at, stored in rows:
        if stored is not None:
            row = _row_from(stored, models[form[1]])
            yield participant_behind(stored_id), _data_from(form, opened_at, row)


def _stored_row(code: str) -> str:
    table = catalogue.design(code).model._meta.db_table
    return _ROW.format(code=code, table=connection.ops.quote_name(table))


def _row_from(text: str, model: type[AnyCRF]) -> AnyCRF:
    stored: dict[str, Any] = _EXACT.decode(text)
    values: list[Any] = [
        DEFERRED if to_python is None else to_python(stored[column])
        for column, to_python in _columns(model)
    ]
    return model(*values)  # type: ignore[misc]  # in the order of the columns


@cache
def _columns(model: type[AnyCRF]) -> list[tuple[str, Callable[[Any], Any] | None]]:
    """With what reads their stored value; None for what the database generates."""
    return [
        (str(field.column), None if field.generated else field.to_python)
        for field in model._meta.concrete_fields
    ]


def _data_from(form: Sequence[Any], opened_at: datetime, row: AnyCRF) -> FormData:
    """Of the columns of a form from its key to `item_revisions`."""
    form_id, code, visit, visit_number, occurrence, status, revision, revisions = form
    return FormData(
        code=code,
        values={name: row.value_of(name) for name in row.crf_items()},
        visit=visit,
        visit_number=visit_number,
        occurrence=occurrence,
        form_id=form_id,
        status=status,
        revision=revision,
        item_revisions=row.opened.revisions if row.is_sealed else json.loads(revisions),  # type: ignore[union-attr]
        opened_on=site_date(opened_at),
    )


def casebook_of(participant: Participant, *codes: str) -> Casebook:
    """The forms of `codes` are read in one select, any other when a rule needs it."""

    def load(codes: Iterable[str]) -> Iterable[FormData]:
        return (data for _pk, data in stored_form_data([participant.pk], codes))

    casebook = Casebook(load)
    casebook.read(*codes)
    return casebook


def casebooks_of(
    participants: Iterable[Participant], codes: Iterable[str]
) -> dict[int, Casebook]:
    return casebooks_by_key([person.pk for person in participants], codes)


def casebooks_by_key(keys: Iterable[int], codes: Iterable[str]) -> dict[int, Casebook]:
    by_participant: dict[int, list[FormData]] = {pk: [] for pk in keys}
    for participant_id, data in stored_form_data(by_participant, codes):
        by_participant[participant_id].append(data)
    return {pk: Casebook.of(forms) for pk, forms in by_participant.items()}
