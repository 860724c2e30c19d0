"""What is asked before an act on a form: the right, and a fit reason."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from record.accounts.models import User
from record.accounts.roles import Permission
from record.audit.attribution import Actor, Reason
from record.casebook import access, catalogue
from record.casebook.blinding import require_blind
from record.casebook.models import FormInstance
from record.review.problems import ReviewRefused
from trial_edc.typed_text import LONGEST_REASON, unfit_text


def require(by: Actor, permission: Permission, form: FormInstance) -> None:
    """Refuse a user without the permission on this form; a process has every right."""
    design = catalogue.design(form.code)
    if isinstance(by, User) and not access.may_on(by, permission, design):
        raise PermissionDenied


def require_reason(reason: Reason, form: FormInstance, *, by: Actor) -> None:
    """Refuse one that is none, too long, or tells an arm: the blinded read it."""
    if not reason.text:
        raise ReviewRefused(_("Write the reason; it stays on record."))
    if problem := unfit_text(reason.text, LONGEST_REASON):
        raise ReviewRefused(_(problem.message) % problem.details)
    require_blind(
        [reason.text], by=by, participant=form.participant, refusal=ReviewRefused
    )
