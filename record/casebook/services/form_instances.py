"""Writes of the casebook itself: participants, forms, rows struck out."""

import secrets
from typing import Any
from uuid import UUID

from django.db.models import Max

from record.audit.attribution import Actor, Reason, Source, attributed
from record.audit.models import Confidentiality
from record.casebook import catalogue
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.selectors import holds_values
from trial_edc import clock

# Far above what a sequence reaches, and all of one length.
HIDDEN_KEYS = range(10**15, 2**52)


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
    """Hang an empty form into the casebook; one that hangs there is returned."""
    design = catalogue.design(code)
    form, _made = FormInstance.objects.get_or_create(
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
    """Hang a form that stands alone because somebody is going to fill it in."""
    with attributed(by=by, via=via):
        return ensure_form(lock(participant), code)


def hidden_key(confidentiality: str) -> dict[str, int]:
    """Return a key by chance for a restricted row, none for others.

    Drawn from the sequence, it would leave a gap among the numbers that everybody sees
    in addresses, and so tell how many rows the unblinded staff have written, and when.
    """
    if confidentiality != Confidentiality.RESTRICTED:
        return {}
    return {"id": HIDDEN_KEYS.start + secrets.randbelow(len(HIDDEN_KEYS))}


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
    with attributed(by=by, via=via):
        lock(participant)
        if client_key:
            known = FormInstance.objects.filter(client_key=client_key).first()
            if known:
                return known
        place: dict[str, Any] = {"visit": visit, "visit_number": visit_number}
        held = FormInstance.objects.filter(participant=participant, code=code, **place)
        last = held.aggregate(last=Max("occurrence"))["last"] or 0
        return ensure_form(
            participant, code, **place, occurrence=last + 1, client_key=client_key
        )


def strike(form: FormInstance, *, by: Actor, reason: Reason, via: Source) -> None:
    """Strike a row of a log out; its values stay, visible with who, when and why."""
    with attributed(by=by, via=via, reason=reason):
        lock(form.participant)
        form = FormInstance.objects.get(pk=form.pk)
        form.struck_at = clock.now()
        form.save(update_fields=("struck_at",))


def restore(form: FormInstance, *, by: Actor, reason: Reason, via: Source) -> None:
    """Take back that a row was struck out."""
    with attributed(by=by, via=via, reason=reason):
        lock(form.participant)
        form = FormInstance.objects.get(pk=form.pk)
        form.struck_at = None
        form.save(update_fields=("struck_at",))


class HoldsData(Exception):
    """A form with values is not marked as empty."""


def mark_status(
    form: FormInstance, status: FormStatus, *, by: Actor, reason: Reason, via: Source
) -> None:
    """Mark a form without data as not done or not applicable, or take that back.

    Raises `HoldsData`: of a form with values only a save tells the status.
    """
    with attributed(by=by, via=via, reason=reason):
        lock(form.participant)
        form = FormInstance.objects.get(pk=form.pk)
        if form.status != status and holds_values(form):
            raise HoldsData(form)
        form.status = status
        form.save(update_fields=("status",))
