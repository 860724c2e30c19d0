"""A form typed for the wrong participant is moved: one act, both histories tell it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from enrollment.consent.texts import CONSENT_FIRST
from entry.models import CONSENT_TO_MOVE, FormMove
from entry.move import selectors
from entry.move.problems import MoveRefused
from entry.move.rules import DECIDES, FIXED, is_movable
from entry.selectors import navigation
from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.accounts.roles import Permission
from record.audit.attribution import Reason, Source, act, attributed
from record.audit.closure import database_lock_text
from record.audit.problems import RecordClosed
from record.capture.entries import FormEntry
from record.capture.problems import ExplanationNeeded, NotSaved, SaveRefused
from record.capture.services.form_status import return_to_draft, strike_row
from record.capture.services.forms import save_entry
from record.capture.vocabulary import StrikeReason
from record.casebook import access, catalogue
from record.casebook.display import finding_text
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.selectors import casebook_of
from record.casebook.services import form_instances
from record.review.services import void_marks
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.typed_text import LONGEST_REASON, unfit_text, written

Change = tuple[str, str, str, str]  # number of the participant, what, now, then


@dataclass(frozen=True)
class MovePreview:
    """What a move would do, and the forms as they were when it was asked."""

    changes: Sequence[Change]
    shown: str


def preview_move(form: FormInstance, other: Participant, *, by: User) -> MovePreview:
    """Move the form, look at both participants, and undo it all.

    Raises `MoveRefused` for what the move itself would refuse.
    """
    shown = shown_state(form, other)
    reason = Reason(StrikeReason.WRONG_PARTICIPANT.value, _("Preview"))
    people = sorted((form.participant, other), key=lambda person: person.pk)
    with attributed(by=by, via=Source.PAGE):
        before = [selectors.standing_of(person, by) for person in people]
        _moved(form, other, reason, by=by)
        after = [selectors.standing_of(person, by) for person in people]
        transaction.set_rollback(True)
    changes = [
        (person.number, *row)
        for person, old, new in zip(people, before, after, strict=True)
        for row in selectors.differences(old, new)
    ]
    return MovePreview(changes, shown)


def shown_state(form: FormInstance, other: Participant) -> str:
    """Changes with the form and with those at its place in the other casebook."""
    form = FormInstance.objects.get(pk=form.pk)
    places = selectors.forms_at_place(form, other)
    states = [form, *places] if not catalogue.design(form.code).is_repeated else [form]
    return " ".join(f"{one.pk}:{one.revision}:{one.status}" for one in states)


@implements("AUD-17")
def move_form(
    form: FormInstance,
    other: Participant,
    *,
    reason: str,
    shown: str,
    proof: ReAuthenticated | None,
    by: User,
) -> FormInstance:
    """Move what was typed to another participant; return the form there, a draft.

    Where the form decides something the act is an investigator's, with `proof`. Raises
    `MoveRefused`, and nothing was moved.
    """
    _require_consent(form, proof, by)
    reason = written(reason)
    if not reason:
        raise MoveRefused(_("Say why."))
    if problem := unfit_text(reason, LONGEST_REASON):
        raise MoveRefused(_(problem.message) % problem.details)
    with attributed(by=by, via=Source.PAGE):
        _lock(form.participant, other)
        if shown_state(form, other) != shown:
            message = _("A form changed since this was shown. Read it again.")
            raise MoveRefused(message)
        why = Reason(StrikeReason.WRONG_PARTICIPANT.value, reason)
        target = _moved(form, other, why, by=by)
        _record(form, target, reason, by=by)
    return target


def _require_consent(
    form: FormInstance, proof: ReAuthenticated | None, by: User
) -> None:
    if not DECIDES.get(form.code):
        return
    if proof is None or not by.may(Permission.JUDGE):
        raise PermissionDenied
    proof.require(by)


def _lock(*people: Participant) -> None:
    """In one order, so that two moves at once do not wait for each other."""
    for person in sorted(people, key=lambda person: person.pk):
        form_instances.lock(person)


def _moved(
    form: FormInstance, other: Participant, reason: Reason, *, by: User
) -> FormInstance:
    try:
        with attributed(by=by, via=Source.PAGE):
            _lock(form.participant, other)
            form = FormInstance.objects.select_related("participant").get(pk=form.pk)
            _require_movable(form, other, by)
            values = selectors.values_to_move(form)
            _take_away(form, reason, by=by)
            if rows := selectors.rows_that_refer_to(form):
                names = ", ".join(map(navigation.form_title, rows))
                message = _("Other forms refer to this one; move or strike them: %s.")
                raise MoveRefused(message % names)
            target = _place(form, other, by=by)
            reasons = dict.fromkeys(values, reason)
            entry = FormEntry(values, reasons=reasons, erase=True)
            return save_entry(target, entry, by=by, via=Source.PAGE).form
    except (SaveRefused, ExplanationNeeded) as problem:
        texts = dict.fromkeys(map(finding_text, problem.findings))
        raise MoveRefused(*texts) from problem
    except (NotSaved, RecordClosed) as problem:
        message = _("One of the two forms is closed; nothing was moved.")
        raise MoveRefused(database_lock_text() or message) from problem


def _require_movable(form: FormInstance, other: Participant, by: User) -> None:
    design = catalogue.design(form.code)
    if not access.may_enter(by, design) or not is_movable(form.code):
        raise MoveRefused(_(FIXED.get(form.code, "")) or _("This form is not moved."))
    reasons = list(selectors.confirmation_against(form, other))
    if form.participant_id == other.pk:
        reasons.append(_("This is the participant to whom the form belongs now."))
    if form.struck_at:
        reasons.append(_("This row is struck out. Restore it first."))
    if selectors.is_empty(form):
        reasons.append(_("Nothing has been entered here."))
    if form.code != "CNS" and casebook_of(other).fact("consented_on") is None:
        reasons.append(f"{other.number}: {_(CONSENT_FIRST)}")
    if reasons:
        raise MoveRefused(*reasons)


def _take_away(form: FormInstance, reason: Reason, *, by: User) -> None:
    """Strike a row out; empty another form, which is asked for again."""
    design = catalogue.design(form.code)
    if design.is_repeated or design.is_revocable:
        void_marks(form)
        strike_row(form, by=by, reason=reason, via=Source.PAGE)
        return
    if form.status == FormStatus.COMPLETE:
        return_to_draft(form, by=by, reason=reason, via=Source.PAGE)
    void_marks(form)
    names = selectors.stored_values(form)
    emptied = FormEntry(
        dict.fromkeys(names), reasons=dict.fromkeys(names, reason), erase=True
    )
    save_entry(form, emptied, by=by, via=Source.PAGE)


def _place(form: FormInstance, other: Participant, *, by: User) -> FormInstance:
    design = catalogue.design(form.code)
    if design.is_repeated:
        return form_instances.add_row(other, form.code, by=by, visit=form.visit)
    if design.opened_on_demand:
        places = [form_instances.open_form_instance(other, form.code, by=by)]
    else:
        places = list(selectors.forms_at_place(form, other))
    title = navigation.form_title(form)
    details = {"number": other.number, "form": title}
    if not places:
        message = _(
            "%(number)s has no form %(form)s yet: record what opens it (the consent, "
            "the screening, the visit) first."
        )
        raise MoveRefused(message % details)
    if not selectors.is_empty(places[-1]):
        message = _(
            "%(number)s has entries in %(form)s already. Correct them there, or empty "
            "that form first."
        )
        raise MoveRefused(message % details)
    return places[-1]


def _record(
    source: FormInstance, target: FormInstance, reason: str, *, by: User
) -> None:
    FormMove.objects.create(
        source=source,
        target=target,
        reason=reason,
        meaning=str(CONSENT_TO_MOVE) if DECIDES[source.code] else "",
        signer=by,
        signer_name=by.full_name,
        signer_role=by.role,
        at=clock.after(source.saved_at, target.saved_at),
    )
    for name, form, other in (
        ("form_moved_away", source, target),
        ("form_moved_here", target, source),
    ):
        details = {"form": form.code, "other": other.participant.number}
        act(
            name,
            participant_id=form.participant_id,
            form_id=form.pk,
            details={**details, "other_form": other.pk},
        )
