"""Save: parse, merge, skip logic, checks, reasons, write, queries, consequences."""

import json
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace

from django.db import connection

from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.audit.attribution import Actor, Reason, Source, attributed
from record.audit.problems import RecordClosed
from record.audit.vault import TooLong
from record.capture.checking import altered_in, data_after, may_enter, soft_findings
from record.capture.events import FormSigned, RowStruck
from record.capture.impact_previews import impact_preview
from record.capture.merge import merge, seen_by_author
from record.capture.parsing import parse, require_links
from record.capture.problems import (
    ConfirmationNeeded,
    Conflict,
    ExplanationNeeded,
    FormClosed,
    NotSaved,
    ReasonNeeded,
    SaveRefused,
)
from record.capture.save_hooks import Saved, announce, run_consequences
from record.capture.services import autosaves
from record.capture.services import check_log as firing
from record.casebook import catalogue
from record.casebook.checks import Finding
from record.casebook.design import FormDesign
from record.casebook.form_data import Casebook, FormData
from record.casebook.history import changes_of
from record.casebook.models import AnyCRF, FormInstance, FormStatus, SealedCRF
from record.casebook.selectors import casebook_of, data_of, new_row, row_of
from record.casebook.services import form_instances
from record.casebook.values import Value, is_blank
from record.review import services as review
from record.review.models import Signature
from record.review.services import LONGEST, is_too_long
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_, Severity


@dataclass(frozen=True)
class FormEntry:
    """What a person entered, and how it is to be taken.

    `based_on` is the revision that the person saw; None skips the merge.
    `complete` True marks complete, False keeps a draft, None leaves the status.
    `explanations` are by check id; a soft finding without one is refused on a page
    and becomes an open query on any other way in. `preview_impact` refuses a save that
    moves something elsewhere, until it comes again without. `erase` names the items
    that may lose their values to an answer that hides them; True means any.
    """

    values: Mapping[str, object]
    based_on: int | None = None
    complete: bool | None = None
    reasons: Mapping[str, Reason] = field(default_factory=dict)
    explanations: Mapping[str, str] = field(default_factory=dict)
    erase: bool | frozenset[str] = False
    preview_impact: bool = False


def save(
    form: FormInstance,
    values: Mapping[str, object],
    *,
    by: Actor,
    via: Source = Source.PAGE,
    based_on: int | None = None,
    complete: bool | None = None,
    reasons: Mapping[str, Reason] | None = None,
    explanations: Mapping[str, str] | None = None,
    erase: bool = False,
) -> Saved:
    """Save values of a form; see `FormEntry`. Raises `NotSaved`, and stores nothing."""
    entry = FormEntry(
        values, based_on, complete, reasons or {}, explanations or {}, erase
    )
    return save_entry(form, entry, by=by, via=via)


@implements("AUD-01", "AUD-05", "BAK-04", "QRY-01", "QRY-10")
def save_entry(
    form: FormInstance, entry: FormEntry, *, by: Actor, via: Source
) -> Saved:
    design = catalogue.design(form.code)
    may_enter(design, (), by=by)
    try:
        return _saved(form, design, entry, by=by, via=via)
    except RecordClosed as problem:
        raise FormClosed(str(problem)) from problem
    except TooLong as problem:
        message = N_("This form holds more text than it can keep. Shorten a text.")
        found = Finding(f"{design.code}.long", "", Severity.HARD, message)
        raise SaveRefused([found]) from problem
    except NotSaved as problem:
        note_refusal(form, entry, problem, by=by, via=via)
        raise


def note_refusal(
    form: FormInstance, entry: FormEntry, problem: NotSaved, *, by: Actor, via: Source
) -> None:
    """Keep in the audit trail what checks stopped, of a row not stored yet too."""
    if not isinstance(problem, SaveRefused | ExplanationNeeded):
        return
    held = data_of(form, row_of(form)).values if form.pk else {}
    fired = firing.stopped(problem)
    design, values = catalogue.design(form.code), {**held, **entry.values}
    firing.note(form, design, fired, values, by=by, via=via)


def _saved(
    form: FormInstance, design: FormDesign, entry: FormEntry, *, by: Actor, via: Source
) -> Saved:
    entered = parse(design, entry.values)
    told = _told_reasons(design, entry.reasons)
    with attributed(by=by, via=via, reasons={form.pk: told} if told else None):
        form, row = _for_update(form)
        before = data_of(form, row)
        changed = _merged(form, before, entered, entry.based_on)
        may_enter(design, changed, by=by)
        require_links(form, design, changed, changed)
        casebook = casebook_of(form.participant)
        data = data_after(design, before, changed, casebook, erase=entry.erase)
        altered = altered_in(data, before)
        complete = _completes(form, entry.complete)
        soft = soft_findings(design, data, casebook, altered, complete=complete)
        if via == Source.PAGE and complete:
            _explained(form, soft, entry.explanations, altered)
        _reasoned(form, before, altered, entry.reasons)
        if entry.preview_impact:
            _preview_impact(form, casebook, data)
        _write(form, row, altered, complete=complete, by=by)
        # What held nothing until now has no automatic query to settle.
        if (complete or form.first_completed_at) and (soft or before.revision):
            kept = firing.kept(form, soft, entry.explanations, altered)
            firing.note(form, design, kept, data.values, by=by, via=via)
            review.sync_check_queries(form, soft, entry.explanations, altered, by=by)
        saved = Saved(
            form,
            before,
            replace(data, revision=form.revision, status=form.status),
            frozenset(altered),
            by,
            via,
            entry.reasons,
        )
        run_consequences(saved)
        if isinstance(by, User):
            autosaves.discard(form, by)
    return saved


