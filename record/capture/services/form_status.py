"""A form is signed, returned to draft, struck out or restored."""

from collections.abc import Callable
from typing import Any

from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.audit.attribution import Actor, Reason, Source, attributed
from record.audit.events import announce
from record.audit.problems import RecordClosed
from record.capture.checking import (
    require_blind_reason,
    require_fit_reasons,
    require_restorable,
    require_right_to_enter,
    require_right_to_strike,
)
from record.capture.events import FormReturned, FormSigned, RowStruck
from record.capture.problems import FormClosed
from record.casebook import catalogue
from record.casebook.models import FormInstance, FormStatus
from record.casebook.services import form_instances
from record.casebook.services.form_instances import HoldsData
from record.review import services as review
from record.review.models import Signature
from trial_edc.requirements import implements


def sign_form(
    form: FormInstance, *, shown_revision: int, proof: ReAuthenticated, by: User
) -> Signature:
    with attributed(by=by, via=Source.PAGE):
        signature = review.sign(form, shown_revision=shown_revision, proof=proof, by=by)
        announce(FormSigned(form), by=by, via=Source.PAGE)
    return signature


def return_to_draft(
    form: FormInstance, *, by: Actor, reason: Reason, via: Source
) -> bool:
    """Make a complete form a draft again, and void what was given for it.

    False when it is no complete form; nothing follows then.
    """
    return _change(_return_to_draft, FormReturned, form, by=by, reason=reason, via=via)


def _return_to_draft(
    form: FormInstance, *, by: Actor, reason: Reason, via: Source
) -> bool:
    if not form_instances.return_to_draft(form, by=by, reason=reason, via=via):
        return False
    review.void_marks(form)
    return True


def state_not_done(
    form: FormInstance, *, on: bool, by: Actor, reason: Reason, via: Source
) -> bool:
    """State that a whole form was not done, or take that back; nothing follows.

    False when it was so already. Raises `FormClosed`, and `HoldsData` once it is begun.
    """
    design = catalogue.design(form.code)
    require_right_to_enter(design, (), by=by)
    require_fit_reasons(design, {"": reason})
    require_blind_reason(form, reason, by=by)
    before, after = FormStatus.NOT_STARTED, FormStatus.NOT_DONE
    if not on:
        before, after = after, before
    try:
        with attributed(by=by, via=via, reason=reason):
            form_instances.lock(form.participant)
            form.refresh_from_db()
            if form.status == after:
                return False
            if form.status != before or form.struck_at or not design.may_be_not_done:
                raise HoldsData(form)
            form_instances.mark_status(form, after, by=by, reason=reason, via=via)
            review.void_sign_offs(form)
    except RecordClosed as problem:
        raise FormClosed(str(problem)) from problem
    return True


@implements("BAK-05")
def state_from_paper(
    form: FormInstance, *, on: bool, by: Actor, reason: Reason, via: Source
) -> bool:
    """State that a form was transcribed from paper, or take that back.

    The values and their times stay as they were typed. False when it was so already.
    """
    design = catalogue.design(form.code)
    require_right_to_enter(design, (), by=by)
    require_fit_reasons(design, {"": reason})
    require_blind_reason(form, reason, by=by)
    try:
        return form_instances.mark_from_paper(
            form, on=on, by=by, reason=reason, via=via
        )
    except RecordClosed as problem:
        raise FormClosed(str(problem)) from problem


def strike_row(form: FormInstance, *, by: Actor, reason: Reason, via: Source) -> bool:
    """False when it was struck out already; nothing follows then."""
    require_right_to_strike(catalogue.design(form.code), by=by)
    return _change(_strike, RowStruck, form, by=by, reason=reason, via=via)


def _strike(form: FormInstance, **why: Any) -> bool:
    is_struck = form_instances.strike(form, **why)
    if is_struck:
        review.void_sign_offs(form)
    return is_struck


def restore_row(form: FormInstance, *, by: Actor, reason: Reason, via: Source) -> bool:
    """False when it stood already; nothing follows then. Raises `SaveRefused`."""
    require_right_to_strike(catalogue.design(form.code), by=by)
    return _change(_restore, RowStruck, form, by=by, reason=reason, via=via)


def _restore(form: FormInstance, **why: Any) -> bool:
    is_restored = form_instances.restore(form, **why)
    if is_restored:
        require_restorable(form)
        review.void_sign_offs(form)
    return is_restored


def _change(
    act: Callable[..., bool],
    event: Callable[[FormInstance], object],
    form: FormInstance,
    *,
    by: Actor,
    reason: Reason,
    via: Source,
) -> bool:
    design = catalogue.design(form.code)
    require_right_to_enter(design, (), by=by)
    require_fit_reasons(design, {"": reason})
    require_blind_reason(form, reason, by=by)
    try:
        with attributed(by=by, via=via, reason=reason):
            is_changed = act(form, by=by, reason=reason, via=via)
            form.refresh_from_db()
            if is_changed:
                announce(event(form), by=by, via=via)
    except RecordClosed as problem:
        raise FormClosed(str(problem)) from problem
    return is_changed
