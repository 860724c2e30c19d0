"""Reads of the binder."""

from collections.abc import Iterable, Mapping

from django.db.models import QuerySet

from casebook import catalogue
from casebook.models import AnyCRF, FormInstance, Participant
from casebook.sheets import Binder, Sheet


def row_of(form: FormInstance) -> AnyCRF:
    """Return the CRF row of a sheet; a new, unsaved one where none is stored yet."""
    model = catalogue.design(form.code).model
    return model._default_manager.filter(form=form).first() or model(form=form)


def sheet_of(form: FormInstance, row: AnyCRF) -> Sheet:
    """Return the values of a sheet as rules see them."""
    values = {name: row.value(name) for name in row.crf_items()}
    return Sheet(
        code=form.code,
        values=values,
        visit=form.visit,
        visit_number=form.visit_number,
        occurrence=form.occurrence,
        form_id=form.pk,
        status=form.status,
        revision=form.revision,
        item_revisions=revisions_of(form, row),
    )


def revisions_of(form: FormInstance, row: AnyCRF) -> Mapping[str, int]:
    """Return the revision of each item, also of a sealed sheet."""
    return row.opened.revisions if row.is_sealed else form.item_revisions  # type: ignore[union-attr]


def rows(code: str, participants: Iterable[Participant]) -> QuerySet[AnyCRF]:
    """Return the stored rows of a form that are not struck out, in order."""
    return (
        catalogue.design(code)
        .model._default_manager.filter(
            form__participant__in=participants, form__struck_at=None
        )
        .select_related("form")
        .order_by("form__participant_id", "form__visit_number", "form__occurrence")
    )


def binder_of(participant: Participant) -> Binder:
    """Return the binder of a participant; each form code is read at most once."""
    return Binder(
        lambda code: [sheet_of(row.form, row) for row in rows(code, [participant])]
    )


def binders_of(
    participants: Iterable[Participant], codes: Iterable[str]
) -> dict[int, Binder]:
    """Return binders of many participants that hold the named forms.

    One select a form, however many participants there are.
    """
    people = list(participants)
    sheets: dict[int, list[Sheet]] = {person.pk: [] for person in people}
    for code in codes:
        for row in rows(code, people):
            sheets[row.form.participant_id].append(sheet_of(row.form, row))
    return {pk: Binder.of(held) for pk, held in sheets.items()}
