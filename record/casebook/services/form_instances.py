"""Creates, opens, strikes out, restores and marks form instances."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Max, QuerySet

from record.audit.attribution import Actor, Reason, Source, attributed
from record.audit.models import Confidentiality
from record.casebook import catalogue
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.selectors import holds_values
from trial_edc import clock

# Far above what a sequence reaches, and all of one length.
HIDDEN_KEYS = range(10**15, 2**52)
HIDDEN_STEP = 10**9  # at most so far behind the row before it


def lock(participant: Participant) -> Participant:
    """Lock a participant for the rest of the transaction; every writer does it first.

    Two forms of one participant with consequences would deadlock otherwise.
    """
    return Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)


def ensure_form(
    participant: Participant,
    code: str,
    *,
    visit: str = "",
    visit_number: int = 0,
    occurrence: int = 1,
    **columns: Any,
) -> FormInstance:
    design = catalogue.design(code)
    form, _is_new = FormInstance.objects.get_or_create(
        participant=participant,
        code=code,
        visit=visit,
        visit_number=visit_number,
        occurrence=occurrence,
        defaults={
            "confidentiality": design.confidentiality,
            "form_version": design.version,
            **hidden_key(design.confidentiality),
            **columns,
        },
    )
    return form


def open_form_instance(
    participant: Participant, code: str, *, by: Actor, via: Source = Source.PAGE
) -> FormInstance:
    """The form of a single kind that stands, else a new one.

    What was revoked or withdrawn stays so: when a form was opened says when its event
    was first known.
    """
    with attributed(by=by, via=via):
        participant = lock(participant)
        if standing := standing_form(participant, code):
            return standing
        forms = FormInstance.objects.filter(participant=participant, code=code)
        last = forms.aggregate(last=Max("occurrence"))["last"] or 0
        return ensure_form(participant, code, occurrence=last + 1)


def standing_form(participant: Participant, code: str) -> FormInstance | None:
    """The form of a single kind that is not struck out."""
    forms = FormInstance.objects.filter(participant=participant, code=code)
    return forms.filter(struck_at=None).select_related("participant").last()


def hidden_key(confidentiality: str) -> dict[str, int]:
    """Draw a random key for a restricted row; none for others.

    A key of the sequence would leave a gap among the numbers that everybody sees in
    addresses, and so reveal how many rows the unblinded staff have written, and when.
    """
    if confidentiality != Confidentiality.RESTRICTED:
        return {}
    return {"id": HIDDEN_KEYS.start + secrets.randbelow(len(HIDDEN_KEYS))}


def hidden_key_behind(
    form: FormInstance, rows: QuerySet[Any], *, first: int
) -> dict[str, int]:
    """Draw the key of one more of a form's rows that are read in order of their keys.

    As `hidden_key`; `first` is the key of what the rows belong to.
    """
    if form.confidentiality != Confidentiality.RESTRICTED:
        return {}
    return key_behind(form, max(first, rows.aggregate(last=Max("pk"))["last"] or 0))


def key_behind(form: FormInstance, last: int) -> dict[str, int]:
    """As `hidden_key_behind`, where the last key is known."""
    if form.confidentiality != Confidentiality.RESTRICTED:
        return {}
    return {"id": last + 1 + secrets.randbelow(HIDDEN_STEP)}


def unsaved_row(participant: Participant, code: str, visit: str = "") -> FormInstance:
    """A row as its page shows it before the first save: in no table yet."""
    design = catalogue.design(code)
    return FormInstance(
        participant=participant,
        code=code,
        visit=visit,
        confidentiality=design.confidentiality,
        form_version=design.version,
    )


def add_row(
    participant: Participant,
    code: str,
    *,
    by: Actor,
    via: Source = Source.PAGE,
    visit: str = "",
    visit_number: int = 0,
    client_key: UUID | None = None,
) -> FormInstance:
    """Add an empty row to a log; the same `client_key` adds it once."""
    new = NewRow(visit, visit_number, client_key)
    (row,) = add_rows(participant, code, [new], by=by, via=via)
    return row


@dataclass(frozen=True)
class NewRow:
    """Where a row is added; the same `client_key` adds one row."""

    visit: str = ""
    visit_number: int = 0
    client_key: UUID | None = None

    @property
    def place(self) -> tuple[str, int]:
        return self.visit, self.visit_number


def add_rows(
    participant: Participant,
    code: str,
    rows: Sequence[NewRow],
    *,
    by: Actor,
    via: Source = Source.PAGE,
) -> list[FormInstance]:
    """Add empty rows to a log, as many as are named and not there yet, in order."""
    with attributed(by=by, via=via):
        participant = lock(participant)
        there = _rows_by_client_key(participant, code, rows)
        last = _last_occurrences(participant, code)
        forms, new = [], []
        for row in rows:
            form = there.get(row.client_key) if row.client_key else None
            if form is None:
                last[row.place] = last.get(row.place, 0) + 1
                form = unsaved_row(participant, code, row.visit)
                form.visit_number, form.occurrence = row.visit_number, last[row.place]
                form.client_key = row.client_key
                form.pk = hidden_key(form.confidentiality).get("id")
                new.append(form)
                if row.client_key:
                    there[row.client_key] = form
            forms.append(form)
        FormInstance.objects.bulk_create(new)
    return forms


def _rows_by_client_key(
    participant: Participant, code: str, rows: Sequence[NewRow]
) -> dict[UUID, FormInstance]:
    """Of this log alone: a key of another one must not lead to its row."""
    keys = [row.client_key for row in rows if row.client_key]
    own = FormInstance.objects.filter(participant=participant, code=code)
    there = own.filter(client_key__in=keys) if keys else ()
    return {form.client_key: form for form in there if form.client_key}


def _last_occurrences(
    participant: Participant, code: str
) -> dict[tuple[str, int], int]:
    rows = FormInstance.objects.filter(participant=participant, code=code).order_by()
    last = rows.values_list("visit", "visit_number").annotate(Max("occurrence"))
    return {(visit, number): most for visit, number, most in last}


def strike(form: FormInstance, *, by: Actor, reason: Reason, via: Source) -> bool:
    """False when it was struck out already: nothing is stored."""
    return _set_struck(form, is_struck=True, by=by, reason=reason, via=via)


def restore(form: FormInstance, *, by: Actor, reason: Reason, via: Source) -> bool:
    """False when it stood already: nothing is stored."""
    return _set_struck(form, is_struck=False, by=by, reason=reason, via=via)


def _set_struck(
    form: FormInstance, *, is_struck: bool, by: Actor, reason: Reason, via: Source
) -> bool:
    with attributed(by=by, via=via, reason=reason):
        lock(form.participant)
        form = FormInstance.objects.get(pk=form.pk)
        if (form.struck_at is not None) == is_struck:
            return False
        form.struck_at = clock.after(form.saved_at) if is_struck else None
        form.save(update_fields=("struck_at",))
    return True


def mark_from_paper(
    form: FormInstance, *, on: bool, by: Actor, reason: Reason, via: Source
) -> bool:
    """Its values were written on paper first. False when it said so already."""
    with attributed(by=by, via=via, reason=reason):
        lock(form.participant)
        form = FormInstance.objects.get(pk=form.pk)
        if form.from_paper == on:
            return False
        form.from_paper = on
        form.save(update_fields=("from_paper",))
    return True


def return_to_draft(
    form: FormInstance, *, by: Actor, reason: Reason, via: Source
) -> bool:
    """False when it is not complete: nothing is stored."""
    with attributed(by=by, via=via, reason=reason):
        lock(form.participant)
        form = FormInstance.objects.get(pk=form.pk)
        if form.status != FormStatus.COMPLETE or form.struck_at:
            return False
        form.status = FormStatus.DRAFT
        form.save(update_fields=("status",))
    return True


class HoldsData(Exception):
    """A form with values cannot be marked as not done or not applicable."""


def mark_status(
    form: FormInstance, status: FormStatus, *, by: Actor, reason: Reason, via: Source
) -> None:
    """Mark a form without data as not done or not applicable, or undo that.

    Raises `HoldsData`: the status of a form with values follows from a save alone.
    """
    with attributed(by=by, via=via, reason=reason):
        lock(form.participant)
        form = FormInstance.objects.get(pk=form.pk)
        if form.status != status and holds_values(form):
            raise HoldsData(form)
        form.status = status
        form.save(update_fields=("status",))
