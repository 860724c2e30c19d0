"""A form is saved: the one way of values into the record."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db import connection

from record.accounts.models import User
from record.audit.attribution import Actor, Reason, Source, attributed
from record.audit.problems import RecordClosed
from record.audit.vault import TooLong
from record.capture.checking import (
    altered_items,
    data_after,
    require_blind_texts,
    require_confirmation,
    require_explanations,
    require_fit_reasons,
    require_reasons,
    require_right_to_enter,
    soft_findings,
)
from record.capture.entries import FormEntry, form_entry
from record.capture.merge import merge, seen_by_author
from record.capture.parsing import require_links
from record.capture.problems import (
    Conflict,
    ExplanationNeeded,
    FormClosed,
    NotSaved,
    SaveRefused,
)
from record.capture.save_hooks import Saved, run_consequences
from record.capture.services import autosaves, check_log
from record.casebook import catalogue
from record.casebook.checks import Finding
from record.casebook.design import FormDesign
from record.casebook.form_data import FormData
from record.casebook.history import changes_since
from record.casebook.models import AnyCRF, FormInstance, FormStatus, SealedCRF
from record.casebook.selectors import casebook_of, data_of, new_row, row_of
from record.casebook.services import form_instances
from record.casebook.values import Value
from record.review import services as review
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_, Severity


def save(
    form: FormInstance,
    values: Mapping[str, object],
    *,
    by: Actor,
    via: Source = Source.PAGE,
    based_on: int | None = None,
    complete: bool = False,
    reasons: Mapping[str, Reason] | None = None,
    explanations: Mapping[str, str] | None = None,
    erase: bool = False,
    by_system: bool = False,
) -> Saved:
    """Parse and save values; see `FormEntry`. Raises `NotSaved`, and stores nothing.

    For other rooms; pages and imports parse by themselves and call `save_entry`.
    """
    entry = form_entry(
        catalogue.design(form.code),
        values,
        based_on=based_on,
        complete=complete,
        reasons=reasons or {},
        explanations=explanations or {},
        erase=erase,
        by_system=by_system,
    )
    return save_entry(form, entry, by=by, via=via)


@implements("AUD-01", "AUD-05", "BAK-04", "QRY-01", "QRY-10")
def save_entry(
    form: FormInstance, entry: FormEntry, *, by: Actor, via: Source
) -> Saved:
    """Merge, check and store an entry, with what follows, in one transaction.

    Raises a `NotSaved` and stores nothing but a note of the checks that refused.
    """
    design = catalogue.design(form.code)
    require_right_to_enter(design, (), by=by, by_system=entry.by_system)
    try:
        return _save(form, design, entry, by=by, via=via)
    except RecordClosed as problem:
        raise FormClosed(str(problem)) from problem
    except TooLong as problem:
        message = N_("This form holds more text than it can keep. Shorten a text.")
        finding = Finding(f"{design.code}.long", "", Severity.HARD, message)
        raise SaveRefused([finding]) from problem
    except NotSaved as problem:
        note_refusal(form, entry, problem, by=by, via=via)
        raise


def note_refusal(
    form: FormInstance, entry: FormEntry, problem: NotSaved, *, by: Actor, via: Source
) -> None:
    if not isinstance(problem, SaveRefused | ExplanationNeeded):
        return
    stored = data_of(form, row_of(form)).values if form.pk else {}
    texts = {name: one.raw for name, one in entry.unreadable.items()}
    values = {**stored, **entry.values, **texts}
    fired = check_log.outcomes_of_refusal(problem)
    check_log.note(form, catalogue.design(form.code), fired, values, by=by, via=via)
    if isinstance(problem, SaveRefused) and problem.afterwards:
        problem.afterwards(by=by, via=via)


def _save(
    form: FormInstance, design: FormDesign, entry: FormEntry, *, by: Actor, via: Source
) -> Saved:
    _require_readable(entry)
    require_fit_reasons(design, entry.reasons)
    reasons = _sealed_if_needed(design, entry.reasons)
    with attributed(by=by, via=via, reasons={form.pk: reasons} if reasons else None):
        form, row = _open_for_update(form)
        before = data_of(form, row)
        changed = _merge(form, before, entry)
        require_right_to_enter(design, changed, by=by, by_system=entry.by_system)
        require_links(form, design, changed, changed)
        asks = via == Source.PAGE
        after = _checked(form, design, before, changed, entry, by=by, asks=asks)
        if after.altered or form.status != after.status:
            _store(form, row, after, by=by)
        _note_findings(form, design, before, after, entry, by=by, via=via)
        saved = _saved(form, before, after, entry, by=by, via=via)
        run_consequences(saved)
        if isinstance(by, User) and entry.page_load:
            autosaves.discard(form, by, entry.page_load)
    return saved


@dataclass(frozen=True)
class _After:
    """A form as an entry that may be stored leaves it."""

    data: FormData
    altered: Mapping[str, Value]
    soft: list[Finding]
    status: FormStatus

    @property
    def is_complete(self) -> bool:
        return self.status == FormStatus.COMPLETE


def _checked(  # noqa: PLR0917 - one call, from one place
    form: FormInstance,
    design: FormDesign,
    before: FormData,
    changed: Mapping[str, Value],
    entry: FormEntry,
    *,
    by: Actor,
    asks: bool,
) -> _After:
    """Raises a `NotSaved` for what may not be stored, or not yet.

    `asks`: there is a person who can explain what is improbable.
    """
    casebook = casebook_of(form.participant)
    data = data_after(design, before, changed, casebook, erase=entry.erase)
    altered = altered_items(data, before)
    complete = entry.complete or form.status == FormStatus.COMPLETE
    soft = soft_findings(design, data, casebook, altered, complete=complete)
    if asks and complete:
        require_explanations(form, soft, entry.explanations, altered)
    explanations = [(f.item, entry.explanations.get(f.check_id, "")) for f in soft]
    require_blind_texts(form, altered, entry.reasons, explanations, by=by)
    require_reasons(form, before, altered, entry.reasons)
    if entry.preview_impact:
        require_confirmation(form, casebook, data)
    status = FormStatus.COMPLETE if complete else FormStatus.DRAFT
    return _After(data, altered, soft, status)


def _note_findings(  # noqa: PLR0917 - one call, from one place
    form: FormInstance,
    design: FormDesign,
    before: FormData,
    after: _After,
    entry: FormEntry,
    *,
    by: Actor,
    via: Source,
) -> None:
    """Log the checks that fired, and bring the automatic queries into line."""
    is_checked = after.is_complete or form.first_completed_at is not None
    # What was empty until now has no automatic query.
    if not is_checked or not (after.soft or before.revision):
        return
    soft, altered, explanations = after.soft, after.altered, entry.explanations
    outcomes = check_log.outcomes_of_save(form, soft, explanations, altered)
    check_log.note(form, design, outcomes, after.data.values, by=by, via=via)
    review.sync_check_queries(form, soft, explanations, altered, by=by)


def _saved(
    form: FormInstance,
    before: FormData,
    after: _After,
    entry: FormEntry,
    *,
    by: Actor,
    via: Source,
) -> Saved:
    data = replace(after.data, revision=form.revision, status=form.status)
    altered = frozenset(after.altered)
    return Saved(form, before, data, altered, by, via, entry.reasons)


def _require_readable(entry: FormEntry) -> None:
    if entry.unreadable:
        raise SaveRefused([one.finding for one in entry.unreadable.values()])


def _sealed_if_needed(
    design: FormDesign, reasons: Mapping[str, Reason]
) -> Mapping[str, Reason]:
    if reasons and issubclass(design.model, SealedCRF):
        return design.model.seal_reasons(reasons)
    return reasons


def _open_for_update(form: FormInstance) -> tuple[FormInstance, AnyCRF]:
    participant = form_instances.lock(form.participant)
    form = FormInstance.objects.get(pk=form.pk)
    form.participant = participant
    if form.struck_at or form.is_closed:
        since = "locked" if form.locked_at else "frozen"
        raise FormClosed("struck out" if form.struck_at else since)
    row = row_of(form) if form.revision else new_row(form)
    row.form = form
    return form, row


def _merge(form: FormInstance, before: FormData, entry: FormEntry) -> dict[str, Value]:
    """Raises `Conflict`."""
    later = []
    if entry.based_on is not None:
        later = changes_since(form, entry.based_on)
    seen = seen_by_author(before.values, later)
    changed, clashes = merge(seen=seen, entered=entry.values, current=before.values)
    if clashes:
        raise Conflict(clashes, form.revision, changed)
    return changed


def _store(form: FormInstance, row: AnyCRF, after: _After, *, by: Actor) -> None:
    for name, value in after.altered.items():
        row.put(name, value)
    is_new = row._state.adding  # noqa: SLF001 - Django's documented attribute
    if isinstance(row, SealedCRF):
        row.opened.revisions.update(dict.fromkeys(after.altered, form.revision + 1))
    if after.altered or (is_new and after.is_complete):
        row.save(force_insert=is_new)
    form.status = after.status
    form.saved_at, form.saved_by_id = clock.after(form.saved_at), by.pk
    if after.is_complete and form.first_completed_at is None:
        form.first_completed_at = form.saved_at
    _store_status(form)


# One statement, which Django has no words for: it also says what the trigger moved.
_STORE_STATUS = """
    UPDATE casebook_forminstance
    SET status = %s, first_completed_at = %s, saved_at = %s, saved_by_id = %s
    WHERE id = %s
    RETURNING revision, item_revisions, digest
"""


def _store_status(form: FormInstance) -> None:
    values = form.status, form.first_completed_at, form.saved_at, form.saved_by_id
    with connection.cursor() as cursor:
        cursor.execute(_STORE_STATUS, [*values, form.pk])
        form.revision, item_revisions, form.digest = cursor.fetchone()
    form.item_revisions = json.loads(item_revisions)