def _told_reasons(
    design: FormDesign, reasons: Mapping[str, Reason]
) -> Mapping[str, Reason]:
    if reasons and issubclass(design.model, SealedCRF):
        return design.model.seal_reasons(reasons)
    return reasons


def _for_update(form: FormInstance) -> tuple[FormInstance, AnyCRF]:
    participant = form_instances.lock(form.participant)
    form = FormInstance.objects.get(pk=form.pk)
    form.participant = participant
    if form.struck_at or form.is_closed:
        kind = (
            "struck out"
            if form.struck_at
            else ("locked" if form.locked_at else "frozen")
        )
        raise FormClosed(kind)
    row = row_of(form) if form.revision else new_row(form)
    row.form = form
    return form, row


def _merged(
    form: FormInstance,
    before: FormData,
    entered: Mapping[str, Value],
    based_on: int | None,
) -> dict[str, Value]:
    later = (
        changes_of(form, after_revision=based_on)
        if based_on is not None and based_on < form.revision
        else []
    )
    seen = seen_by_author(before.values, later)
    changed, clashes = merge(seen=seen, entered=entered, current=before.values)
    if clashes:
        raise Conflict(clashes, form.revision, changed)
    return changed


def _completes(form: FormInstance, wanted: bool | None) -> bool:  # noqa: FBT001
    return form.status == FormStatus.COMPLETE if wanted is None else wanted


def _explained(
    form: FormInstance,
    soft: Iterable[Finding],
    explanations: Mapping[str, str],
    altered: Container[str],
) -> None:
    """Ask why an improbable value stands, once for each value."""
    soft = list(soft)
    standing = review.standing_places(form) if soft else set()
    wanted = [
        finding
        for finding in soft
        if not explanations.get(finding.check_id, "").strip()
        and (
            (finding.item, finding.check_id) not in standing or finding.item in altered
        )
    ]
    if wanted:
        raise ExplanationNeeded(wanted)
    if long := [f for f in soft if is_too_long(explanations.get(f.check_id, ""))]:
        message = N_("An explanation has at most %(longest)s characters.")
        details = {"longest": LONGEST}
        raise SaveRefused([replace(f, message=message, details=details) for f in long])


def _reasoned(
    form: FormInstance,
    before: FormData,
    altered: Mapping[str, Value],
    reasons: Mapping[str, Reason],
) -> None:
    if form.first_completed_at is None:
        return
    needed = [
        name
        for name in altered
        if not is_blank(before.values.get(name)) and not _is_given(reasons.get(name))
    ]
    if needed:
        raise ReasonNeeded(needed)


def _preview_impact(form: FormInstance, casebook: Casebook, data: FormData) -> None:
    if told := impact_preview(form, casebook, casebook.with_data(data)):
        raise ConfirmationNeeded(told)


def _is_given(reason: Reason | None) -> bool:
    return reason is not None and bool(reason.code and reason.text.strip())


def _write(
    form: FormInstance,
    row: AnyCRF,
    altered: Mapping[str, Value],
    *,
    complete: bool,
    by: Actor,
) -> None:
    for name, value in altered.items():
        row.put(name, value)
    is_new = row._state.adding  # noqa: SLF001 - Django's documented attribute
    if isinstance(row, SealedCRF):
        row.opened.revisions.update(dict.fromkeys(altered, form.revision + 1))
    if altered or (is_new and complete):
        row.save(force_insert=is_new)
    form.status = FormStatus.COMPLETE if complete else FormStatus.DRAFT
    form.saved_at, form.saved_by_id = clock.now(), by.pk
    if complete and form.first_completed_at is None:
        form.first_completed_at = form.saved_at
    _store(form)


# One statement, which Django has no words for: it also tells what the trigger moved.
_STORE = """
    UPDATE casebook_forminstance
    SET status = %s, first_completed_at = %s, saved_at = %s, saved_by_id = %s
    WHERE id = %s
    RETURNING revision, item_revisions, digest
"""


def _store(form: FormInstance) -> None:
    values = form.status, form.first_completed_at, form.saved_at, form.saved_by_id
    with connection.cursor() as cursor:
        cursor.execute(_STORE, [*values, form.pk])
        form.revision, told, form.digest = cursor.fetchone()
    form.item_revisions = json.loads(told)


def sign_form(form: FormInstance, *, proof: ReAuthenticated, by: User) -> Signature:
    with attributed(by=by, via=Source.PAGE):
        signature = review.sign(form, proof=proof, by=by)
        announce(FormSigned(form), by=by, via=Source.PAGE)
    return signature


def strike_row(form: FormInstance, *, by: Actor, reason: Reason, via: Source) -> None:
    """Strike a row out and let what follows from it happen."""
    _move_row(form_instances.strike, form, by=by, reason=reason, via=via)


def restore_row(form: FormInstance, *, by: Actor, reason: Reason, via: Source) -> None:
    """Take back that a row was struck out, and let what follows happen."""
    _move_row(form_instances.restore, form, by=by, reason=reason, via=via)


def _move_row(
    move: Callable[..., None],
    form: FormInstance,
    *,
    by: Actor,
    reason: Reason,
    via: Source,
) -> None:
    may_enter(catalogue.design(form.code), (), by=by)
    try:
        with attributed(by=by, via=via, reason=reason):
            move(form, by=by, reason=reason, via=via)
            form.refresh_from_db()
            announce(RowStruck(form), by=by, via=via)
    except RecordClosed as problem:
        raise FormClosed(str(problem)) from problem
